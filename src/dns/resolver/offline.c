/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/offline.h"

#include "dns/wire/answer.h"

static bool fails(const struct dns_offline *offline, const struct dns_name *name)
{
	for (size_t i = 0; i < offline->failing_count; i++) {
		if (dns_name_eq(&offline->failing[i], name)) {
			return true;
		}
	}
	return offline->all_fail;
}

void dns_offline_step(
	const struct dns_resolver_env *env, struct dns_answer *answer, struct dns_step *step)
{
	const struct dns_offline *offline = env->settings->offline;

	step->source = DNS_SOURCE_ZONE;
	dns_answer_init(answer, step->name, step->type);
	if (fails(offline, step->name)) {
		step->status = DNS_STATUS_SERVFAIL;
		return;
	}
	if (env->zone == NULL || !dns_zone_answer(env->zone, step->name, step->type, answer)) {
		dns_answer_init(answer, step->name, step->type);
		answer->has_ttl = false;
		step->status = DNS_STATUS_NXDOMAIN;
		return;
	}
	step->status = answer->cnames > 0 && fails(offline, &answer->target)
			       ? DNS_STATUS_SERVFAIL
			       : dns_status_of(answer->kind);
}
