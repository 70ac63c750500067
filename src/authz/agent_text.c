/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/agent_text.h"

static const char *const texts[AGENT_REASON_COUNT] = {
	[AGENT_NO_SIGNATURE] = "there is no Signature-Input",
	[AGENT_NO_TAG] = "no signature has the tag web-bot-auth",
	[AGENT_GOOD] = "the signature is that of a key of the agent",
	[AGENT_MALFORMED] = "Signature-Input, Signature or Signature-Agent is malformed, or has a "
			    "label twice",
	[AGENT_NO_SIGNATURE_AGENT] = "Signature-Agent is missing, or has no member for the "
				     "signature",
	[AGENT_NO_SIGNATURE_BYTES] = "Signature has no bytes for the label of Signature-Input",
	[AGENT_NO_PARAMETER] = "created, expires or keyid is missing in Signature-Input",
	[AGENT_NOT_COVERED] = "the signature does not cover @authority or @target-uri, or its "
			      "signature-agent",
	[AGENT_LIFETIME] = "expires is not after created, or more than 24 hours after it",
	[AGENT_NOT_YET] = "created is in the future",
	[AGENT_EXPIRED] = "the signature has expired",
	[AGENT_ALGORITHM] = "the algorithm is not that of the key",
	[AGENT_MISMATCH] = "the key did not make this signature over this request",
	[AGENT_REPLAYED] = "the nonce was seen before (agent_nonce = once)",
	[AGENT_NO_NONCE] = "the signature has no nonce, which agent_nonce = once asks for",
	[AGENT_UNKNOWN_AGENT] = "there are no keys of the agent: [agents] keys names their folder, "
				"and doorward-crawlers fetches them",
	[AGENT_UNKNOWN_KEY] = "the agent has no key with this keyid in the folder of [agents] keys",
	[AGENT_KEY_TIME] = "the key is not valid yet, or not any longer",
	[AGENT_UNKNOWN_COMPONENT] = "the signature covers a component that doorward does not "
				    "understand",
	[AGENT_UNSEEN_COMPONENT] = "the signature covers a component that the front end does not "
				   "pass on",
	[AGENT_UNKNOWN_ALGORITHM] = "the algorithm is not known",
	[AGENT_TOO_LARGE] = "the headers of the signature, or what it covers, are too large",
	[AGENT_BUSY] = "more signatures came in this second than are checked",
	[AGENT_NONCES_FULL] = "no more nonces can be remembered",
	[AGENT_NO_MEMORY] = "out of memory",
};

void authz_agent_text(const struct authz_agent *agent, struct bytes *out)
{
	bytes_append_text(out, agent_state_word(agent->state));
	if (agent->url.len > 0) {
		bytes_append_text(out, agent->state == AGENT_VERIFIED ? ", " : ", claimed is ");
		bytes_append_visible(out, agent->url);
	}
	bytes_append_text(out, ": ");
	bytes_append_text(out, texts[agent->reason]);
}
