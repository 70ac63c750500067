/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"
#include "shared/shared.h"
#include "shared/worker.h"

#include <string.h>

#define WAIT_MS 3000u /* more than the client's own limits */
#define TURN_MS 10u

static void on_tick(uv_timer_t *timer)
{
}

/* Until the first question is answered, or something is wrong. */
static bool wait_for_answer(uv_loop_t *loop, struct store_status *status,
	const struct shared_stats *stats, struct store_status_view *view)
{
	uint64_t end_ms = clock_ms() + WAIT_MS;

	do {
		uv_run(loop, UV_RUN_ONCE);
		store_status_read(status, view);
		if (counter_get(&stats->store.replies) > 0) {
			return true;
		}
	} while (view->fault == STORE_FAULT_NONE && clock_ms() < end_ms);
	return false;
}

bool shared_try(struct shared *shared, uint64_t *took_ms, struct bytes *why)
{
	struct store_status *status = shared_status(shared);
	struct store_status_view view;
	struct shared_stats stats;
	uv_timer_t tick;
	uv_loop_t loop;

	memset(&stats, 0, sizeof(stats));
	if (uv_loop_init(&loop) != 0) {
		bytes_append_text(why, "out of memory or descriptors");
		return false;
	}
	store_status_silence(status);
	struct shared_worker *worker = shared_worker_new(&loop, shared, &stats);

	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, TURN_MS, TURN_MS);
	bool good = worker != NULL && wait_for_answer(&loop, status, &stats, &view);

	*took_ms = counter_get(&stats.store.reply_time.sum_us) / 1000;
	if (!good) {
		bytes_append_text(why, worker == NULL           ? "out of memory"
				       : view.detail[0] != '\0' ? view.detail
								: "it does not answer");
	}
	shared_worker_unref(worker);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return good;
}
