/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/cert_verifier.h"

#include "config/config_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

struct world {
	uv_loop_t loop;
	struct config *config;
	struct authz_trust_stores *stores;
	struct authz_cert_verifier *verifier;
};

struct asker {
	const struct cert_check_result *checked;
	int called;
	struct authz_cert_verifier_wait
		*cancels; /* another's wait that it cancels when it is called */
};

static void open_world(struct world *w)
{
	struct diag diag;

	diag_init(&diag);
	w->config = config_load_text("t", str_view("[policy default]\n"), &diag);
	assert_non_null(w->config);
	w->stores = authz_trust_stores_load(w->config, NULL, &diag);
	assert_non_null(w->stores);
	assert_int_equal(uv_loop_init(&w->loop), 0);
	w->verifier = authz_cert_verifier_new(&w->loop, w->stores, NULL);
	assert_non_null(w->verifier);
	diag_clear(&diag);
}

static void close_world(struct world *w)
{
	authz_cert_verifier_close(w->verifier);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	authz_trust_stores_unref(w->stores);
	config_unref(w->config);
}

static void on_done(void *ctx, const struct cert_check_result *checked)
{
	struct asker *asker = ctx;

	asker->called++;
	asker->checked = checked;
	if (asker->cancels != NULL) {
		authz_cert_verifier_cancel(asker->cancels);
	}
}

static struct authz_cert_verifier_wait *ask(struct world *w, const char *text, struct asker *asker)
{
	const struct cert_check_request question = {.text = str_view(text)};
	bool overload;
	struct authz_cert_verifier_wait *wait = authz_cert_verifier_ask(
		w->verifier, &question, true, 1000, on_done, asker, &overload);

	assert_int_equal(wait == NULL, overload);
	return wait;
}

static bool is_known(struct world *w, const char *text)
{
	const struct cert_check_request question = {.text = str_view(text)};
	const struct cert_check_result *checked =
		authz_cert_verifier_known(w->verifier, &question, 1000);

	cert_check_result_unref(checked);
	return checked != NULL;
}

static void one_check_a_turn(void **state)
{
	struct asker askers[3] = {{.called = 0}};
	struct world w;

	open_world(&w);
	assert_non_null(ask(&w, "a", &askers[0]));
	assert_non_null(ask(&w, "b", &askers[1]));
	assert_non_null(ask(&w, "c", &askers[2]));
	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < 3; i++) {
			assert_int_equal(askers[i].called, i < turn);
		}
		uv_run(&w.loop, UV_RUN_NOWAIT);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(askers[i].called, 1);
		assert_int_equal(askers[i].checked->status, CERT_MALFORMED);
		cert_check_result_unref(askers[i].checked);
	}
	assert_int_equal(uv_loop_alive(&w.loop), 0);
	assert_true(is_known(&w, "a") && is_known(&w, "b") && is_known(&w, "c"));
	assert_false(is_known(&w, "d"));
	close_world(&w);
}

static void those_who_ask_the_same_share_a_check(void **state)
{
	struct asker askers[100] = {{.called = 0}};
	struct world w;

	open_world(&w);
	for (size_t i = 0; i < ARRAY_LEN(askers); i++) {
		assert_non_null(ask(&w, "a", &askers[i]));
	}
	uv_run(&w.loop, UV_RUN_NOWAIT);
	for (size_t i = 0; i < ARRAY_LEN(askers); i++) {
		assert_int_equal(askers[i].called, 1);
		assert_ptr_equal(askers[i].checked, askers[0].checked);
		cert_check_result_unref(askers[i].checked);
	}
	close_world(&w);
}

static void whoever_cancels_hears_nothing(void **state)
{
	struct asker askers[3] = {{.called = 0}};
	struct world w;

	open_world(&w);
	authz_cert_verifier_cancel(ask(&w, "a", &askers[0]));
	uv_run(&w.loop, UV_RUN_DEFAULT);
	assert_false(is_known(&w, "a"));

	struct authz_cert_verifier_wait *wait = ask(&w, "a", &askers[0]);

	assert_non_null(ask(&w, "a", &askers[1]));
	authz_cert_verifier_cancel(wait);
	/* The second of two is cancelled by the first as that is told. */
	askers[1].cancels = ask(&w, "a", &askers[2]);
	uv_run(&w.loop, UV_RUN_DEFAULT);
	assert_int_equal(askers[0].called, 0);
	assert_int_equal(askers[1].called, 1);
	assert_int_equal(askers[2].called, 0);
	cert_check_result_unref(askers[1].checked);
	close_world(&w);
}

static void the_queue_is_bounded(void **state)
{
	static struct authz_cert_verifier_wait *waits[AUTHZ_CERT_VERIFIER_QUEUE_MAX];
	struct asker asker = {.called = 0};
	struct world w;
	char text[16];

	open_world(&w);
	for (int i = 0; i < AUTHZ_CERT_VERIFIER_QUEUE_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		waits[i] = ask(&w, text, &asker);
		assert_non_null(waits[i]);
	}
	assert_null(ask(&w, "one more", &asker));
	authz_cert_verifier_cancel(waits[7]);
	waits[7] = ask(&w, "one more", &asker);
	assert_non_null(waits[7]);
	for (int i = 0; i < AUTHZ_CERT_VERIFIER_QUEUE_MAX; i++) {
		authz_cert_verifier_cancel(waits[i]);
	}
	assert_int_equal(asker.called, 0);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_check_a_turn),
		cmocka_unit_test(those_who_ask_the_same_share_a_check),
		cmocka_unit_test(whoever_cancels_hears_nothing),
		cmocka_unit_test(the_queue_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
