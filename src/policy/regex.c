/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

/* PCRE2's own limit; the time is bounded by the steps. */
#define MATCH_LIMIT 250000
#define DEPTH_LIMIT 50000
#define HEAP_LIMIT_KIB 1024

/* Enough for PCRE2's bookkeeping of one match without captures, and a match context. */
#define ROOM 640

#define BYTES_PER_STEP 16

struct policy_regex {
	pcre2_code *code;
	size_t reach; /* bytes over which one item may run and fail, which no callout sees */
};

/* One match, while it runs. */
struct run {
	uint64_t left; /* steps */
	size_t at;     /* where the last item was tried */
	size_t reach;
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

/*
 * The largest number of a {m,n}, which is how far an item goes before it can fail; a back-reference
 * goes as far as the text it refers to.
 */
static size_t reach_of(const pcre2_code *code, struct str pattern)
{
	uint32_t references = 0;
	size_t reach = 0;

	(void)pcre2_pattern_info(code, PCRE2_INFO_BACKREFMAX, &references);
	if (references > 0) {
		return POLICY_REGEX_SUBJECT_MAX;
	}
	for (size_t i = 0; i < pattern.len; i++) {
		size_t number = 0;

		for (; i < pattern.len && ascii_is_digit(pattern.data[i]); i++) {
			number = number * 10 + (size_t)(pattern.data[i] - '0');
			number = number < POLICY_REGEX_SUBJECT_MAX ? number
								   : POLICY_REGEX_SUBJECT_MAX;
		}
		reach = number > reach ? number : reach;
	}
	return reach;
}

/* Called by PCRE2 before each item of the pattern that it tries. */
static int on_item(pcre2_callout_block *block, void *ctx)
{
	struct run *run = ctx;
	size_t at = block->current_position;
	size_t rest = block->subject_length - at;
	size_t moved = at > run->at ? at - run->at : run->at - at;
	uint64_t steps = 1 + (moved + (rest < run->reach ? rest : run->reach)) / BYTES_PER_STEP;

	run->at = at;
	if (steps > run->left) {
		run->left = 0;
		return PCRE2_ERROR_CALLOUT;
	}
	run->left -= steps;
	return 0;
}

struct policy_regex *policy_regex_new(struct str pattern, struct policy_regex_error *error)
{
	uint32_t options = PCRE2_CASELESS | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_AUTO_CALLOUT;
	PCRE2_SIZE offset = 0;
	int code = PCRE2_ERROR_NOMEMORY;
	struct policy_regex *regex = calloc(1, sizeof(*regex));

	if (regex != NULL) {
		regex->code = pcre2_compile((PCRE2_SPTR)(pattern.len > 0 ? pattern.data : ""),
			pattern.len, options, &code, &offset, NULL);
	}
	if (regex == NULL || regex->code == NULL) {
		error->offset = offset < pattern.len ? offset : pattern.len;
		pcre2_get_error_message(code, (PCRE2_UCHAR *)error->text, sizeof(error->text));
		policy_regex_free(regex);
		return NULL;
	}
	regex->reach = reach_of(regex->code, pattern);
	/* Without JIT, pcre2_match interprets: the same results, slower. */
	(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	return regex;
}

void policy_regex_free(struct policy_regex *regex)
{
	if (regex == NULL) {
		return;
	}
	pcre2_code_free(regex->code);
	free(regex);
}

static pcre2_match_context *limits_of(pcre2_general_context *memory, struct run *run)
{
	pcre2_match_context *limits = pcre2_match_context_create(memory);

	if (limits != NULL) {
		pcre2_set_match_limit(limits, MATCH_LIMIT);
		pcre2_set_depth_limit(limits, DEPTH_LIMIT);
		pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
		pcre2_set_callout(limits, on_item, run);
	}
	return limits;
}

static enum policy_regex_result match(
	const struct policy_regex *regex, struct str subject, struct run *run)
{
	struct room room = {.used = 0};
	pcre2_general_context *memory = pcre2_general_context_create(room_alloc, room_free, &room);
	pcre2_match_data *data = memory != NULL ? pcre2_match_data_create(1, memory) : NULL;
	pcre2_match_context *limits = memory != NULL ? limits_of(memory, run) : NULL;
	enum policy_regex_result result = POLICY_REGEX_LIMIT;

	if (data != NULL && limits != NULL) {
		PCRE2_SPTR start = (PCRE2_SPTR)(subject.len > 0 ? subject.data : "");
		int rc = pcre2_match(regex->code, start, subject.len, 0, 0, data, limits);

		if (rc >= 0) {
			result = POLICY_REGEX_MATCH;
		} else if (rc == PCRE2_ERROR_NOMATCH) {
			result = POLICY_REGEX_NO_MATCH;
		}
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	pcre2_general_context_free(memory);
	return result;
}

enum policy_regex_result policy_regex_match(
	const struct policy_regex *regex, struct str subject, uint64_t *steps)
{
	uint64_t own = POLICY_REGEX_STEPS;
	uint64_t *budget = steps != NULL ? steps : &own;
	uint64_t free = POLICY_REGEX_FREE_STEPS(subject.len);
	struct run run = {.left = free + *budget, .reach = regex->reach};

	if (subject.len > POLICY_REGEX_SUBJECT_MAX) {
		return POLICY_REGEX_LIMIT;
	}
	enum policy_regex_result result = match(regex, subject, &run);

	*budget = run.left < *budget ? run.left : *budget;
	return result;
}
