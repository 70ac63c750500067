/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/dnsbl_code.h"

#include "policy/text.h"

#include <string.h>

#define EXPECTED                                                                                   \
	"expected codes in 127.0.0.0/8, separated by commas, whose octets are numbers or ranges, " \
	"as in 127.0.0.2-11, 127.0.1.4"

static bool read_octet(struct str text, uint8_t *low, uint8_t *high)
{
	size_t dash = str_find(text, '-');
	uint64_t first;
	uint64_t last;

	if (dash > 3 || !str_to_u64((struct str){text.data, dash}, UINT8_MAX, &first)) {
		return false;
	}
	last = first;
	if (dash < text.len &&
		(text.len - dash > 4 || !str_to_u64(str_from(text, dash + 1), UINT8_MAX, &last))) {
		return false;
	}
	*low = (uint8_t)first;
	*high = (uint8_t)last;
	return first <= last;
}

static bool read_range(struct str text, struct policy_dnsbl_range *out)
{
	struct str octet;
	size_t count = 0;

	while (str_split_next(&text, '.', &octet)) {
		if (count == ARRAY_LEN(out->low) ||
			!read_octet(octet, &out->low[count], &out->high[count])) {
			return false;
		}
		count++;
	}
	return count == ARRAY_LEN(out->low) && out->low[0] == 127 && out->high[0] == 127;
}

static bool read_ranges(struct str text, const struct place *place, struct arena *arena,
	struct diag *diag, struct policy_dnsbl_ranges *out)
{
	struct policy_dnsbl_range ranges[POLICY_DNSBL_CODES_MAX];
	char quoted[POLICY_QUOTE_MAX];
	size_t count = 0;
	struct str code;

	while (str_split_next(&text, ',', &code)) {
		code = str_trim(code);
		if (count == ARRAY_LEN(ranges)) {
			diag_error(diag, place, "too many codes: expected at most %d",
				POLICY_DNSBL_CODES_MAX);
			return false;
		}
		if (!read_range(code, &ranges[count++])) {
			diag_error(diag, place, "%s is not a code: " EXPECTED,
				policy_quote(code, quoted));
			return false;
		}
	}
	struct policy_dnsbl_range *kept = arena_alloc(arena, count, sizeof(*kept));

	if (kept == NULL) {
		diag_error(diag, place, "out of memory");
		return false;
	}
	memcpy(kept, ranges, count * sizeof(*kept));
	*out = (struct policy_dnsbl_ranges){kept, count};
	return true;
}

/* The position of the word `error`; text.len: it is not there. */
static size_t find_errors(struct str text)
{
	static const char word[] = "error";

	for (size_t i = 0; i < text.len; i++) {
		bool begins = i == 0 || ascii_is_blank(text.data[i - 1]);
		struct str rest = str_from(text, i);

		if (begins && str_starts_with(rest, word) &&
			(rest.len == strlen(word) || ascii_is_blank(rest.data[strlen(word)]))) {
			return i;
		}
	}
	return text.len;
}

bool policy_dnsbl_codes_read(struct str text, const struct place *place, struct arena *arena,
	struct diag *diag, struct policy_dnsbl_codes *out)
{
	size_t errors_at = find_errors(text);
	struct str listed = str_trim((struct str){text.data, errors_at});
	struct str errors = str_trim(str_from(text, errors_at + strlen("error")));
	struct policy_dnsbl_codes codes = {.other = str_starts_with(listed, "!=")};
	char quoted[POLICY_QUOTE_MAX];

	codes.named = codes.other || str_starts_with(listed, "=");
	if (listed.len > 0 && !codes.named) {
		diag_error(diag, place,
			"%s after the zone: expected a rule for each zone; and after the zone = or "
			"!= with codes, or error with codes, as in zen.example = 127.0.0.2-11",
			policy_quote(listed, quoted));
		return false;
	}
	if (codes.named && !read_ranges(str_trim(str_from(listed, codes.other ? 2 : 1)), place,
				   arena, diag, &codes.listed)) {
		return false;
	}
	if (errors_at < text.len && !read_ranges(errors, place, arena, diag, &codes.errors)) {
		return false;
	}
	*out = codes;
	return true;
}

static bool has(const struct policy_dnsbl_ranges *ranges, const uint8_t code[4])
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct policy_dnsbl_range *range = &ranges->items[i];
		bool in = true;

		for (size_t k = 0; in && k < ARRAY_LEN(range->low); k++) {
			in = range->low[k] <= code[k] && code[k] <= range->high[k];
		}
		if (in) {
			return true;
		}
	}
	return false;
}

enum policy_truth policy_dnsbl_codes_truth(
	const struct policy_dnsbl_codes *codes, const struct policy_lookup_codes *found)
{
	enum policy_truth truth = codes->named ? POLICY_FALSE : POLICY_TRUE;

	for (size_t i = 0; i < found->count; i++) {
		if (has(&codes->errors, found->items[i].octets)) {
			return POLICY_UNKNOWN;
		}
		if (codes->named && has(&codes->listed, found->items[i].octets) != codes->other) {
			truth = POLICY_TRUE;
		}
	}
	return found->count > 0 ? truth : POLICY_UNKNOWN;
}
