/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AGENT_TEXT_H
#define DW_AUTHZ_AGENT_TEXT_H

#include "authz/decision.h"
#include "base/bytes.h"

/* Appends what is known about the agent of a request, and why, as a sentence without its end. */
void authz_agent_text(const struct authz_agent *agent, struct bytes *out);

#endif
