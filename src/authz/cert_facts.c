/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/cert_facts.h"

struct policy_cert authz_cert_facts(
	const struct cert_identity *identity, const struct cert_chain_keys *keys)
{
	return (struct policy_cert){
		.subject = identity->subject,
		.issuer = identity->issuer,
		.serial = identity->serial,
		.sha256 = identity->sha256,
		.spki = identity->spki,
		.issuer_spki = keys->issuer,
		.anchor = keys->anchor,
		.subject_values = identity->subject_values,
		.issuer_values = identity->issuer_values,
		.dns = identity->dns,
		.email = identity->email,
		.uri = identity->uri,
		.upn = identity->upn,
		.srv = identity->srv,
		.smtp_utf8 = identity->smtp_utf8,
		.eku = identity->eku,
		.policies = identity->policies,
		.key = identity->key,
		.self_signed = identity->self_signed,
		.ip = identity->ip,
		.ip_count = identity->ip_count,
	};
}
