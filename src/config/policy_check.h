/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_POLICY_CHECK_H
#define DW_CONFIG_POLICY_CHECK_H

#include "config/config_private.h"

/*
 * Checks that a policy's keys fit together, including inherited ones. Resolves verify = auto, and
 * reports certificates that cannot be checked, or are not checked at all.
 */
void config_resolve_certificates(struct config_loader *loader, struct policy *policy);
/*
 * Checks the policy together with its rules, once all policies are read: impossible settings are
 * errors, valid but unwise ones warnings, given once at their place, however many policies inherit
 * them.
 */
void config_check_policy(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy);
/* Warns of a pin whose name no rule of any policy with that pin can need. */
void config_check_pins(struct config_loader *loader);

#endif
