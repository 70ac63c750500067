/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_SURVEY_H
#define DW_AUDIT_SURVEY_H

#include "audit/plan.h"
#include "base/addr.h"
#include "cert/host.h"
#include "dns/engine.h"
#include "dns/wire/status.h"

/* What DNS says today of a plan's names, and of the zones that they are in. */

#define AUDIT_IN_FLIGHT 32
#define AUDIT_RUN_MS (5 * 60 * 1000) /* the whole of it; what is not known then, nobody knows */

enum audit_word {
	AUDIT_UNKNOWN, /* nobody knows: `status` says why */
	AUDIT_FOUND,
	AUDIT_NO_ADDRESS, /* the name is there, without an address */
	AUDIT_NO_NAME,    /* NXDOMAIN */
	AUDIT_DANGLING,   /* a CNAME that ends in nothing */
	AUDIT_LOOP
};

/* Of one target, in the plan's order. */
struct audit_answer {
	enum audit_word word;
	enum dns_status status; /* of AUDIT_UNKNOWN */
	struct addr *addrs; /* IPv4 before IPv6, ascending; also some where others are unknown */
	size_t count;
	size_t left_out;             /* addresses beyond those that an answer holds */
	struct str_list chain;       /* the names behind CNAMEs, of DANGLING and LOOP */
	bool from_zone;              /* the static zone's: nobody else has it in hand */
	struct str zone;             /* that it is in; absent: not known */
	enum dns_status zone_status; /* why not, if that is a failure */
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
	bool complete; /* within the time */
};

/*
 * With at most `in_flight` questions under way, and AUDIT_IN_FLIGHT. False when out of memory or
 * descriptors.
 */
NODISCARD bool audit_survey_run(struct audit_survey *survey, const struct audit_plan *plan,
	struct dns_context *dns, size_t in_flight, const struct cert_suffixes *suffixes);

#endif
