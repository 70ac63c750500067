/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_RULE_CHECK_H
#define DW_CONFIG_RULE_CHECK_H

#include "config/config_private.h"

/* Warns of valid rules of this policy that admit or count other requests than they seem to. */
void config_check_rules(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy);
/* The same for domains in all policies that many owners share. */
void config_check_domains(struct config_loader *loader);

#endif
