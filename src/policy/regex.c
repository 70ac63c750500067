/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * On a host name of 253 bytes, the worst patterns end at this limit within 2 ms as machine code
 * and 5 ms interpreted.
 */
#define MATCH_LIMIT 250000
#define DEPTH_LIMIT 50000
#define HEAP_LIMIT_KIB 1024

/* Enough for PCRE2's bookkeeping of one match without captures. */
#define ROOM 384

struct policy_regex {
	pcre2_code *code;
	pcre2_match_context *limits;
};

/* Memory for one match, on the stack of its caller. */
struct room {
	size_t used;
	alignas(max_align_t) char data[ROOM];
};

static void *room_alloc(size_t size, void *ctx)
{
	struct room *room = ctx;
	size_t step = alignof(max_align_t);

	if (size > ROOM - room->used) {
		return malloc(size);
	}
	void *at = room->data + room->used;

	size = (size + step - 1) / step * step;
	room->used = size > ROOM - room->used ? ROOM : room->used + size;
	return at;
}

static void room_free(void *block, void *ctx)
{
	struct room *room = ctx;
	uintptr_t at = (uintptr_t)block;
	uintptr_t start = (uintptr_t)room->data;

	if (at < start || at >= start + ROOM) {
		free(block);
	}
}

struct policy_regex *policy_regex_new(struct str pattern, struct policy_regex_error *error)
{
	uint32_t options = PCRE2_CASELESS | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	PCRE2_SIZE offset = 0;
	int code = PCRE2_ERROR_NOMEMORY;
	struct policy_regex *regex = calloc(1, sizeof(*regex));

	if (regex != NULL) {
		regex->limits = pcre2_match_context_create(NULL);
		regex->code = pcre2_compile((PCRE2_SPTR)(pattern.len > 0 ? pattern.data : ""),
			pattern.len, options, &code, &offset, NULL);
	}
	if (regex == NULL || regex->limits == NULL || regex->code == NULL) {
		error->offset = offset < pattern.len ? offset : pattern.len;
		pcre2_get_error_message(code, (PCRE2_UCHAR *)error->text, sizeof(error->text));
		policy_regex_free(regex);
		return NULL;
	}
	pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(regex->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(regex->limits, HEAP_LIMIT_KIB);
	/* Where it cannot be had, pcre2_match interprets: the same answers, slower. */
	(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	return regex;
}

void policy_regex_free(struct policy_regex *regex)
{
	if (regex == NULL) {
		return;
	}
	pcre2_match_context_free(regex->limits);
	pcre2_code_free(regex->code);
	free(regex);
}

enum policy_regex_result policy_regex_match(const struct policy_regex *regex, struct str subject)
{
	struct room room = {.used = 0};
	enum policy_regex_result result = POLICY_REGEX_LIMIT;
	pcre2_match_data *data = NULL;

	if (subject.len > POLICY_REGEX_SUBJECT_MAX) {
		return POLICY_REGEX_LIMIT;
	}
	pcre2_general_context *memory = pcre2_general_context_create(room_alloc, room_free, &room);

	if (memory != NULL) {
		data = pcre2_match_data_create(1, memory);
	}
	if (data != NULL) {
		PCRE2_SPTR start = (PCRE2_SPTR)(subject.len > 0 ? subject.data : "");
		int rc = pcre2_match(regex->code, start, subject.len, 0, 0, data, regex->limits);

		if (rc >= 0) {
			result = POLICY_REGEX_MATCH;
		} else if (rc == PCRE2_ERROR_NOMATCH) {
			result = POLICY_REGEX_NO_MATCH;
		}
	}
	pcre2_match_data_free(data);
	pcre2_general_context_free(memory);
	return result;
}
