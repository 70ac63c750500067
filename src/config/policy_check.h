/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_POLICY_CHECK_H
#define DW_CONFIG_POLICY_CHECK_H

#include "config/config_private.h"

/* Whether what a policy says goes together, once its parents have filled it in. */

/* Settles what verify = auto comes to, and reports what cannot be checked, or by nobody. */
void config_settle_certificates(struct config_loader *loader, struct policy *policy);
/*
 * The policy beside its rules, once all policies are filled in: what cannot be is an error, what is
 * legal and unwise a warning, told once where it stands, whoever inherits it.
 */
void config_check_policy(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy);
/* Warns of a pin about what no rule of any policy that has it can ask for. */
void config_check_pins(struct config_loader *loader);

#endif
