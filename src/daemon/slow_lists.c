/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/slow_lists.h"

#include "base/str.h"
#include "log/log.h"

#include <inttypes.h>
#include <stdlib.h>

#define LEAST_ENV "DOORWARD_SLOW_LIST_MS"
#define LEAST_MS 2000
#define LEAST_MS_MAX 3600000

static void show(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	const struct daemon_slow_lists *slow = ctx;

	if (slow->shown != NULL && slow->shown->show != NULL) {
		slow->shown->show(slow->shown->ctx, what, done, total);
	}
}

static void ended(void *ctx, const char *what, uint64_t took_ms)
{
	const struct daemon_slow_lists *slow = ctx;

	if (slow->shown != NULL && slow->shown->ended != NULL) {
		slow->shown->ended(slow->shown->ctx, what, took_ms);
	}
	if (took_ms >= slow->least_ms) {
		log_write(LOG_LEVEL_INFO, "%s: reading this list took %" PRIu64 ".%" PRIu64 " s",
			what, took_ms / 1000, took_ms % 1000 / 100);
	}
}

struct progress *daemon_slow_lists_init(struct daemon_slow_lists *slow, struct progress *shown)
{
	const char *text = getenv(LEAST_ENV);
	uint64_t ms = LEAST_MS;

	if (text != NULL && !str_to_u64(str_view(text), LEAST_MS_MAX, &ms)) {
		ms = LEAST_MS;
	}
	*slow = (struct daemon_slow_lists){
		.progress = {.show = show, .ended = ended, .ctx = slow},
		.shown = shown,
		.least_ms = ms,
	};
	return &slow->progress;
}
