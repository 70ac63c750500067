/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_source.h"

#include <fnmatch.h>
#include <string.h>

struct nginx_dump_file {
	struct nginx_dump_file *next;
	const char *path;
	struct str text;
};

/* The path that a line "# configuration file PATH:" names; absent: another line. */
static struct str path_of(struct str line)
{
	static const char start[] = "# configuration file ";

	line = str_trim(line);
	if (!str_starts_with(line, start) || line.data[line.len - 1] != ':') {
		return (struct str){NULL, 0};
	}
	line = str_from(line, strlen(start));
	line.len--;
	return line;
}

static bool read_file(const void *ctx, const char *path, struct bytes *text, const char **why)
{
	const struct nginx_dump *dump = ctx;

	for (const struct nginx_dump_file *f = dump->files; f != NULL; f = f->next) {
		if (strcmp(f->path, path) == 0) {
			*why = "out of memory";
			return bytes_append_str(text, f->text);
		}
	}
	*why = "it is not among the files that nginx -T wrote";
	return false;
}

/* nginx has resolved the patterns, and read the files in their order. */
static bool match_paths(
	const void *ctx, const char *pattern, struct arena *arena, struct str_list *out)
{
	const struct nginx_dump *dump = ctx;
	size_t count = 0;

	for (const struct nginx_dump_file *f = dump->files; f != NULL; f = f->next) {
		count += fnmatch(pattern, f->path, FNM_PATHNAME | FNM_PERIOD) == 0;
	}
	struct str *paths = arena_alloc(arena, count, sizeof(*paths));

	if (paths == NULL && count > 0) {
		return false;
	}
	*out = (struct str_list){paths, 0};
	for (const struct nginx_dump_file *f = dump->files; f != NULL; f = f->next) {
		if (fnmatch(pattern, f->path, FNM_PATHNAME | FNM_PERIOD) == 0) {
			paths[out->count++] = str_view(f->path);
		}
	}
	return true;
}

bool nginx_dump_read(struct str text, struct arena *arena, struct nginx_dump *out)
{
	struct nginx_dump_file **end = &out->files;
	struct nginx_dump_file *file = NULL;
	struct str rest = text;
	struct str line;

	*out = (struct nginx_dump){.source = {.ctx = out, .read = read_file, .glob = match_paths}};
	while (str_split_next(&rest, '\n', &line)) {
		struct str path = path_of(line);

		if (path.data == NULL) {
			continue;
		}
		if (file != NULL) {
			file->text.len = (size_t)(line.data - file->text.data);
		}
		file = arena_alloc(arena, 1, sizeof(*file));
		if (file == NULL) {
			return false;
		}
		file->path = arena_dup(arena, path).data;
		if (file->path == NULL) {
			return false;
		}
		file->text = rest.data != NULL ? rest : str_view("");
		*end = file;
		end = &file->next;
	}
	out->first = out->files != NULL ? out->files->path : NULL;
	return out->first != NULL;
}
