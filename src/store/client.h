/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_CLIENT_H
#define DW_STORE_CLIENT_H

#include "store/command.h"
#include "store/settings.h"
#include "store/stats.h"
#include "store/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * A client of Redis or Valkey on one loop, with one connection, which it makes again when it is
 * lost. Questions of one turn of the loop are sent by one write, and are answered in their order.
 * A store that is away, slow or wrong costs a question at most its timeout; after three timeouts
 * in a row, and as long as there is no connection, nothing is asked (store/breaker.h).
 */
struct store_client;
struct store_question;

/* Questions in flight at most, those included whose time is over. */
#define STORE_QUESTIONS_MAX 4096

/*
 * Connects in the loop. The settings are copied; `status` and `stats` are borrowed for as long as
 * the client lives. NULL when out of memory.
 */
struct store_client *store_client_new(uv_loop_t *loop, const struct store_settings *settings,
	struct store_status *status, struct store_stats *stats);
/*
 * Ends all questions as STORE_AWAY, and closes the connection; the loop frees the rest. From a
 * `done` no client may be closed. NULL is ignored.
 */
void store_client_close(struct store_client *client);

/*
 * Asks; what `command` points to is copied, but for the script, which must outlive the client.
 * `timeout_ms` 0: that of the settings. `done` (NULL: the outcome does not matter, and the result
 * here says only whether it was sent) is called exactly once, from the loop and never from here,
 * and the question is gone then. NULL: the store is known to be away, or too much is in flight:
 * decide at once without it.
 */
struct store_question *store_ask(struct store_client *client, const struct store_command *command,
	uint32_t timeout_ms, store_done *done, void *ctx);
/* `done` is not called any more. The store may execute the command all the same. */
void store_cancel(struct store_question *question);
/* Sends what was asked, without waiting for the end of the turn. */
void store_flush(struct store_client *client);
/* Whether a question would be asked now. */
bool store_is_there(const struct store_client *client);
/* The same for a question that must leave room for others: at most half of those in flight. */
bool store_has_spare_room(const struct store_client *client);

#endif
