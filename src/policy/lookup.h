/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_LOOKUP_H
#define DW_POLICY_LOOKUP_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The DNS lookups of rules about the client's address, other than its names. A list of rules
 * numbers its lookups from 0; each is made once, however many terms use it.
 */

#define POLICY_LOOKUPS_MAX 256 /* of one list of rules */

enum policy_lookup_kind {
	POLICY_LOOKUP_FORWARD, /* is the address one of this name's addresses? */
	POLICY_LOOKUP_DNSBL    /* is it listed in this zone? */
};

struct policy_lookup {
	enum policy_lookup_kind kind;
	struct str name; /* a host name: lower-case, no final dot */
};

/* An address in 127.0.0.0/8 by which a DNSBL says why it lists a client (RFC 5782). */
struct policy_dnsbl_code {
	uint8_t octets[4];
};

/* The codes of one listing. */
struct policy_lookup_codes {
	const struct policy_dnsbl_code *items;
	size_t count;
};

/* Some of a list's lookups, by their numbers. */
struct policy_lookup_set {
	uint64_t bits[POLICY_LOOKUPS_MAX / 64];
};

static inline void policy_lookup_set_add(struct policy_lookup_set *set, size_t index)
{
	set->bits[index / 64] |= UINT64_C(1) << index % 64;
}

static inline bool policy_lookup_set_has(const struct policy_lookup_set *set, size_t index)
{
	return (set->bits[index / 64] >> index % 64 & 1) != 0;
}

/* The lookups of one list of rules as they are compiled; zeroed before its first use. */
struct policy_lookup_table {
	struct policy_lookup *items;
	size_t count;
	size_t capacity;
};

enum policy_lookup_added { POLICY_LOOKUP_ADDED, POLICY_LOOKUP_FULL, POLICY_LOOKUP_NO_MEMORY };

/* The number of the lookup, which is added if it is new; lookup->name is borrowed. */
NODISCARD enum policy_lookup_added policy_lookup_table_add(
	struct policy_lookup_table *table, const struct policy_lookup *lookup, size_t *index);
void policy_lookup_table_clear(struct policy_lookup_table *table);

#endif
