/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_CERT_FACTS_H
#define DW_AUTHZ_CERT_FACTS_H

#include "cert/trust.h"
#include "policy/facts.h"

/* What rules see of a certificate that passed its checks: views of the strings. */
struct policy_cert authz_cert_facts(
	const struct cert_identity *identity, const struct cert_chain_keys *keys);

#endif
