/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_NAMES_H
#define DW_SHARED_NAMES_H

#include "dns/engine.h"
#include "shared/worker.h"

/*
 * Names over all machines: results of whole FCrDNS lookups in the store, sealed for the address,
 * the mode, and the settings on which facts depend. What a result says is a fact, never a verdict.
 * Values that were not sealed with a secret of this machine, or that say what no lookup can find,
 * are ignored. A result is valid until the real time that is sealed with it, and never longer than
 * this machine's own limits allow; one that was made more than 10 s ahead of this machine's clock
 * is not used. Belongs to the worker's thread.
 */
struct shared_names;

/* References `worker` and `context` until shared_names_free. NULL when out of memory. */
struct shared_names *shared_names_new(struct shared_worker *worker, struct dns_context *context);
/* After the engine that uses its cache is closed. NULL is ignored. */
void shared_names_free(struct shared_names *names);

/* For dns_engine_share. */
const struct dns_remote_cache *shared_names_cache(const struct shared_names *names);

#endif
