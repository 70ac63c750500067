/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "worker/endpoints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void each_endpoint_has_a_word(void **state)
{
	assert_int_equal(worker_endpoint_of(str_view("healthz")), WORKER_ENDPOINT_HEALTHZ);
	assert_int_equal(worker_endpoint_of(str_view("readyz")), WORKER_ENDPOINT_READYZ);
	assert_int_equal(worker_endpoint_of(str_view("metrics")), WORKER_ENDPOINT_METRICS);
	assert_int_equal(worker_endpoint_of(str_view("Metrics")), WORKER_ENDPOINT_COUNT);
	assert_int_equal(worker_endpoint_of(str_view("metric")), WORKER_ENDPOINT_COUNT);
	assert_int_equal(worker_endpoint_of(str_view("")), WORKER_ENDPOINT_COUNT);
}

struct asked {
	const char *endpoint;
	const char *uri;
	const char *script;
	enum authz_input_name other; /* also there; AUTHZ_INPUT_COUNT: nothing */
	bool asked;
};

static const struct asked cases[] = {
	{"metrics", NULL, NULL, AUTHZ_INPUT_COUNT, true},
	{"metrics", "/metrics", NULL, AUTHZ_INPUT_COUNT, true},
	{"metrics", "/metrics?a", NULL, AUTHZ_INPUT_REMOTE_ADDR, true},
	{"metrics", "/status/metrics", "/status/metrics", AUTHZ_INPUT_REMOTE_ADDR, true},
	{"metrics", "/status?x=/y", "/status", AUTHZ_INPUT_REMOTE_ADDR, true},
	{"other", "/other", NULL, AUTHZ_INPUT_COUNT, true},
	/* No such parameter. */
	{NULL, "/metrics", "/metrics", AUTHZ_INPUT_COUNT, false},
	/* What auth_request asks: the URI is the client's, the script the location. */
	{"metrics", "/secret", "/_doorward", AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "/metrics", "/_doorward", AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "/secret", NULL, AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "/secret/metrics", NULL, AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "//metrics", NULL, AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "/%6detrics", NULL, AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "/metrics/", NULL, AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "metrics", NULL, AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", "", "", AUTHZ_INPUT_COUNT, false},
	{"", "/", NULL, AUTHZ_INPUT_COUNT, false},
	/* Twice. */
	{"metrics", "/status", "", AUTHZ_INPUT_COUNT, false},
	/* A client without a URI, and a policy. */
	{"metrics", NULL, NULL, AUTHZ_INPUT_REMOTE_ADDR, false},
	{"metrics", NULL, NULL, AUTHZ_INPUT_X_REAL_IP, false},
	{"metrics", NULL, NULL, AUTHZ_INPUT_X_FORWARDED_FOR, false},
	{"metrics", NULL, NULL, AUTHZ_INPUT_DOORWARD_POLICY, false},
	{"metrics", "/metrics", "/metrics", AUTHZ_INPUT_DOORWARD_POLICY, false},
};

static void set(struct authz_input *input, enum authz_input_name name, const char *value)
{
	if (value != NULL) {
		authz_input_set(input, name, str_view(value));
	}
}

static void only_a_location_of_its_own_asks(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct asked *c = &cases[i];
		struct authz_input input;

		authz_input_init(&input);
		set(&input, AUTHZ_INPUT_DOORWARD_ENDPOINT, c->endpoint);
		set(&input, AUTHZ_INPUT_REQUEST_URI, c->uri);
		if (c->other != AUTHZ_INPUT_COUNT) {
			set(&input, c->other, "192.0.2.1");
		}
		assert_int_equal(worker_endpoint_is_asked(&input, str_view(c->script)), c->asked);
		input.duplicates = 1;
		assert_false(worker_endpoint_is_asked(&input, str_view(c->script)));
		input.duplicates = 0;
		input.unusable = "cut";
		assert_false(worker_endpoint_is_asked(&input, str_view(c->script)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_endpoint_has_a_word),
		cmocka_unit_test(only_a_location_of_its_own_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
