/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_SURVEY_H
#define DW_AUDIT_SURVEY_H

#include "audit/plan.h"
#include "base/addr.h"
#include "cert/host.h"
#include "dns/engine.h"
#include "dns/wire/status.h"

/* The current DNS data of a plan's names, and of the zones that they are in. */

#define AUDIT_IN_FLIGHT 32
/* for the whole survey; names not looked up by then are unknown */
#define AUDIT_RUN_MS (5 * 60 * 1000)

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
	bool complete; /* finished in time */
};

/*
 * Runs with at most `in_flight` lookups at a time, and AUDIT_IN_FLIGHT. False when out of memory or
 * descriptors.
 */
NODISCARD bool audit_survey_run(struct audit_survey *survey, const struct audit_plan *plan,
	struct dns_context *dns, size_t in_flight, const struct cert_suffixes *suffixes);

#endif
