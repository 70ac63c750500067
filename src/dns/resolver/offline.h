/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_OFFLINE_H
#define DW_DNS_RESOLVER_OFFLINE_H

#include "base/diag.h"
#include "dns/resolver/env.h"

/*
 * A simulated DNS for tests of policies: names outside the static zone do not exist, the lookup of
 * some names fails, and no query is ever sent.
 */
struct dns_offline {
	/* a lookup that reaches one of these names ends in SERVFAIL */
	const struct dns_name *failing;
	size_t failing_count;
	bool all_fail;
};

/* As dns_local_answer_step, without expires_ms; there always is an answer. */
void dns_offline_step(
	const struct dns_resolver_env *env, struct dns_answer *answer, struct dns_step *step);

#endif
