/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_REPORT_H
#define DW_AUDIT_REPORT_H

#include "audit/state.h"
#include "audit/survey.h"

/* What a survey found, compared with the pins and with the previous audit. */

enum audit_kind {
	AUDIT_GONE,        /* a name, or the name of a zone, does not exist, or has no address */
	AUDIT_CHAIN_ENDS,  /* a CNAME leads to a name without records */
	AUDIT_CHAIN_LOOPS, /* CNAMEs form a loop */
	AUDIT_OUTSIDE,     /* addresses outside the pin */
	AUDIT_MOVED,       /* other addresses than in the previous audit */
	AUDIT_TOO_MANY,    /* addresses beyond those that are compared */
	AUDIT_REZONED,     /* a name lies in another zone */
	AUDIT_CHANGED,     /* another MNAME, or other name servers */
	AUDIT_CRL_ENDS,    /* a revocation list ends soon, or has ended */
	AUDIT_CA_ENDS,     /* a CA's certificate ends soon */
	AUDIT_TROUBLE      /* a lookup failed */
};

struct audit_finding {
	struct audit_finding *next;
	enum audit_kind kind;
	struct str name;   /* or ".NAME"; of the ENDS kinds, the CA's */
	struct str detail; /* the pin's place; NXDOMAIN and the like; "OLD -> NEW"; may be absent */
	struct str_list added;
	struct str_list removed;
	struct str_list chain;
};

struct audit_report {
	const struct audit_plan *plan;
	struct str since; /* the time of the previous audit; absent: this is the first */
	struct audit_finding *findings;
	struct audit_finding **last;
	size_t count;
	size_t troubles; /* of those, AUDIT_TROUBLE */
	size_t zones;
	bool failed; /* out of memory */
};

/*
 * Fills the report, and the state to keep: for names whose lookup failed, and for names that were
 * not looked up (`partial`), the state in `old`. Everything lives as long as the arguments and the
 * plan's arena.
 */
void audit_compare(const struct audit_plan *plan, const struct audit_survey *survey,
	const struct audit_state *old, bool partial, struct audit_report *report,
	struct audit_state *now);

/* Copies the finding; its texts are borrowed. */
void audit_report_add(struct audit_report *report, const struct audit_finding *found);
/* "gone", "dangling", … */
const char *audit_kind_word(enum audit_kind kind);
/* `verbose`: with a line for each thing that an audit cannot look up, instead of their number. */
void audit_report_text(const struct audit_report *report, bool verbose, struct bytes *out);
void audit_report_json(const struct audit_report *report, struct bytes *out);

#endif
