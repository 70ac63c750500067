/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/state.h"

#include "base/file.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char no_memory[] = "out of memory";
static const char not_ours[] = "it is not a state of an audit";

int audit_addr_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct addr));
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct audit_kept_name *)a)->key.data,
		((const struct audit_kept_name *)b)->key.data);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct audit_kept_zone *)a)->name.data,
		((const struct audit_kept_zone *)b)->name.data);
}

void audit_state_sort(struct audit_state *state)
{
	if (state->name_count > 0) {
		qsort(state->names, state->name_count, sizeof(*state->names), by_key);
	}
	if (state->zone_count > 0) {
		qsort(state->zones, state->zone_count, sizeof(*state->zones), by_name);
	}
}

const struct audit_kept_name *audit_state_name(const struct audit_state *state, struct str key)
{
	const struct audit_kept_name wanted = {.key = key};

	return state->name_count > 0
		       ? bsearch(&wanted, state->names, state->name_count, sizeof(wanted), by_key)
		       : NULL;
}

const struct audit_kept_zone *audit_state_zone(const struct audit_state *state, struct str name)
{
	const struct audit_kept_zone wanted = {.name = name};

	return state->zone_count > 0
		       ? bsearch(&wanted, state->zones, state->zone_count, sizeof(wanted), by_name)
		       : NULL;
}

/*
 * Whether the text is printable ASCII, as names and times are written: other text must not reach a
 * terminal.
 */
static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] <= ' ' || text.data[i] > '~') {
			return false;
		}
	}
	return true;
}

static const char *take_plain(struct str text, struct arena *arena, struct str *out)
{
	if (!is_plain(text)) {
		return not_ours;
	}
	*out = arena_dup(arena, text);
	return out->data != NULL ? NULL : no_memory;
}

static const char *take_text(const json_t *value, struct arena *arena, struct str *out)
{
	return json_is_string(value) ? take_plain((struct str){json_string_value(value),
							  json_string_length(value)},
					       arena, out)
				     : not_ours;
}

static const char *take_addrs(const json_t *list, struct arena *arena, struct audit_kept_name *out)
{
	size_t count = json_array_size(list);

	out->addrs = arena_alloc(arena, count, sizeof(*out->addrs));
	if (!json_is_array(list)) {
		return not_ours;
	}
	if (out->addrs == NULL) {
		return no_memory;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item) ||
			!addr_parse(str_view(json_string_value(item)), &out->addrs[i])) {
			return not_ours;
		}
	}
	out->count = count;
	if (count > 0) {
		qsort(out->addrs, count, sizeof(*out->addrs), audit_addr_order);
	}
	return NULL;
}

static const char *take_names(json_t *object, struct arena *arena, struct audit_state *out)
{
	const char *key;
	json_t *value;
	const char *wrong = NULL;

	out->names = arena_alloc(arena, json_object_size(object), sizeof(*out->names));
	if (!json_is_object(object)) {
		return not_ours;
	}
	if (out->names == NULL) {
		return no_memory;
	}
	json_object_foreach(object, key, value)
	{
		struct audit_kept_name *name = &out->names[out->name_count++];
		const json_t *zone = json_object_get(value, "zone");

		*name = (struct audit_kept_name){.count = 0};
		wrong = take_plain(str_view(key), arena, &name->key);
		if (wrong == NULL) {
			wrong = take_addrs(json_object_get(value, "addresses"), arena, name);
		}
		if (wrong == NULL && !json_is_null(zone)) {
			wrong = take_text(zone, arena, &name->zone);
		}
		if (wrong != NULL) {
			return wrong;
		}
	}
	return NULL;
}

static const char *take_servers(
	const json_t *list, struct arena *arena, struct audit_kept_zone *out)
{
	size_t count = json_array_size(list);
	struct str *items = arena_alloc(arena, count, sizeof(*items));
	const char *wrong = items == NULL ? no_memory : json_is_array(list) ? NULL : not_ours;

	for (size_t i = 0; wrong == NULL && i < count; i++) {
		wrong = take_text(json_array_get(list, i), arena, &items[i]);
	}
	out->ns = (struct str_list){items, wrong == NULL ? count : 0};
	return wrong;
}

static const char *take_zones(json_t *object, struct arena *arena, struct audit_state *out)
{
	const char *key;
	json_t *value;
	const char *wrong = NULL;

	out->zones = arena_alloc(arena, json_object_size(object), sizeof(*out->zones));
	if (!json_is_object(object)) {
		return not_ours;
	}
	if (out->zones == NULL) {
		return no_memory;
	}
	json_object_foreach(object, key, value)
	{
		struct audit_kept_zone *zone = &out->zones[out->zone_count++];

		*zone = (struct audit_kept_zone){.mname = {NULL, 0}};
		wrong = take_plain(str_view(key), arena, &zone->name);
		if (wrong == NULL) {
			wrong = take_text(json_object_get(value, "mname"), arena, &zone->mname);
		}
		if (wrong == NULL) {
			wrong = take_servers(json_object_get(value, "ns"), arena, zone);
		}
		if (wrong != NULL) {
			return wrong;
		}
	}
	return NULL;
}

const char *audit_state_parse(struct str text, struct arena *arena, struct audit_state *out)
{
	json_error_t error;
	struct audit_state state = {.name_count = 0};
	json_t *root = json_loadb(
		text.data != NULL ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &error);
	const json_t *version = json_object_get(root, "version");
	const char *wrong = NULL;

	if (root == NULL) {
		return "it is damaged: no JSON";
	}
	if (!json_is_integer(version)) {
		wrong = not_ours;
	} else if (json_integer_value(version) != AUDIT_STATE_VERSION) {
		wrong = "it is of a version that is not known here";
	}
	if (wrong == NULL) {
		wrong = take_text(json_object_get(root, "time"), arena, &state.time);
	}
	if (wrong == NULL) {
		wrong = take_names(json_object_get(root, "names"), arena, &state);
	}
	if (wrong == NULL) {
		wrong = take_zones(json_object_get(root, "zones"), arena, &state);
	}
	json_decref(root);
	if (wrong == NULL) {
		audit_state_sort(&state);
		*out = state;
	}
	return wrong;
}

static void write_name(const struct audit_kept_name *name, struct bytes *out)
{
	char text[ADDR_TEXT_MAX];

	json_member_open(out, name->key.data, '{');
	json_member_open(out, "addresses", '[');
	for (size_t i = 0; i < name->count; i++) {
		addr_format(&name->addrs[i], text);
		json_text(out, text);
	}
	json_close(out, ']');
	json_member_str(out, "zone", name->zone);
	json_close(out, '}');
	bytes_append_text(out, "\n");
}

void audit_state_write(const struct audit_state *state, struct bytes *out)
{
	json_open(out, '{');
	json_member_u64(out, "version", AUDIT_STATE_VERSION);
	json_member_str(out, "time", state->time);
	json_member_open(out, "names", '{');
	for (size_t i = 0; i < state->name_count; i++) {
		write_name(&state->names[i], out);
	}
	json_close(out, '}');
	json_member_open(out, "zones", '{');
	for (size_t i = 0; i < state->zone_count; i++) {
		json_member_open(out, state->zones[i].name.data, '{');
		json_member_str(out, "mname", state->zones[i].mname);
		json_member_str_list(out, "ns", state->zones[i].ns);
		json_close(out, '}');
		bytes_append_text(out, "\n");
	}
	json_close(out, '}');
	json_close(out, '}');
	bytes_append_text(out, "\n");
}

const char *audit_state_load(const char *path, struct arena *arena, struct audit_state *out)
{
	struct bytes text;
	const char *wrong;

	bytes_init(&text, 0);
	if (file_read(path, AUDIT_STATE_MAX, &text, NULL)) {
		wrong = audit_state_parse(bytes_view(&text), arena, out);
	} else if (errno == ENOENT) {
		*out = (struct audit_state){.name_count = 0};
		wrong = NULL;
	} else {
		wrong = file_error_text(path, false, errno);
	}
	bytes_clear(&text);
	return wrong;
}

static bool write_whole(int fd, const struct bytes *text)
{
	size_t at = 0;

	while (at < text->len) {
		ssize_t got = write(fd, text->data + at, text->len - at);

		if (got < 0 && errno != EINTR) {
			return false;
		}
		at += got > 0 ? (size_t)got : 0;
	}
	return fsync(fd) == 0;
}

/* Makes the new name survive a crash; not every file system supports it. */
static void sync_folder(const char *path, struct arena *arena)
{
	const char *folder = file_folder(path, arena);
	int fd = folder != NULL ? open(folder[0] != '\0' ? folder : "/",
					  O_RDONLY | O_DIRECTORY | O_CLOEXEC)
				: -1;

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

static const char *replace(const char *path, const struct bytes *text, struct arena *arena)
{
	char *temporary = NULL;
	const char *wrong = NULL;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		return no_memory;
	}
	int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0) {
		wrong = strerror(errno);
		free(temporary);
		return wrong;
	}
	bool good = write_whole(fd, text);

	good = close(fd) == 0 && good && rename(temporary, path) == 0;
	if (!good) {
		wrong = strerror(errno);
		unlink(temporary);
	} else {
		sync_folder(path, arena);
	}
	free(temporary);
	return wrong;
}

const char *audit_state_save(const char *path, const struct audit_state *state)
{
	struct arena arena;
	struct bytes text;
	const char *wrong;

	arena_init(&arena, 1024);
	bytes_init(&text, 0);
	audit_state_write(state, &text);
	wrong = text.failed ? no_memory : replace(path, &text, &arena);
	bytes_clear(&text);
	arena_clear(&arena);
	return wrong;
}
