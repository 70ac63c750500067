/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_COMMAND_H
#define DW_STORE_COMMAND_H

#include "base/str.h"
#include "store/resp.h"
#include "store/script.h"

#include <stddef.h>

/* What a client is asked, and what it tells. */

struct store_command {
	const struct store_script *script; /* NULL: `args` begins with the command's name */
	const struct str *args;            /* of a script: its keys, then its other arguments */
	size_t arg_count;
	size_t key_count; /* of a script: how many of `args` are keys */
};

enum store_outcome {
	/* The reply may be an error about this question, such as WRONGTYPE. */
	STORE_REPLIED,
	/*
	 * Not in time, the connection was lost, or the store as a whole refuses (OOM, READONLY,
	 * LOADING, NOPERM …). Whether the command was executed is unknown. `reply` is NULL.
	 */
	STORE_AWAY
};

/* `reply` is valid until it returns. */
typedef void store_done(void *ctx, enum store_outcome outcome, const struct store_reply *reply);

#endif
