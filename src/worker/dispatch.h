/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_DISPATCH_H
#define DW_WORKER_DISPATCH_H

#include "authz/snapshot.h"
#include "base/util.h"
#include "net/listen.h"
#include "net/protocol.h"
#include "worker/env.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/*
 * Receives the requests of one worker, of any protocol: each goes to its authorizer, or to an
 * endpoint (worker/endpoints.h).
 */
struct worker_dispatch;

/* NULL when out of memory or descriptors. */
struct worker_dispatch *worker_dispatch_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct worker_env_owner *worker);
/* To be called after the server that carries the services has been closed. */
void worker_dispatch_free(struct worker_dispatch *dispatch);

/* A service for a net_server; lives as long as `dispatch`. */
struct net_service *worker_dispatch_service(
	struct worker_dispatch *dispatch, enum net_listen_protocol protocol);
/*
 * Later requests are decided by `snapshot`, those in flight by the one with which they began.
 * False, with nothing changed, when out of memory or descriptors.
 */
NODISCARD bool worker_dispatch_renew(
	struct worker_dispatch *dispatch, struct authz_snapshot *snapshot);
/* From now on the process reports that it is not ready. */
void worker_dispatch_drain(struct worker_dispatch *dispatch);
/* Of the current snapshot. */
const struct config *worker_dispatch_config(const struct worker_dispatch *dispatch);

#endif
