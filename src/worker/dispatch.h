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

/* The requests of one worker, by whatever protocol they come: each becomes a question to its
 * decider, or is a probe's. */
struct requests;

/* NULL when out of memory or descriptors. */
struct requests *requests_new(
	uv_loop_t *loop, struct authz_snapshot *snapshot, const struct generation_worker *worker);
/* After the server that carries the services has been closed. */
void requests_free(struct requests *requests);

/* What a net_server is to serve; lives as long as `requests`. */
struct net_service *requests_service(struct requests *requests, enum net_listen_protocol protocol);
/* Requests to come are decided by `snapshot`, those in flight by the one they began with. False,
 * and nothing changes, when out of memory or descriptors. */
NODISCARD bool requests_renew(struct requests *requests, struct authz_snapshot *snapshot);
/* From now on the process says that it is not ready. */
void requests_drain(struct requests *requests);
/* Of the current snapshot. */
const struct config *requests_config(const struct requests *requests);

#endif
