/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_OFFLINE_H
#define DW_DNS_RESOLVER_OFFLINE_H

#include "base/diag.h"
#include "dns/resolver/env.h"

/*
 * A DNS of its own for tests of policies: what the static zone does not have the say about does not
 * exist, some names cannot be looked up, and nothing is ever sent.
 */
struct dns_offline {
	const struct dns_name *failing; /* a question that leads to one of them ends in SERVFAIL */
	size_t failing_count;
	bool all_fail;
};

/* As dns_local_answer_step, without expires_ms; the answer is always known. */
void dns_offline_step(
	const struct dns_ground *ground, struct dns_answer *answer, struct dns_step *step);

#endif
