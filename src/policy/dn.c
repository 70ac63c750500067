/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/dn.h"

#include "policy/dn_compare.h"
#include "policy/dn_parse.h"

#include <string.h>

#define JOINED_MAX 3 /* attributes in one part */

/* How many attributes the part that begins at that index has. */
static size_t part_len(const struct policy_dn *dn, size_t at)
{
	size_t end = at + 1;

	while (end < dn->count && dn->avas[end].joined) {
		end++;
	}
	return end - at;
}

/*
 * The only part with several attributes; false if there are several such parts, or it has too many
 * attributes.
 */
static bool find_joined(const struct policy_dn *dn, size_t *at, size_t *len)
{
	*len = 1;
	for (size_t i = 0; i < dn->count; i += part_len(dn, i)) {
		if (part_len(dn, i) > 1) {
			if (*len > 1 || part_len(dn, i) > JOINED_MAX) {
				return false;
			}
			*at = i;
			*len = part_len(dn, i);
		}
	}
	return true;
}

/* Whether the sequence of attribute types differs when read backwards. */
static bool has_direction(const struct policy_dn *dn)
{
	for (size_t i = 0; i < dn->count; i++) {
		if (!str_eq(dn->avas[i].type, dn->avas[dn->count - 1 - i].type)) {
			return true;
		}
	}
	return false;
}

static bool has_one_part(const struct policy_dn *dn)
{
	return part_len(dn, 0) == dn->count;
}

/* Appends the part, with its attributes in permutation `order` (of 1, 2 or 6). */
static void write_part(const struct policy_dn *dn, size_t at, size_t order, char *out, size_t *used)
{
	static const uint8_t orders[][JOINED_MAX] = {
		{0, 1, 2}, {1, 0, 2}, {0, 2, 1}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	size_t len = part_len(dn, at);

	for (size_t i = 0; i < len; i++) {
		size_t from = len > 1 && len <= JOINED_MAX ? orders[order][i] : i;
		struct str text = dn->avas[at + from].text;

		if (i > 0) {
			out[(*used)++] = '+';
		}
		memcpy(out + *used, text.data, text.len);
		*used += text.len;
	}
}

/* The text has the same length in any order, and has already fitted into a buffer of that size. */
static struct str write(
	const struct policy_dn *dn, bool backwards, size_t order, char out[POLICY_TEXT_ROOM])
{
	size_t at = backwards ? dn->count : 0;
	size_t used = 0;

	while (backwards ? at > 0 : at < dn->count) {
		if (backwards) {
			at--;
			while (dn->avas[at].joined) {
				at--;
			}
		}
		if (used > 0) {
			out[used++] = ',';
		}
		write_part(dn, at, order, out, &used);
		at += backwards ? 0 : part_len(dn, at);
	}
	return (struct str){out, used};
}

static bool read_dn(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];
	char other[POLICY_TEXT_ROOM];
	struct policy_dn dn;
	size_t at;
	size_t len;

	bool slashes = str_starts_with(written, "/");

	if (slashes ? !policy_dn_parse_slashes(&dn, written) : !policy_dn_parse(&dn, written)) {
		diag_error(diag, place, "%s is not a distinguished name: %s",
			policy_quote(written, quoted), dn.why);
		return false;
	}
	if (dn.used + dn.count > POLICY_TEXT_ROOM || !find_joined(&dn, &at, &len)) {
		diag_error(diag, place,
			"%s: expected at most %d bytes, and one part of at most %d attributes "
			"with + between them",
			policy_quote(written, quoted), POLICY_TEXT_ROOM, JOINED_MAX);
		return false;
	}
	/* Programs that write slashes begin with the root, RFC 2253 with the leaf. */
	struct str text = write(&dn, slashes, 0, room);

	if (!slashes && dn.loose && !has_one_part(&dn) && !has_direction(&dn)) {
		struct str mirrored = write(&dn, true, 0, other);

		diag_error(diag, place,
			"%s may be meant in either order: expected %.*s or %.*s, as doorward "
			"check --cert shows it",
			policy_quote(written, quoted), (int)text.len, text.data, (int)mirrored.len,
			mirrored.data);
		return false;
	}
	*out = text;
	return true;
}

static bool dn_variant(
	struct str value, size_t number, char room[POLICY_TEXT_ROOM], struct str *out)
{
	static const size_t orders[] = {1, 1, 2, 6};
	struct policy_dn dn;
	size_t at;
	size_t len;

	if (!policy_dn_parse(&dn, value) || !find_joined(&dn, &at, &len) ||
		number >= orders[len] * (has_direction(&dn) ? 2 : 1)) {
		return false;
	}
	*out = write(&dn, number >= orders[len], number % orders[len], room);
	return true;
}

static bool same_dns(struct str a, struct str b)
{
	return policy_dn_compare(a, b) == 0;
}

const struct policy_text_kind policy_text_dn = {
	.expected = "a distinguished name, as in CN=client,O=Example",
	.read = read_dn,
	.order = policy_dn_compare,
	.covers = same_dns,
	.includes = same_dns,
	.variant = dn_variant,
};
