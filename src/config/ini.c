/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/ini.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/suggest.h"
#include "config/include.h"
#include "config/ini_line.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

_Static_assert(CONFIG_INI_MAX_LINE < INI_MAX_LINE, "a line and its NUL fit inih's buffer");

/* The state of one config_ini_read. */
struct loader {
	struct arena *arena;
	struct config_ini *ini;
	struct diag *diag;
	size_t files;
	bool includes; /* whether `include` may open files */
};

/* One file being read. */
struct reader {
	struct loader *loader;
	const struct reader *includer;
	unsigned depth;
	struct file_identity identity;
	const struct config_ini_file *file;
	struct str rest;    /* text that is not read yet */
	unsigned line;      /* the number of the last line read */
	bool in_section;    /* a section has begun */
	bool given_to_inih; /* inih must return the current line's key and value */
	bool skip_indented; /* indented lines continue a line that had an error */
	/* The section of entries; NULL: it had an error, or none has begun. */
	struct config_ini_section *section;
	struct config_ini_entry pending; /* key and place; file is NULL without a pending entry */
	struct bytes value;              /* its value so far */
	unsigned indent;                 /* of the line handed out */
	struct place_part parts[CONFIG_INI_MAX_PARTS];
	size_t part_count;
};

static void read_include(struct reader *r, const struct config_ini_entry *entry);

static void out_of_memory(struct loader *l)
{
	diag_error(l->diag, NULL, "out of memory");
}

static struct place place_at(const struct reader *r, unsigned column)
{
	return (struct place){r->file->path, r->line, column};
}

static void begin_section(struct reader *r, struct str name)
{
	struct loader *l = r->loader;

	r->in_section = true;
	r->section = config_ini_add_section(l->ini, r->file, r->line, name, l->arena, l->diag);
}

static void store_entry(struct reader *r)
{
	struct loader *l = r->loader;
	struct config_ini_entry entry = r->pending;

	entry.key = arena_dup(l->arena, entry.key);
	entry.value = arena_dup(l->arena, bytes_view(&r->value));
	if (r->part_count > 0) {
		struct place_part *parts = arena_alloc(l->arena, r->part_count, sizeof(*parts));

		if (parts != NULL) {
			memcpy(parts, r->parts, r->part_count * sizeof(*parts));
			entry.parts = parts;
			entry.part_count = r->part_count;
		}
	}
	if (r->value.failed || entry.key.data == NULL || entry.value.data == NULL) {
		out_of_memory(l);
		return;
	}
	if (!r->in_section) {
		read_include(r, &entry);
		return;
	}
	if (r->section != NULL && !config_ini_add_entry(r->section, &entry, l->arena)) {
		out_of_memory(l);
	}
}

/* Whether the value of `pending` so far ends in &, so that the next lines continue it. */
static bool continues(const struct reader *r)
{
	return r->pending.file != NULL;
}

static void end_pending(struct reader *r)
{
	if (continues(r)) {
		struct place place = config_ini_value_place(&r->pending);

		diag_error(r->loader->diag, &place,
			"the value ends in &: expected an indented line that goes on with it");
	}
	r->pending.file = NULL;
}

/*
 * Called by inih; the section is the one that the reader saw begin. If the key is not that of the
 * line given to inih, given_to_inih stays set, and the reading ends with an error.
 */
static int take_value(void *ctx, const char *section, const char *name, const char *text)
{
	struct reader *r = ctx;
	struct str value = str_view(text);
	struct place place = config_ini_value_place(&r->pending);

	if (!str_eq_text(r->pending.key, name)) {
		return 1;
	}
	r->given_to_inih = false;
	if (r->value.len > 0) {
		bytes_append_text(&r->value, " ");
		r->pending.continued = true;
		if (r->part_count < ARRAY_LEN(r->parts)) {
			r->parts[r->part_count++] =
				(struct place_part){r->value.len, r->line, r->indent + 1};
		}
	}
	bytes_append_str(&r->value, value);
	if (value.len == 0 || value.data[value.len - 1] != '&') {
		store_entry(r);
		r->pending.file = NULL;
	} else if (value.len > 1 && value.data[value.len - 2] != ' ' &&
		   value.data[value.len - 2] != '\t') {
		place.line = r->line;
		place.column = 0;
		diag_error(
			r->loader->diag, &place, "the value ends in &: expected a blank before it");
		r->pending.file = NULL;
		r->skip_indented = true;
	}
	return 1;
}

/* Checks a line; true if inih must read it. */
static bool screen_line(struct reader *r, const struct config_ini_line *line)
{
	struct diag *diag = r->loader->diag;
	struct place place = place_at(r, line->kind == CONFIG_INI_BAD ? line->column : 1);

	if (line->kind == CONFIG_INI_NOTHING) {
		return false;
	}
	if (line->kind == CONFIG_INI_INDENTED) {
		if (!continues(r) && !r->skip_indented) {
			diag_error(diag, &place,
				"an indented line: expected one only below a value that ends in &");
		}
		r->skip_indented = !continues(r);
		r->indent = (unsigned)(str_trim(line->text).data - line->text.data);
		return continues(r);
	}
	end_pending(r);
	r->skip_indented = false;
	switch (line->kind) {
	case CONFIG_INI_SECTION:
		begin_section(r, line->name);
		return true;
	case CONFIG_INI_KEY:
		r->pending = (struct config_ini_entry){.file = r->file,
			.line = r->line,
			.column = line->column,
			.key = line->name};
		bytes_reset(&r->value, SIZE_MAX);
		r->part_count = 0;
		return true;
	default:
		break;
	}
	if (line->wrong >= 0) {
		diag_error(diag, &place, "byte 0x%02x: %s", (unsigned)line->wrong, line->why);
	} else {
		diag_error(diag, &place, "%s", line->why);
	}
	r->skip_indented = true;
	return false;
}

/* Called by inih for each line; lines with errors, and lines without content, become empty ones. */
static char *next_line(char *buffer, int size, void *ctx)
{
	struct reader *r = ctx;
	struct str raw;

	if (r->given_to_inih || !str_split_next(&r->rest, '\n', &raw) ||
		size <= CONFIG_INI_MAX_LINE) {
		return NULL;
	}
	r->line++;
	struct config_ini_line line = config_ini_line_read(raw);
	bool wanted = screen_line(r, &line);

	if (line.kind == CONFIG_INI_BAD && raw.len > 0 && raw.data[0] == '[') {
		r->in_section = true;
		r->section = NULL;
	}
	r->given_to_inih = wanted && line.kind != CONFIG_INI_SECTION;
	if (!wanted) {
		line.text.len = 0;
	}
	memcpy(buffer, line.text.len > 0 ? line.text.data : "", line.text.len);
	buffer[line.text.len] = '\0';
	return buffer;
}

static void read_text(struct reader *r, struct str text)
{
	struct diag *diag = r->loader->diag;
	size_t errors = diag->errors;

	if (str_starts_with(text, "\xef\xbb\xbf")) {
		text = str_from(text, 3);
	}
	if (text.len > 0 && text.data[text.len - 1] == '\n') {
		text.len--;
	}
	r->rest = text.len > 0 ? text : (struct str){NULL, 0};
	bytes_init(&r->value, 0);
	int status = ini_parse_stream(next_line, r, take_value, r);

	end_pending(r);
	if ((status != 0 || r->rest.data != NULL || r->given_to_inih) && diag->errors == errors) {
		struct place place = place_at(r, 0);

		diag_error(diag, &place, "inih cannot read the line");
	}
	bytes_clear(&r->value);
}

/* The first file may be a pipe, as in doorward -t -c /dev/stdin. */
static bool read_bytes(struct reader *r, const char *path, struct bytes *text)
{
	return r->includer != NULL
		       ? file_read(path, CONFIG_INI_MAX_FILE, text, &r->identity)
		       : file_read_argument(path, CONFIG_INI_MAX_FILE, text, &r->identity);
}

static void read_file(struct loader *l, const char *path, const struct reader *includer,
	const struct place *named_at)
{
	struct reader r = {.loader = l, .includer = includer};
	struct config_ini_file *file = arena_alloc(l->arena, 1, sizeof(*file));
	struct bytes text;

	bytes_init(&text, 0);
	if (file == NULL) {
		out_of_memory(l);
		goto out;
	}
	r.file = file;
	r.depth = includer != NULL ? includer->depth + 1 : 0;
	*file = (struct config_ini_file){.path = path, .folder = file_folder(path, l->arena)};
	if (file->folder == NULL || !read_bytes(&r, path, &text)) {
		if (errno == EISDIR) {
			diag_error(l->diag, named_at,
				"%s is a folder: expected a file, or a pattern such as %s/*.ini",
				path, path);
			goto out;
		}
		diag_error(l->diag, named_at, "%s: expected a file that can be read: %s", path,
			file_error_text(path, false, errno));
		goto out;
	}
	for (const struct reader *open = includer; open != NULL; open = open->includer) {
		if (open->identity.device == r.identity.device &&
			open->identity.inode == r.identity.inode) {
			diag_error(l->diag, named_at, "%s includes itself", path);
			goto out;
		}
	}
	file->next = l->ini->files;
	l->ini->files = file;
	read_text(&r, bytes_view(&text));
out:
	bytes_clear(&text);
}

/* So that the folder is inspected, and can be read again, also while it has no file. */
static bool remember_folder(struct loader *l, const char *path)
{
	struct config_ini_folder *folder = arena_alloc(l->arena, 1, sizeof(*folder));

	if (folder != NULL) {
		*folder = (struct config_ini_folder){l->ini->folders, path};
		l->ini->folders = folder;
	}
	return folder != NULL;
}

static void read_included(
	struct reader *r, const struct config_ini_entry *entry, const struct place *value)
{
	struct loader *l = r->loader;
	struct config_include found;

	if (!config_include_find(r->file->path, entry->value.data, l->arena, &found)) {
		if (errno == ENOMEM) {
			out_of_memory(l);
		} else {
			diag_error(l->diag, value,
				"include = %s: expected folders that can be read, from %s on: %s",
				entry->value.data, found.folder,
				file_error_text(found.folder, false, errno));
		}
		return;
	}
	if (found.folder != NULL && !remember_folder(l, found.folder)) {
		out_of_memory(l);
		return;
	}
	for (size_t i = 0; i < found.count; i++) {
		if (++l->files > CONFIG_INI_MAX_FILES) {
			diag_error(l->diag, value, "include = %s: expected at most %d files",
				entry->value.data, CONFIG_INI_MAX_FILES);
			return;
		}
		read_file(l, found.paths[i], r, value);
	}
}

/* Reads `include = FILE`, or reports a key before the first section. */
static void read_include(struct reader *r, const struct config_ini_entry *entry)
{
	struct loader *l = r->loader;
	struct place key = config_ini_key_place(entry);
	struct place value = config_ini_value_place(entry);

	if (!str_eq_text(entry->key, "include")) {
		static const char *const words[] = {"include"};
		const char *meant = suggest(entry->key, words, ARRAY_LEN(words));

		diag_error(l->diag, &key, "%.*s: expected [SECTION] above it%s",
			(int)entry->key.len, entry->key.data,
			meant != NULL ? ", did you mean include?" : "");
	} else if (!l->includes) {
		diag_error(l->diag, &key, "include: expected a configuration in a file");
	} else if (entry->value.len == 0) {
		diag_error(l->diag, &value, "include: expected the path of a file");
	} else if (r->depth == CONFIG_INI_MAX_DEPTH) {
		diag_error(l->diag, &value, "include = %s: expected files at most %d deep",
			entry->value.data, CONFIG_INI_MAX_DEPTH);
	} else {
		read_included(r, entry, &value);
	}
}

static void loader_init(struct loader *l, struct arena *arena, struct config_ini *out,
	struct diag *diag, bool includes)
{
	config_ini_init(out);
	*l = (struct loader){.arena = arena, .ini = out, .diag = diag, .includes = includes};
}

bool config_ini_read(
	const char *path, struct arena *arena, struct config_ini *out, struct diag *diag)
{
	struct loader l;
	size_t errors = diag->errors;

	loader_init(&l, arena, out, diag, true);
	struct str copy = arena_dup(arena, str_view(path));

	if (copy.data == NULL) {
		out_of_memory(&l);
	} else {
		read_file(&l, copy.data, NULL, NULL);
	}
	return diag->errors == errors;
}

bool config_ini_read_text(const char *name, struct str text, struct arena *arena,
	struct config_ini *out, struct diag *diag)
{
	struct loader l;
	size_t errors = diag->errors;

	loader_init(&l, arena, out, diag, false);
	struct config_ini_file *file = arena_alloc(arena, 1, sizeof(*file));
	struct str copy = arena_dup(arena, str_view(name));

	if (file == NULL || copy.data == NULL) {
		out_of_memory(&l);
		return false;
	}
	*file = (struct config_ini_file){.path = copy.data, .folder = ""};
	struct reader r = {.loader = &l, .file = file};

	read_text(&r, text);
	return diag->errors == errors;
}
