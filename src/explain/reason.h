/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_EXPLAIN_REASON_H
#define DW_EXPLAIN_REASON_H

#include "explain/explain.h"

/* A decision, and how long it is valid, as a sentence each, without a line end. */
void explain_decision(const struct authz_decision *d, struct bytes *out);
void explain_holding(const struct explain *e, const struct authz_decision *d, struct bytes *out);

const char *explain_action_word(enum policy_action action);

#endif
