/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DNSBL_CODE_H
#define DW_POLICY_DNSBL_CODE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/util.h"
#include "policy/facts.h"

/*
 * What the answers of a DNSBL mean for a term: `dnsbl ZONE = CODES error CODES`. A DNSBL answers
 * with addresses in 127.0.0.0/8, and each address is a code whose meaning the list's operator
 * documents (RFC 5782 section 2.3).
 */

/* Codes of a term, and the ranges of one code; both in each of the two lists. */
#define POLICY_DNSBL_CODES_MAX 64

/* Each octet of a code that belongs to it lies in its range. */
struct policy_dnsbl_range {
	uint8_t low[4];
	uint8_t high[4];
};

struct policy_dnsbl_ranges {
	const struct policy_dnsbl_range *items;
	size_t count;
};

struct policy_dnsbl_codes {
	bool named; /* `=` or `!=`; false: each code counts */
	bool other; /* `!=`: a code counts that is not in `listed` */
	struct policy_dnsbl_ranges listed;
	struct policy_dnsbl_ranges errors; /* codes by which the list says that it does not work */
};

/*
 * Reads what follows the zone: `= CODES`, `!= CODES`, and `error CODES`, each once and in this
 * order. CODES are separated by commas; an octet of a code is a number or a range, as in
 * 127.0.0.2-11. Empty text is `{0}`. False after a diag_error; the arena keeps the ranges.
 */
NODISCARD bool policy_dnsbl_codes_read(struct str text, const struct place *place,
	struct arena *arena, struct diag *diag, struct policy_dnsbl_codes *out);

/*
 * Whether a client whose listing has these codes is listed for the term: unknown if one of them is
 * an error, or if there are no codes.
 */
enum policy_truth policy_dnsbl_codes_truth(
	const struct policy_dnsbl_codes *codes, const struct policy_lookup_codes *found);

#endif
