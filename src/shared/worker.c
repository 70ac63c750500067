/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/worker.h"

#include "base/clock.h"
#include "shared/shared_private.h"
#include "shared/worker_private.h"

#include <stdlib.h>

#define FIRST_TICK_MS 100u
#define TICK_MS 1000u

static void on_tick(uv_timer_t *timer)
{
	struct shared_worker *w = timer->data;

	shared_heart_tick(&w->heart, clock_ms());
}

struct shared_worker *shared_worker_new(
	uv_loop_t *loop, struct shared *shared, struct shared_stats *stats)
{
	struct shared_worker *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		return NULL;
	}
	w->client = store_client_new(
		loop, shared_settings(shared), shared_status(shared), &stats->store);
	if (w->client == NULL) {
		free(w);
		return NULL;
	}
	w->references = 1;
	w->shared = shared_ref(shared);
	w->stats = stats;
	shared_heart_init(&w->heart, &shared->members, w->client);
	uv_timer_init(loop, &w->timer);
	w->timer.data = w;
	uv_timer_start(&w->timer, on_tick, FIRST_TICK_MS, TICK_MS);
	return w;
}

struct shared_worker *shared_worker_ref(struct shared_worker *w)
{
	if (w != NULL) {
		w->references++;
	}
	return w;
}

static void on_closed(uv_handle_t *timer)
{
	struct shared_worker *w = timer->data;

	shared_unref(w->shared);
	free(w);
}

static void on_last(uv_timer_t *timer)
{
	struct shared_worker *w = timer->data;

	shared_heart_stop(&w->heart);
	store_client_close(w->client);
	uv_close((uv_handle_t *)&w->timer, on_closed);
}

/*
 * The client is closed in a later turn of the loop: a reply of the store may end the last request
 * of a configuration, and with it what that configuration shares, from inside of the client.
 */
void shared_worker_unref(struct shared_worker *w)
{
	if (w != NULL && --w->references == 0) {
		uv_timer_start(&w->timer, on_last, 0, 0);
	}
}

struct store_client *shared_worker_client(const struct shared_worker *w)
{
	return w->client;
}

struct shared_stats *shared_worker_stats(const struct shared_worker *w)
{
	return w->stats;
}

struct shared *shared_worker_shared(const struct shared_worker *w)
{
	return w->shared;
}
