/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/array.h"
#include "base/file_stamp.h"
#include "policy/list.h"
#include "policy/net_list.h"
#include "policy/term.h"
#include "policy/textset.h"

#include <string.h>

struct text_list {
	const struct policy_text_kind *kind;
	struct policy_textset *set;
};

static bool add_text(void *ctx, struct str line, const struct place *place, struct diag *diag)
{
	const struct text_list *list = ctx;
	char room[POLICY_TEXT_ROOM];
	struct str value;

	if (!list->kind->read(line, place, diag, room, &value)) {
		return false;
	}
	if (!policy_textset_add(list->set, value)) {
		diag_error(diag, place, "out of memory");
		return false;
	}
	return true;
}

static bool read_nets(const char *path, struct str pointers, const struct place *place,
	const struct policy_script *script, bool json, struct policy_term *t)
{
	struct policy_list_file *file = &script->lists->items[script->lists->count - 1];
	struct policy_json_pointers read;

	file->form = json ? POLICY_NET_LIST_JSON : POLICY_NET_LIST_LINES;
	if (!policy_json_pointers_read(pointers, place, script->arena, script->diag, &read)) {
		return false;
	}
	t->nets = policy_net_list_read(
		path, read.count > 0 ? &read : NULL, place, file->form, script->diag);
	if (t->nets == NULL) {
		return false;
	}
	file->covers = policy_netset_coverage(t->nets);
	return true;
}

static bool read_texts(const char *path, const struct place *place,
	const struct policy_script *script, struct policy_term *t)
{
	struct text_list list = {t->field->kind, policy_textset_new(t->field->kind)};

	if (list.set == NULL) {
		return policy_script_out_of_memory(script);
	}
	if (!policy_list_read(path, place, add_text, &list, script->diag)) {
		policy_textset_free(list.set);
		return false;
	}
	policy_textset_seal(list.set);
	t->texts = list.set;
	return true;
}

/* A relative path starts from the folder of the rule's file. */
static const char *path_of(struct str path, const struct policy_script *script)
{
	const char *slash = strrchr(script->place.file, '/');
	size_t folder = slash != NULL ? (size_t)(slash - script->place.file) + 1 : 0;

	if (str_starts_with(path, "/")) {
		folder = 0;
	}
	char *joined = arena_alloc(script->arena, folder + path.len + 1, 1);

	if (joined != NULL) {
		memcpy(joined, script->place.file, folder);
		memcpy(joined + folder, path.data, path.len);
	}
	return joined;
}

/* Called before the file is read, so that a change meanwhile is seen later. */
static bool note_list(const struct policy_script *script, const char *path)
{
	struct policy_list_files *lists = script->lists;

	struct policy_list_file *items =
		array_reserve(lists->items, lists->count, &lists->capacity, sizeof(*items));

	if (items == NULL) {
		return false;
	}
	lists->items = items;
	lists->items[lists->count++] =
		(struct policy_list_file){.path = path, .stamp = file_stamp_of_path(path)};
	return true;
}

/* `pointers`: those that follow the path of a list in JSON. */
static bool read_list(const char *path, struct str pointers, bool json, const struct place *place,
	const struct policy_script *script, struct policy_term *t)
{
	switch (t->field->shape) {
	case POLICY_SHAPE_ADDRESS:
		return read_nets(path, pointers, place, script, json, t);
	case POLICY_SHAPE_LOOKUP:
		return policy_term_read_lookups(path, place, script, t);
	case POLICY_SHAPE_WORD:
	case POLICY_SHAPE_TEXT:
	case POLICY_SHAPE_RATE:
	case POLICY_SHAPE_FLAG:
		break;
	}
	return read_texts(path, place, script, t);
}

bool policy_term_read_list(struct str file, bool json, const struct place *place,
	const struct policy_script *script, struct policy_term *t)
{
	size_t path_len = json ? policy_json_pointers_find(file) : file.len;
	const char *path = path_of((struct str){file.data, path_len}, script);

	if (path == NULL || !note_list(script, path)) {
		return policy_script_out_of_memory(script);
	}
	t->op = POLICY_OPERATOR_IN;
	progress_begin(script->diag->progress, path);
	bool read = read_list(path, str_from(file, path_len), json, place, script, t);

	progress_end(script->diag->progress);
	return read;
}
