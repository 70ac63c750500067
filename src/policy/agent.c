/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/agent.h"

#include "agent/url.h"

#include <assert.h>

static_assert(POLICY_TEXT_ROOM >= AGENT_URL_MAX, "room for each URL");

static bool read_agent(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];

	if (!agent_url_read_configured(written, room, out)) {
		diag_error(diag, place,
			"%s is not the URL of an agent: expected https:// and a host name, perhaps "
			"with a port and a path, as in Signature-Agent, such as "
			"https://chatgpt.com",
			policy_quote(written, quoted));
		return false;
	}
	return true;
}

const struct policy_text_kind policy_text_agent = {
	.expected = "the URL of an agent, such as https://chatgpt.com",
	.read = read_agent,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
	.no_regex = true,
};
