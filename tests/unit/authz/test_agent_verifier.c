/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/agent_verifier.h"

#include "unit/agent/kit.h"

/* Signatures are checked one for each turn of the loop. */

#define REQUESTS 4

struct asker {
	struct world *world;
	struct kit_signed s;
	struct authz_agent_wait wait;
	struct agent_result result;
	struct asker *cancels; /* another one, when it is called */
	int called;
};

struct world {
	uv_loop_t loop;
	struct authz_agent_verifier *verifier;
	struct agent_keys *keys;
	struct kit_key key;
	struct asker askers[REQUESTS];
};

static enum agent_step ask(struct asker *asker)
{
	struct world *w = asker->world;

	return authz_agent_verifier_ask(
		w->verifier, w->keys, &asker->s.request, KIT_NOW, &asker->wait, &asker->result);
}

static void on_turn(void *ctx)
{
	struct asker *asker = ctx;

	asker->called++;
	assert_false(authz_agent_is_queued(&asker->wait));
	assert_int_equal(ask(asker), AGENT_DONE);
	assert_int_equal(asker->result.reason, AGENT_GOOD);
	if (asker->cancels != NULL) {
		authz_agent_cancel(&asker->cancels->wait);
	}
}

static int open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char parameters[256];

	assert_non_null(w);
	assert_int_equal(uv_loop_init(&w->loop), 0);
	w->verifier = authz_agent_verifier_new(&w->loop);
	assert_non_null(w->verifier);
	kit_ed25519(&w->key, NULL, 7);
	w->keys = kit_keys(KIT_AGENT, &w->key);
	for (size_t i = 0; i < REQUESTS; i++) {
		struct asker *asker = &w->askers[i];
		struct kit_sample sample = kit_sample();

		snprintf(parameters, sizeof(parameters),
			";created=1799999990;expires=1800003590;keyid=\"" KIT_KEYID
			"\";nonce=\"%zu\";tag=\"web-bot-auth\"",
			i);
		sample.parameters = parameters;
		kit_make(&asker->s, &sample, &w->key);
		asker->world = w;
		asker->wait.done = on_turn;
		asker->wait.ctx = asker;
	}
	*state = w;
	return 0;
}

static int close_world(void **state)
{
	struct world *w = *state;

	authz_agent_verifier_close(w->verifier);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	for (size_t i = 0; i < REQUESTS; i++) {
		kit_signed_clear(&w->askers[i].s);
	}
	agent_keys_unref(w->keys);
	kit_key_clear(&w->key);
	free(w);
	return 0;
}

static uint64_t checks(const struct world *w)
{
	return authz_agent_verifier_counts(w->verifier).checks;
}

static void one_check_a_turn(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < REQUESTS; i++) {
		assert_int_equal(ask(&w->askers[i]), AGENT_WAIT);
		assert_true(authz_agent_is_queued(&w->askers[i].wait));
	}
	assert_int_equal(checks(w), 0);
	for (size_t i = 0; i < REQUESTS; i++) {
		uv_run(&w->loop, UV_RUN_NOWAIT);
		assert_int_equal(checks(w), i + 1);
		assert_int_equal(w->askers[i].called, 1);
	}
	/* Nothing is left, and the loop may sleep. */
	assert_int_equal(uv_run(&w->loop, UV_RUN_NOWAIT), 0);
	assert_int_equal(checks(w), REQUESTS);
	/* What was verified before needs no turn. */
	w->askers[0].wait.progress = (struct agent_progress){.has_token = false};
	assert_int_equal(ask(&w->askers[0]), AGENT_DONE);
	assert_int_equal(w->askers[0].result.reason, AGENT_GOOD);
}

static void cancelled(void **state)
{
	struct world *w = *state;

	authz_agent_cancel(&w->askers[0].wait);
	for (size_t i = 0; i < REQUESTS; i++) {
		assert_int_equal(ask(&w->askers[i]), AGENT_WAIT);
	}
	authz_agent_cancel(&w->askers[0].wait);
	w->askers[1].cancels = &w->askers[2];
	assert_int_equal(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(w->askers[0].called, 0);
	assert_int_equal(w->askers[1].called, 1);
	assert_int_equal(w->askers[2].called, 0);
	assert_int_equal(w->askers[3].called, 1);
	assert_int_equal(checks(w), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_check_a_turn, open_world, close_world),
		cmocka_unit_test_setup_teardown(cancelled, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
