/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_RECORDS_H
#define DW_AUDIT_RECORDS_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/util.h"
#include "dns/wire/answer.h"
#include "dns/wire/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The current DNS data of a plan's names, and of the zones that they are in, as it is found. */

#define AUDIT_CHAIN_MAX (DNS_CNAME_MAX + 1)

enum audit_word {
	AUDIT_UNKNOWN, /* the lookup failed: `status` says why */
	AUDIT_FOUND,
	AUDIT_NO_ADDRESS, /* the name exists, without an address */
	AUDIT_NO_NAME,    /* NXDOMAIN */
	AUDIT_DANGLING,   /* a CNAME that leads to a name without records */
	AUDIT_LOOP
};

/* The result for one target, in the plan's order. */
struct audit_answer {
	enum audit_word word;
	enum dns_status status; /* of AUDIT_UNKNOWN */
	/* IPv4 before IPv6, ascending; may have some if the lookup of others failed */
	struct addr *addrs;
	size_t count;
	size_t left_out;       /* addresses beyond those that an answer holds */
	struct str_list chain; /* the names behind CNAMEs, of DANGLING and LOOP */
	/* from the static zone, which only the administrator changes */
	bool from_zone;
	struct str zone;             /* the zone of the name; absent: unknown */
	enum dns_status zone_status; /* why `zone` is unknown, if a lookup failed */
};

/* A zone that targets are in, or their registrable domain. */
struct audit_zone {
	struct str name;
	enum audit_word word;   /* UNKNOWN, FOUND or NO_NAME */
	enum dns_status status; /* of AUDIT_UNKNOWN */
	struct str mname;
	struct str_list ns; /* ascending */
};

struct audit_survey {
	struct audit_answer *answers;
	struct audit_zone *zones; /* by name, each once */
	size_t zone_count;
	size_t zone_room;
	bool complete; /* finished in time */
};

/* What a status says about whether a name exists. */
enum audit_word audit_word_of(enum dns_status status);
/* Sets the worse of the results for A and AAAA: a result cannot replace a failed lookup. */
void audit_answer_judge(struct audit_answer *answer, enum dns_status v4, enum dns_status v6);
/* For a zone, or for the parent of names: it must exist, whatever records it has. */
void audit_answer_judge_suffix(struct audit_answer *answer, enum dns_status status, bool from_zone);

/* These are false when out of memory. The chain must have fewer than AUDIT_CHAIN_MAX names. */
NODISCARD bool audit_answer_add_addrs(
	struct audit_answer *answer, const struct dns_answer *records, struct arena *arena);
NODISCARD bool audit_answer_add_alias(
	struct audit_answer *answer, struct str to, struct arena *arena);
/* Adds the zone if the survey does not have it; the name is borrowed. */
NODISCARD bool audit_survey_add_zone(
	struct audit_survey *survey, struct str name, struct arena *arena);

#endif
