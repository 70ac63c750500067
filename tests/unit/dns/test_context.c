/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place_of_file {
	char path[32];
	struct diag diag;
};

static void put(const struct place_of_file *file, const char *text)
{
	char fresh[48];

	snprintf(fresh, sizeof(fresh), "%s.new", file->path);
	FILE *f = fopen(fresh, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(fresh, file->path), 0);
}

static int setup(void **state)
{
	struct place_of_file *file = calloc(1, sizeof(*file));

	assert_non_null(file);
	snprintf(file->path, sizeof(file->path), "/tmp/doorward-shared-XXXXXX");
	int fd = mkstemp(file->path);

	assert_true(fd >= 0);
	close(fd);
	diag_init(&file->diag);
	*state = file;
	return 0;
}

static int teardown(void **state)
{
	struct place_of_file *file = *state;

	unlink(file->path);
	diag_clear(&file->diag);
	free(file);
	return 0;
}

static struct dns_settings open_settings(const struct place_of_file *file)
{
	return (struct dns_settings){.resolv_conf = file->path,
		.use_tcp = DNS_AUTO,
		.trust_ad = DNS_AUTO,
		.cache_size = 64 * 1024,
		.max_in_flight = 10,
		.max_in_flight_per_prefix = 10};
}

static struct dns_context *shared_of(
	struct place_of_file *file, const struct dns_settings *settings)
{
	struct dns_context *context = dns_context_new(settings, NULL, &file->diag);

	assert_non_null(context);
	return context;
}

static void expect(const struct dns_context *context, uint32_t timeout_ms, uint32_t attempts,
	enum dns_choice use_tcp, enum dns_choice trust_ad, bool rotate)
{
	const struct dns_settings *settings = dns_context_settings(context);

	assert_int_equal(settings->timeout_ms, timeout_ms);
	assert_int_equal(settings->attempts, attempts);
	assert_int_equal(settings->use_tcp, use_tcp);
	assert_int_equal(settings->trust_ad, trust_ad);
	assert_int_equal(settings->rotate, rotate);
}

static void the_file_has_a_say(void **state)
{
	struct place_of_file *file = *state;
	struct dns_settings settings = open_settings(file);

	put(file, "nameserver 192.0.2.1\n");
	struct dns_context *context = shared_of(file, &settings);

	expect(context, 500, 3, DNS_NO, DNS_NO, false);
	dns_context_unref(context);
	put(file, "nameserver 192.0.2.1\noptions timeout:2 attempts:5 rotate use-vc trust-ad\n");
	context = shared_of(file, &settings);
	expect(context, 2000, 5, DNS_YES, DNS_YES, true);
	dns_context_unref(context);
}

static void the_administrator_has_the_last_word(void **state)
{
	struct place_of_file *file = *state;
	struct dns_settings settings = open_settings(file);

	put(file, "nameserver 192.0.2.1\noptions timeout:2 attempts:5 rotate use-vc trust-ad\n");
	settings.timeout_ms = 100;
	settings.attempts = 1;
	settings.use_tcp = DNS_NO;
	settings.trust_ad = DNS_NO;
	struct dns_context *context = shared_of(file, &settings);

	expect(context, 100, 1, DNS_NO, DNS_NO, true);
	dns_context_unref(context);
}

/* With name servers of one's own the file is not read at all. */
static void without_the_file(void **state)
{
	struct place_of_file *file = *state;
	struct dns_settings settings = open_settings(file);

	put(file, "options timeout:2 attempts:5 rotate use-vc trust-ad\n");
	settings.nameservers[0] = (struct endpoint){.addr = {.family = ADDR_V4}, .port = 53};
	settings.nameserver_count = 1;
	struct dns_context *context = shared_of(file, &settings);

	expect(context, 500, 3, DNS_NO, DNS_NO, false);
	assert_false(dns_context_watches(context));
	put(file, "nameserver 192.0.2.9\n");
	assert_null(dns_context_renewed(context, &file->diag));
	assert_null(dns_context_renewed(context, &file->diag));
	dns_context_unref(context);
}

static void a_change_is_taken_once_it_rests(void **state)
{
	struct place_of_file *file = *state;
	struct dns_settings settings = open_settings(file);

	put(file, "nameserver 192.0.2.1\n");
	struct dns_context *context = shared_of(file, &settings);

	assert_true(dns_context_watches(context));
	assert_null(dns_context_renewed(context, &file->diag));
	put(file, "");
	assert_null(dns_context_renewed(context, &file->diag));
	put(file, "nameserver 192.0.2.2\nnameserver 192.0.2.3%1\nnameserver 192.0.2.4\n");
	assert_null(dns_context_renewed(context, &file->diag));
	struct dns_context *next = dns_context_renewed(context, &file->diag);
	size_t count;

	assert_non_null(next);
	assert_int_equal(dns_context_upstreams(next, &count)[0].addr.bytes[3], 2);
	assert_int_equal(count, 2);
	assert_int_equal(file->diag.warnings, 1);
	/* The old one is as it was, and its cache its own. */
	assert_int_equal(dns_context_upstreams(context, &count)[0].addr.bytes[3], 1);
	assert_ptr_not_equal(dns_context_cache(next), dns_context_cache(context));
	assert_null(dns_context_renewed(next, &file->diag));
	dns_context_unref(next);
	assert_null(dns_context_renewed(context, &file->diag));
	dns_context_unref(context);
}

static void the_same_in_other_words_is_no_change(void **state)
{
	struct place_of_file *file = *state;
	struct dns_settings settings = open_settings(file);

	put(file, "nameserver 192.0.2.1\n");
	struct dns_context *context = shared_of(file, &settings);

	put(file, "# by a tool\nnameserver 192.0.2.1\nsearch example\n");
	for (unsigned i = 0; i < 3; i++) {
		assert_null(dns_context_renewed(context, &file->diag));
	}
	dns_context_unref(context);
}

static void a_file_that_is_gone_changes_nothing(void **state)
{
	struct place_of_file *file = *state;
	struct dns_settings settings = open_settings(file);

	put(file, "nameserver 192.0.2.1\n");
	struct dns_context *context = shared_of(file, &settings);

	unlink(file->path);
	for (unsigned i = 0; i < 5; i++) {
		assert_null(dns_context_renewed(context, &file->diag));
	}
	assert_int_equal(file->diag.warnings, 1);
	put(file, "nameserver 192.0.2.2\n");
	assert_null(dns_context_renewed(context, &file->diag));
	struct dns_context *next = dns_context_renewed(context, &file->diag);

	assert_non_null(next);
	dns_context_unref(next);
	dns_context_unref(context);
}

static void the_zone_is_handed_on(void **state)
{
	struct place_of_file *file = *state;
	struct place_of_file *zone = NULL;
	struct dns_settings settings = open_settings(file);

	setup((void **)&zone);
	put(zone, "$TTL 60\na.example. A 192.0.2.1\n");
	put(file, "nameserver 192.0.2.1\n");
	settings.static_zone = zone->path;
	struct dns_context *context = shared_of(file, &settings);

	teardown((void **)&zone);
	put(file, "nameserver 192.0.2.2\n");
	assert_null(dns_context_renewed(context, &file->diag));
	struct dns_context *next = dns_context_renewed(context, &file->diag);

	assert_non_null(next);
	assert_non_null(dns_context_zone(next));
	assert_ptr_equal(dns_context_zone(next), dns_context_zone(context));
	dns_context_unref(context);
	dns_context_unref(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_file_has_a_say, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_administrator_has_the_last_word, setup, teardown),
		cmocka_unit_test_setup_teardown(without_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(a_change_is_taken_once_it_rests, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_same_in_other_words_is_no_change, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_gone_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(the_zone_is_handed_on, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
