/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_CLAIM_H
#define DW_POLICY_CLAIM_H

#include "policy/facts.h"
#include "policy/field.h"
#include "policy/path.h"

#include <stdbool.h>

/*
 * The texts that a claim can mean for a rule. A front end may not have sent the claim, two of its
 * parameters may differ, and one text may mean several things: then a term about it can be unknown.
 * Pure; inside policy, except for policy_claim_explain.
 */

struct policy_claim_reader {
	struct policy_path path;
	enum policy_claim_form form;
	struct str text;
	unsigned ways; /* of the next reading */
	bool done;
	char room[POLICY_PATH_MAX];
};

/* False: the claim's value is unknown. */
NODISCARD bool policy_claim_begin(struct policy_claim_reader *reader,
	const struct policy_field *field, const struct policy_facts *facts);
/* The next text that the claim can mean, valid until the next call; false: there are no more. */
NODISCARD bool policy_claim_next(struct policy_claim_reader *reader, struct str *text);

/* The claims that a term about the field reads, as bits; the field has POLICY_SOURCE_CLAIM. */
unsigned policy_claims_read(const struct policy_field *field, const struct policy_facts *facts);
/* Whether a request target contains the host, too (RFC 9112 3.2.2). */
bool policy_claim_uri_names_host(struct str uri);

/* Room for the longest explanation. */
#define POLICY_CLAIM_WHY_MAX 512

/*
 * Explains why a term about the claim is unknown, as a sentence about its value, which is neither
 * absent nor disputed: `uri "/a;b": servers differ on ;`.
 */
const char *policy_claim_explain(
	enum policy_claim claim, const struct policy_facts *facts, char out[POLICY_CLAIM_WHY_MAX]);

#endif
