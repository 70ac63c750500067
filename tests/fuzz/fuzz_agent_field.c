/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Structured fields: what was read and written again is read as the same, and stays within limits.
 */

#include "agent/structured_field.h"

#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_parameters(struct agent_sf_parameters parameters)
{
	check(parameters.count <= agent_sf_limits_rfc.parameters);
	for (size_t i = 0; i < parameters.count; i++) {
		check(parameters.items[i].key.len > 0);
		for (size_t j = 0; j < i; j++) {
			check(!str_eq(parameters.items[i].key, parameters.items[j].key));
		}
	}
}

static void check_members(const struct agent_sf_list *list)
{
	check(list->count <= agent_sf_limits_rfc.members);
	for (size_t i = 0; i < list->count; i++) {
		const struct agent_sf_member *member = &list->members[i];

		check(member->is_inner_list ? member->count <= agent_sf_limits_rfc.items
					    : member->count == 1);
		check_parameters(member->parameters);
		for (size_t j = 0; j < member->count; j++) {
			check_parameters(member->items[j].parameters);
		}
	}
}

/* The first byte says which kind of field it is. */
static enum agent_sf_status parse_and_write(
	char kind, struct str text, struct arena *arena, struct bytes *out)
{
	struct agent_sf_list list;
	struct agent_sf_item item;
	enum agent_sf_status status;
	bool repeats;

	if (kind == 'i') {
		status = agent_sf_parse_item(text, &agent_sf_limits_rfc, arena, &item, &repeats);
		check(status != AGENT_SF_OK || agent_sf_write_item(out, &item));
		return status;
	}
	if (kind == 'l') {
		status = agent_sf_parse_list(text, &agent_sf_limits_rfc, arena, &list);
	} else {
		status = agent_sf_parse_dictionary(text, &agent_sf_limits_rfc, arena, &list);
	}
	if (status == AGENT_SF_OK) {
		check_members(&list);
		check(kind == 'l' ? agent_sf_write_list(out, &list)
				  : agent_sf_write_dictionary(out, &list));
	}
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = str_from(str_from_bytes(data, len), 1);
	char kind = len > 0 ? (char)data[0] : 'd';
	struct arena arena;
	struct bytes first;
	struct bytes second;

	arena_init(&arena, 4096);
	bytes_init(&first, 0);
	bytes_init(&second, 0);
	if (parse_and_write(kind, text, &arena, &first) == AGENT_SF_OK) {
		check(parse_and_write(kind, bytes_view(&first), &arena, &second) == AGENT_SF_OK);
		check(str_eq(bytes_view(&first), bytes_view(&second)));
	}
	bytes_clear(&second);
	bytes_clear(&first);
	arena_clear(&arena);
	return 0;
}
