/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/client_private.h"
#include "store/error.h"

#include <stdio.h>

#define SHOWN 150 /* bytes of an error */

bool store_step_is_needed(enum store_step step, const struct store_settings *settings)
{
	switch (step) {
	case STORE_STEP_AUTH:
		return settings->password.data != NULL;
	case STORE_STEP_SELECT:
		return settings->database > 0;
	case STORE_STEP_NAME:
	case STORE_STEP_ROLE:
	case STORE_STEP_PING:
		return true;
	case STORE_STEP_NONE:
		break;
	}
	return false;
}

void store_step_append(
	enum store_step step, const struct store_settings *settings, struct bytes *out)
{
	char number[16];

	switch (step) {
	case STORE_STEP_AUTH:
		store_command_begin(out, settings->user != NULL ? 3 : 2);
		store_command_add(out, str_view("AUTH"));
		if (settings->user != NULL) {
			store_command_add(out, str_view(settings->user));
		}
		store_command_add(out, settings->password);
		break;
	case STORE_STEP_SELECT:
		snprintf(number, sizeof(number), "%u", settings->database);
		store_command_begin(out, 2);
		store_command_add(out, str_view("SELECT"));
		store_command_add(out, str_view(number));
		break;
	case STORE_STEP_NAME:
		store_command_begin(out, 3);
		store_command_add(out, str_view("CLIENT"));
		store_command_add(out, str_view("SETNAME"));
		store_command_add(
			out, str_view(settings->client_name != NULL ? settings->client_name
								    : "doorward"));
		break;
	case STORE_STEP_ROLE:
		store_command_begin(out, 1);
		store_command_add(out, str_view("ROLE"));
		break;
	case STORE_STEP_PING:
		store_command_begin(out, 1);
		store_command_add(out, str_view("PING"));
		break;
	case STORE_STEP_NONE:
		break;
	}
}

static enum store_fault fault_of(enum store_step step, struct str error)
{
	switch (store_error_kind(error)) {
	case STORE_ERROR_AUTH:
		return STORE_FAULT_AUTH;
	case STORE_ERROR_STATE:
		return STORE_FAULT_STATE;
	default:
		break;
	}
	switch (step) {
	case STORE_STEP_AUTH:
		return STORE_FAULT_AUTH;
	case STORE_STEP_SELECT:
		return STORE_FAULT_DATABASE;
	default:
		return STORE_FAULT_STATE;
	}
}

static enum store_fault check_role(const struct store_reply *role, char *why, size_t size)
{
	if (role->count == 0 || !str_eq_text(role->items[0].text, "slave")) {
		return STORE_FAULT_NONE;
	}
	snprintf(why, size, "it is a replica (ROLE): expected the primary");
	return STORE_FAULT_STATE;
}

enum store_fault store_step_check(
	enum store_step step, const struct store_reply *reply, char *why, size_t size)
{
	static const char *const names[] = {
		[STORE_STEP_AUTH] = "AUTH",
		[STORE_STEP_SELECT] = "SELECT",
		[STORE_STEP_NAME] = "CLIENT SETNAME",
		[STORE_STEP_ROLE] = "ROLE",
		[STORE_STEP_PING] = "PING",
	};
	enum store_fault fault;

	if (step == STORE_STEP_ROLE && reply->type == STORE_REPLY_ARRAY) {
		return check_role(reply, why, size);
	}
	if (reply->type == STORE_REPLY_STATUS) {
		return STORE_FAULT_NONE;
	}
	if (reply->type != STORE_REPLY_ERROR) {
		snprintf(why, size, "%s: the reply is not one of Redis or Valkey", names[step]);
		return STORE_FAULT_PROTOCOL;
	}
	fault = fault_of(step, reply->text);
	/* A user may lack the right to these, and a proxy may not know them. */
	if ((step == STORE_STEP_NAME || step == STORE_STEP_ROLE) && fault == STORE_FAULT_STATE &&
		store_error_kind(reply->text) != STORE_ERROR_STATE) {
		return STORE_FAULT_NONE;
	}
	snprintf(why, size, "%s: %.*s", names[step],
		(int)(reply->text.len < SHOWN ? reply->text.len : SHOWN), reply->text.data);
	return fault;
}
