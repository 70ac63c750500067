/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/authz.h"

#include "config/config_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Stands in for src/dns/fcrdns.c: a lookup for which there is no memory. */

const struct dns_fcrdns_result *dns_fcrdns_cached(
	struct dns_engine *engine, const struct addr *addr, enum dns_fcrdns_mode mode)
{
	return NULL;
}

struct dns_fcrdns *dns_fcrdns_start(struct dns_engine *engine, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_fcrdns_result *result), void *ctx)
{
	return NULL;
}

void dns_fcrdns_cancel(struct dns_fcrdns *lookup)
{
	fail();
}

static void never_done(void *ctx)
{
	fail();
}

static void a_look_up_without_memory_lets_nobody_in_and_is_not_kept(void **state)
{
	static const char *const policies[] = {
		"[policy default]\nallow = host .example\n",
		"[policy default]\nallow = *\n",
		"[policy default]\non_dns_error = allow\nallow = host .example\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		struct diag diag;
		struct authz *a = authz_new();
		const struct authz_decision *d = authz_decision(a);

		diag_init(&diag);
		struct config *config = config_load_text("test", str_view(policies[i]), &diag);

		assert_non_null(config);
		const struct authz_env env = {.config = config};

		authz_input_set(
			&authz_request(a)->input, AUTHZ_INPUT_REMOTE_ADDR, str_view("192.0.2.1"));
		assert_int_equal(authz_start(a, &env, never_done, NULL), AUTHZ_DONE);
		assert_int_equal(d->status, 503);
		assert_int_equal(d->reason, POLICY_REASON_INTERNAL);
		assert_int_equal(d->max_age_s, 0);
		authz_free(a);
		config_unref(config);
		diag_clear(&diag);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_look_up_without_memory_lets_nobody_in_and_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
