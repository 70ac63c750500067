/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/described.h"

#include "authz/request.h"
#include "policy/agent.h"

void authz_described_inputs(struct authz_input *input, const struct config_frontend *frontend,
	const struct str values[AUTHZ_INPUT_CERT])
{
	static const enum authz_input_name sources[] = {
		[CONFIG_ADDRESS_AUTO] = AUTHZ_INPUT_REMOTE_ADDR,
		[CONFIG_ADDRESS_X_REAL_IP] = AUTHZ_INPUT_X_REAL_IP,
		[CONFIG_ADDRESS_X_FORWARDED_FOR] = AUTHZ_INPUT_X_FORWARDED_FOR,
		[CONFIG_ADDRESS_REMOTE_ADDR] = AUTHZ_INPUT_REMOTE_ADDR,
	};
	enum authz_input_name source = sources[frontend->address];

	for (unsigned i = 0; i < AUTHZ_INPUT_CERT; i++) {
		if (values[i].data != NULL) {
			authz_input_set(input, (enum authz_input_name)i, values[i]);
		}
	}
	if (values[AUTHZ_INPUT_DOORWARD_POLICY].len > 0 &&
		values[AUTHZ_INPUT_DOORWARD_POLICY].data[0] == '@') {
		authz_input_set(input, AUTHZ_INPUT_DOORWARD_LOOKUP, str_view("1"));
	}
	/* Beside REMOTE_ADDR, which counts where headers are not honoured. */
	if (source != AUTHZ_INPUT_REMOTE_ADDR && values[AUTHZ_INPUT_REMOTE_ADDR].data != NULL) {
		authz_input_set(input, source, values[AUTHZ_INPUT_REMOTE_ADDR]);
	}
}

bool authz_described_agent(struct str text, struct arena *arena, struct str *agent)
{
	char room[POLICY_TEXT_ROOM];
	struct str read = text;
	struct diag diag;

	if (!str_eq_text(text, AUTHZ_GIVEN_AGENT_INVALID) &&
		!str_eq_text(text, AUTHZ_GIVEN_AGENT_UNVERIFIED)) {
		diag_init(&diag);
		bool good = policy_text_agent.read(text, NULL, &diag, room, &read);

		diag_clear(&diag);
		if (!good) {
			return false;
		}
	}
	*agent = arena_dup(arena, read);
	return agent->data != NULL;
}
