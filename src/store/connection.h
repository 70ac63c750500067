/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_CONNECTION_H
#define DW_STORE_CONNECTION_H

#include "base/bytes.h"
#include "store/resp.h"
#include "store/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* One connection to a store: bytes out in few writes, whole replies in. */
struct store_connection;

#define STORE_UNSENT_MAX ((size_t)1 << 20) /* bytes that the store has not taken yet */

/* Called from the loop; not any more after store_connection_close. */
struct store_connection_events {
	void (*connected)(void *ctx);
	void (*reply)(void *ctx, const struct store_reply *reply);
	/* It broke, for this reason; the owner closes it. `foreign`: what came is not RESP2. */
	void (*lost)(void *ctx, bool foreign, const char *why);
	void (*closed)(void *ctx); /* also after store_connection_close: its memory is gone */
	void *ctx;
};

/* Begins to connect. NULL when out of memory or descriptors, with *why set. */
struct store_connection *store_connection_new(uv_loop_t *loop, const struct store_settings *to,
	const struct store_connection_events *events, const char **why);
/* The loop frees it, and then calls `closed`. */
void store_connection_close(struct store_connection *connection);

/*
 * Where commands are appended; store_connection_flush sends them. NULL: the store does not take
 * what was sent before.
 */
struct bytes *store_connection_out(struct store_connection *connection);
/* Sends what was appended, once everything before it is sent. */
void store_connection_flush(struct store_connection *connection);

#endif
