/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/include.h"

#include "base/bytes.h"
#include "base/str.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATTERN_BYTES "*?["

/* The folder of the includer, with its slash; "" if the value is absolute, or the includer has no
 * folder. */
static struct str folder_of(const char *includer, const char *value)
{
	const char *slash = strrchr(includer, '/');

	if (slash == NULL || value[0] == '/') {
		return str_view("");
	}
	return (struct str){includer, (size_t)(slash - includer) + 1};
}

/* The value in its folder, of which no byte of `escaped` has a meaning; NULL: out of memory. */
static const char *join(
	struct str folder, struct str value, const char *escaped, struct arena *arena)
{
	struct bytes path;

	bytes_init(&path, 0);
	for (size_t i = 0; i < folder.len; i++) {
		bytes_append_text(&path, strchr(escaped, folder.data[i]) != NULL ? "\\" : "");
		bytes_append(&path, folder.data + i, 1);
	}
	bytes_append_str(&path, value);
	const char *copy = path.failed ? NULL : arena_dup(arena, bytes_view(&path)).data;

	bytes_clear(&path);
	return copy;
}

/* The folder in which a pattern begins, without a final slash; NULL: out of memory. */
static const char *first_folder(struct str folder, const char *value, struct arena *arena)
{
	struct str fixed = {value, strcspn(value, PATTERN_BYTES)};

	while (fixed.len > 0 && fixed.data[fixed.len - 1] != '/') {
		fixed.len--;
	}
	const char *path = join(folder, fixed, "", arena);
	size_t len = path != NULL ? strlen(path) : 0;

	if (path == NULL || len == 1) {
		return path;
	}
	return len == 0 ? "." : arena_dup(arena, (struct str){path, len - 1}).data;
}

static bool is_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		return false;
	}
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

static int stop_at_error(const char *path, int error)
{
	errno = error;
	return 1;
}

static int compare_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool copy_paths(const glob_t *found, struct arena *arena, struct config_include *out)
{
	const char **paths = arena_alloc(arena, found->gl_pathc + 1, sizeof(*paths));

	errno = ENOMEM;
	for (size_t i = 0; paths != NULL && i < found->gl_pathc; i++) {
		paths[i] = arena_dup(arena, str_view(found->gl_pathv[i])).data;
		if (paths[i] == NULL) {
			return false;
		}
	}
	if (paths == NULL) {
		return false;
	}
	qsort(paths, found->gl_pathc, sizeof(*paths), compare_bytes);
	out->paths = paths;
	out->count = found->gl_pathc;
	return true;
}

static bool find_matches(
	struct str folder, const char *value, struct arena *arena, struct config_include *out)
{
	const char *pattern = join(folder, str_view(value), PATTERN_BYTES "\\", arena);
	glob_t found = {0};

	out->folder = first_folder(folder, value, arena);
	if (pattern == NULL || out->folder == NULL) {
		errno = ENOMEM;
		return false;
	}
	if (!is_folder(out->folder)) {
		return false;
	}
	int status = glob(pattern, GLOB_NOSORT, stop_at_error, &found);
	bool good = status == GLOB_NOMATCH || (status == 0 && copy_paths(&found, arena, out));
	int error = status == GLOB_NOSPACE ? ENOMEM : errno;

	globfree(&found);
	errno = error;
	return good;
}

bool config_include_find(
	const char *includer, const char *value, struct arena *arena, struct config_include *out)
{
	struct str folder = folder_of(includer, value);

	*out = (struct config_include){0};
	if (strpbrk(value, PATTERN_BYTES) != NULL) {
		return find_matches(folder, value, arena, out);
	}
	out->paths = arena_alloc(arena, 1, sizeof(*out->paths));
	if (out->paths == NULL ||
		(out->paths[0] = join(folder, str_view(value), "", arena)) == NULL) {
		errno = ENOMEM;
		return false;
	}
	out->count = 1;
	return true;
}
