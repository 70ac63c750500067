/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/key.h"

#include "base/oid.h"
#include "base/oid_names.h"

#include <stdio.h>

#define BITS_MAX 65536

/* A type or curve, and a range of sizes: a value is `NAME LOW HIGH`, a fact `NAME` or `NAME BITS`.
 */
struct range {
	struct str name;
	uint64_t low;
	uint64_t high;
};

static struct range range_of(struct str text)
{
	struct range r = {.low = 0, .high = 0};

	r.name = str_take_word(&text);
	if (str_to_u64(str_take_word(&text), BITS_MAX, &r.low) &&
		!str_to_u64(text, BITS_MAX, &r.high)) {
		r.high = r.low;
	}
	return r;
}

/* Cuts the name off, which ends at a blank or a comparison. */
static struct str take_name(struct str *rest)
{
	size_t len = 0;

	while (len < rest->len && !ascii_is_blank(rest->data[len]) && rest->data[len] != '<' &&
		rest->data[len] != '>') {
		len++;
	}
	struct str name = {rest->data, len};

	*rest = str_trim(str_from(*rest, len));
	return name;
}

/* `BITS`, or a comparison and BITS; false if it is another text, or a range without a size. */
static bool read_sizes(struct str text, struct range *r)
{
	bool least = str_take_nocase(&text, ">=");
	bool most = !least && str_take_nocase(&text, "<=");
	bool more = !least && !most && str_take_nocase(&text, ">");
	bool less = !least && !most && !more && str_take_nocase(&text, "<");
	uint64_t bits;

	if (!str_to_u64(str_trim(text), BITS_MAX, &bits) || bits == 0) {
		return false;
	}
	r->low = most || less ? 0 : bits + more;
	r->high = least || more ? BITS_MAX : bits - less;
	return r->low <= r->high && r->high > 0;
}

static bool read_key(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	struct str sizes = written;
	struct range r = {.name = take_name(&sizes), .low = 0, .high = BITS_MAX};
	const struct oid_name *known = oid_find(&oid_keys, r.name);
	char quoted[POLICY_QUOTE_MAX];

	policy_quote(written, quoted);
	if (known == NULL && !oid_is_valid(r.name)) {
		const char *meant = oid_suggest(&oid_keys, r.name);

		diag_error(diag, place, "%s is not a key: expected %s%s%s%s", quoted,
			policy_text_key.expected, meant != NULL ? ", did you mean " : "",
			meant != NULL ? meant : "", meant != NULL ? "?" : "");
		return false;
	}
	r.name = known != NULL ? str_view(known->name) : r.name;
	if (sizes.len > 0 && (known == NULL || !known->sized)) {
		diag_error(diag, place,
			"%s: only rsa, rsa-pss, dsa and ec have sizes: expected %.*s", quoted,
			(int)r.name.len, r.name.data);
		return false;
	}
	if (sizes.len > 0 && !read_sizes(sizes, &r)) {
		diag_error(diag, place,
			"%s is not a size of a key: expected bits, up to %d, as in %s >= 3072, or "
			"with <=, >, < or nothing before them",
			quoted, BITS_MAX, known->name);
		return false;
	}
	int len = snprintf(room, POLICY_TEXT_ROOM, "%.*s %llu %llu", (int)r.name.len, r.name.data,
		(unsigned long long)r.low, (unsigned long long)r.high);

	*out = (struct str){room, (size_t)len};
	return true;
}

/* Of ranges that begin with the same size the longest comes first. */
static int order_ranges(struct str a, struct str b)
{
	struct range x = range_of(a);
	struct range y = range_of(b);
	int order = policy_text_order(x.name, y.name);

	if (order == 0) {
		order = (x.low > y.low) - (x.low < y.low);
	}
	return order != 0 ? order : (x.high < y.high) - (x.high > y.high);
}

static bool range_covers(struct str value, struct str other)
{
	struct range x = range_of(value);
	struct range y = range_of(other);

	return str_eq(x.name, y.name) && x.low <= y.low && y.high <= x.high;
}

const struct policy_text_kind policy_text_key = {
	.expected = "a type, such as rsa, ec or ed25519, also with bits, as in rsa >= 3072, or a "
		    "curve, such as P-256",
	.read = read_key,
	.order = order_ranges,
	.covers = range_covers,
	.includes = range_covers,
	.no_regex = true,
};
