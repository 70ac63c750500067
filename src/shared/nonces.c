/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/nonces.h"

#include "base/counter.h"
#include "shared/shared_private.h"

#include <inttypes.h>
#include <stdio.h>

#define CLOCKS_MS 60000u /* by which the clock of another machine may be behind */
#define NUMBER_MAX 24

static void on_reply(void *ctx, enum store_outcome outcome, const struct store_reply *reply)
{
	struct shared_nonce_wait *wait = ctx;
	struct shared_nonce_stats *stats = &shared_worker_stats(wait->worker)->nonces;
	const struct store_seal *seal = shared_seal(shared_worker_shared(wait->worker));
	bool answered = outcome == STORE_REPLIED && reply->type == STORE_REPLY_INTEGER;
	bool used = answered && reply->integer != (int64_t)store_seal_secret_count(seal);

	counter_add(!answered ? &stats->unanswered : used ? &stats->used : &stats->set, 1);
	wait->question = NULL;
	wait->done(wait->ctx, used);
}

bool shared_nonces_take(struct shared_worker *worker, struct str id, uint64_t life_ms,
	uint32_t timeout_ms, struct shared_nonce_wait *wait)
{
	struct shared *shared = shared_worker_shared(worker);
	size_t count = store_seal_secret_count(shared->seal);
	struct bytes keys[STORE_SECRETS_MAX];
	struct str args[STORE_SECRETS_MAX + 1];
	char life[NUMBER_MAX];
	bool made = true;

	for (size_t i = 0; i < count; i++) {
		bytes_init(&keys[i], 0);
		store_seal_key(shared->seal, i, STORE_LABEL_NONCE, id, &keys[i]);
		made = made && !keys[i].failed;
		args[i] = bytes_view(&keys[i]);
	}
	snprintf(life, sizeof(life), "%" PRIu64, life_ms + CLOCKS_MS);
	args[count] = str_view(life);
	const struct store_command take = {.script = &shared->take_nonce,
		.args = args,
		.arg_count = count + 1,
		.key_count = count};

	wait->worker = worker;
	wait->question = made && timeout_ms > 0 ? store_ask(shared_worker_client(worker), &take,
							  timeout_ms, on_reply, wait)
						: NULL;
	for (size_t i = 0; i < count; i++) {
		bytes_clear(&keys[i]);
	}
	counter_add(&shared_worker_stats(worker)->nonces.unanswered, wait->question == NULL);
	return wait->question != NULL;
}

void shared_nonces_cancel(struct shared_nonce_wait *wait)
{
	if (wait->question != NULL) {
		store_cancel(wait->question);
		wait->question = NULL;
	}
}
