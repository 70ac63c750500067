/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/dn_compare.h"

#define END (-1)

/* A text while it is read, folded. */
struct reader {
	struct str rest;
	bool dn;       /* RFC 2253 text; false: a value without escapes */
	bool in_value; /* behind the = of an attribute */
	bool escaped;  /* the next character follows a backslash */
};

static size_t blank_len(const struct reader *r)
{
	if (str_starts_with(r->rest, " ")) {
		return 1;
	}
	return r->dn && !r->escaped && str_starts_with(r->rest, "\\ ") ? 2 : 0;
}

static bool skip_blanks(struct reader *r)
{
	size_t before = r->rest.len;
	size_t len;

	while ((len = blank_len(r)) > 0) {
		r->rest = str_from(r->rest, len);
	}
	return r->rest.len < before;
}

static bool ends_value(const struct reader *r)
{
	return r->rest.len == 0 || (r->dn && (r->rest.data[0] == ',' || r->rest.data[0] == '+'));
}

/* The next character, END at the end. */
static int next(struct reader *r)
{
	if (!r->escaped && skip_blanks(r) && !ends_value(r)) {
		return ' ';
	}
	if (r->rest.len == 0) {
		return END;
	}
	int c = (unsigned char)ascii_lower(r->rest.data[0]);

	r->rest = str_from(r->rest, 1);
	if (r->escaped || !r->dn) {
		r->escaped = false;
		return c;
	}
	if (c == '\\') {
		r->escaped = true;
	} else if (c == ',' || c == '+') {
		r->in_value = false;
	} else if (c == '=' && !r->in_value) {
		r->in_value = true;
		skip_blanks(r);
	}
	return c;
}

static int compare(struct str one, struct str other, bool dn)
{
	struct reader a = {.rest = one, .dn = dn};
	struct reader b = {.rest = other, .dn = dn};
	int from_a;
	int from_b;

	skip_blanks(&a);
	skip_blanks(&b);
	do {
		from_a = next(&a);
		from_b = next(&b);
	} while (from_a == from_b && from_a != END);
	return (from_a > from_b) - (from_a < from_b);
}

int policy_dn_compare(struct str a, struct str b)
{
	return compare(a, b, true);
}

static int compare_values(struct str a, struct str b)
{
	return compare(a, b, false);
}

static bool same_values(struct str a, struct str b)
{
	return compare_values(a, b) == 0;
}

static bool read_value(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	*out = written;
	return true;
}

const struct policy_text_kind policy_text_attribute = {
	.expected = "the value of the attribute alone, without its type",
	.read = read_value,
	.order = compare_values,
	.covers = same_values,
	.includes = same_values,
};
