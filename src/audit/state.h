/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_STATE_H
#define DW_AUDIT_STATE_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The results of an audit, kept for the next one:
 *
 *   {"version": 1, "time": "2026-11-21T17:12:00Z",
 *    "names": {"www.example": {"addresses": ["192.0.2.1"], "zone": "example"},
 *              ".example": {"addresses": [], "zone": "example"}},
 *    "zones": {"example": {"mname": "ns.example", "ns": ["ns.example"]}}}
 */

#define AUDIT_STATE_VERSION 1
#define AUDIT_STATE_MAX (64 << 20) /* bytes */

struct audit_kept_name {
	struct str key;
	struct addr *addrs; /* ascending */
	size_t count;
	struct str zone; /* absent: unknown */
};

struct audit_kept_zone {
	struct str name;
	struct str mname;
	struct str_list ns; /* ascending */
};

struct audit_state {
	struct str time;               /* absent: there was no previous audit */
	struct audit_kept_name *names; /* by key, each once */
	size_t name_count;
	struct audit_kept_zone *zones; /* by name, each once */
	size_t zone_count;
};

/* Strings and lists are the arena's. NULL, or what is wrong with the text. */
NODISCARD const char *audit_state_parse(
	struct str text, struct arena *arena, struct audit_state *out);
void audit_state_write(const struct audit_state *state, struct bytes *out);

/* A file that does not exist is a state without a time. NULL, or the error. */
NODISCARD const char *audit_state_load(
	const char *path, struct arena *arena, struct audit_state *out);
/* Writes the file as a whole or not at all, readable by its owner. NULL, or the error. */
NODISCARD const char *audit_state_save(const char *path, const struct audit_state *state);

/* NULL: no name has that key. */
const struct audit_kept_name *audit_state_name(const struct audit_state *state, struct str key);
const struct audit_kept_zone *audit_state_zone(const struct audit_state *state, struct str name);

/* Sorts names and zones, as the two functions above require. */
void audit_state_sort(struct audit_state *state);

/* By family, then by number: the order of the lists. */
int audit_addr_order(const void *a, const void *b);

#endif
