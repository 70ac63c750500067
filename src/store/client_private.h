/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_CLIENT_PRIVATE_H
#define DW_STORE_CLIENT_PRIVATE_H

#include "base/bytes.h"
#include "store/resp.h"
#include "store/settings.h"
#include "store/status.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a client itself sends on each new connection, in this order: all but the last at once, then
 * PING, whose time shows whether the store is fast enough.
 */
enum store_step {
	STORE_STEP_AUTH,
	STORE_STEP_SELECT,
	STORE_STEP_NAME, /* CLIENT SETNAME, for CLIENT LIST */
	STORE_STEP_ROLE, /* a replica would refuse to write */
	STORE_STEP_PING,
	STORE_STEP_NONE /* somebody else's question */
};

#define STORE_STEPS_SETUP STORE_STEP_PING

bool store_step_is_needed(enum store_step step, const struct store_settings *settings);
void store_step_append(
	enum store_step step, const struct store_settings *settings, struct bytes *out);
/* STORE_FAULT_NONE if the step succeeded; otherwise `why` says what was wrong. */
enum store_fault store_step_check(
	enum store_step step, const struct store_reply *reply, char *why, size_t size);

#endif
