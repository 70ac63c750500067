/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/source_files.h"

#include "base/file.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

static bool read_file(const void *ctx, const char *path, struct bytes *text, const char **why)
{
	bool named = strcmp(path, ctx) == 0;

	if (named ? file_read_argument(path, IMPORT_MAX_FILE, text, NULL)
		  : file_read(path, IMPORT_MAX_FILE, text, NULL)) {
		return true;
	}
	*why = file_error_text(path, false, errno);
	return false;
}

static bool match_paths(
	const void *ctx, const char *pattern, struct arena *arena, struct str_list *out)
{
	glob_t found = {0};
	int status = glob(pattern, 0, NULL, &found);

	if (status != 0) {
		globfree(&found);
		return status != GLOB_NOSPACE;
	}
	struct str *paths = arena_alloc(arena, found.gl_pathc, sizeof(*paths));
	bool done = paths != NULL;

	for (size_t i = 0; done && i < found.gl_pathc; i++) {
		paths[i] = arena_dup(arena, str_view(found.gl_pathv[i]));
		done = paths[i].data != NULL;
	}
	globfree(&found);
	if (done) {
		*out = (struct str_list){paths, found.gl_pathc};
	}
	return done;
}

struct import_source import_source_files(const char *argument)
{
	return (struct import_source){argument, read_file, match_paths};
}
