/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_AGENT_H
#define DW_POLICY_AGENT_H

#include "policy/text.h"

/*
 * The URL of an agent that signs its requests (Web Bot Auth), in the form of
 * agent_url_read_configured.
 */
extern const struct policy_text_kind policy_text_agent;

#endif
