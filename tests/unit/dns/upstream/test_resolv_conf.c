/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/resolv_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* "a b c" of what is parsed; `warnings`: how many there are to be. */
static void expect(const char *text, const char *servers, size_t warnings)
{
	struct dns_resolv_conf conf;
	char got[DNS_MAX_UPSTREAMS * ENDPOINT_TEXT_MAX] = "";
	size_t len = 0;
	struct diag diag;

	diag_init(&diag);
	dns_resolv_conf_parse(str_view(text), "resolv.conf", &conf, &diag);
	for (size_t i = 0; i < conf.nameserver_count; i++) {
		char one[ENDPOINT_TEXT_MAX];

		endpoint_format(&conf.nameservers[i], one);
		len += (size_t)snprintf(
			got + len, sizeof(got) - len, "%s%s", i > 0 ? " " : "", one);
	}
	assert_string_equal(got, servers);
	assert_int_equal(diag.warnings, warnings);
	assert_int_equal(diag.errors, 0);
	diag_clear(&diag);
}

static void servers_are_read_in_order(void **state)
{
	expect("nameserver 192.0.2.1\n", "192.0.2.1:53", 0);
	expect("nameserver 192.0.2.1", "192.0.2.1:53", 0);
	expect("search example\nnameserver\t192.0.2.1 \r\nnameserver 2001:db8::1 # second\n",
		"192.0.2.1:53 [2001:db8::1]:53", 0);
	expect("nameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver ::ffff:192.0.2.1\n",
		"192.0.2.1:53", 0);
}

static void other_lines(void **state)
{
	expect("# nameserver 192.0.2.1\n; nameserver 192.0.2.2\n#\n\n \t\n"
	       "options timeout:1 attempts:9 rotate edns0 trust-ad\ndomain example\n"
	       "sortlist 192.0.2.0\nnameservers 192.0.2.3\nNAMESERVER 192.0.2.4\nnameserver\n"
	       "nameserver 192.0.2.5\n",
		"192.0.2.5:53", 0);
}

static void without_servers_it_is_localhost(void **state)
{
	expect("", "127.0.0.1:53", 0);
	expect("options edns0\n", "127.0.0.1:53", 0);
}

static void unusable_servers_are_left_out(void **state)
{
	expect("nameserver fe80::1%lo\n", "[fe80::1%lo]:53", 0);
	expect("nameserver fe80::1%none\n", "127.0.0.1:53", 2);
	expect("nameserver fe80::1%none\nnameserver 192.0.2.1\nnameserver ns.example\n"
	       "nameserver 192.0.2\nnameserver 192.0.2.1:5353\n",
		"192.0.2.1:53", 4);
}

static struct dns_resolv_conf parsed(const char *text)
{
	struct dns_resolv_conf conf;
	struct diag diag;

	diag_init(&diag);
	dns_resolv_conf_parse(str_view(text), "f", &conf, &diag);
	assert_int_equal(diag.warnings, 0);
	diag_clear(&diag);
	return conf;
}

static void options_are_kept_within_bounds(void **state)
{
	struct dns_resolv_conf conf = parsed("nameserver 192.0.2.1\n");

	assert_int_equal(conf.timeout_ms, 0);
	assert_int_equal(conf.attempts, 0);
	assert_false(conf.rotate || conf.use_vc || conf.trust_ad);
	conf = parsed("options timeout:1 attempts:4 rotate edns0 trust-ad use-vc ndots:9\n");
	assert_int_equal(conf.timeout_ms, 1000);
	assert_int_equal(conf.attempts, 4);
	assert_true(conf.rotate && conf.use_vc && conf.trust_ad);
	/* The last one counts, on whichever line, within bounds. */
	conf = parsed("options timeout:1 timeout:2\noptions\tattempts:99 timeout:4000000000\n");
	assert_int_equal(conf.timeout_ms, 30000);
	assert_int_equal(conf.attempts, 5);
	conf = parsed("options timeout:0 attempts:0\n");
	assert_int_equal(conf.timeout_ms, 1000);
	assert_int_equal(conf.attempts, 1);
	conf = parsed("options timeout: timeout:x timeout:-1 timeout attempts:1x Rotate trust_ad "
		      "no-trust-ad use-vcs\n#options rotate\noption rotate\n");
	assert_int_equal(conf.timeout_ms, 0);
	assert_int_equal(conf.attempts, 0);
	assert_false(conf.rotate || conf.use_vc || conf.trust_ad);
}

static void a_changed_file_has_another_stamp(void **state)
{
	char path[] = "/tmp/doorward-resolv-XXXXXX";
	int fd = mkstemp(path);
	struct dns_resolv_conf_stamp before = dns_resolv_conf_stamp(path);

	assert_true(fd >= 0);
	struct dns_resolv_conf_stamp again = dns_resolv_conf_stamp(path);

	assert_true(dns_resolv_conf_stamp_eq(&before, &again));
	assert_int_equal(write(fd, "#", 1), 1);
	close(fd);
	again = dns_resolv_conf_stamp(path);
	assert_false(dns_resolv_conf_stamp_eq(&before, &again));
	unlink(path);
	again = dns_resolv_conf_stamp(path);
	assert_false(dns_resolv_conf_stamp_eq(&before, &again));
	assert_int_equal(again.size, -1);
}

static void more_than_fit(void **state)
{
	char text[1024] = "";
	struct dns_resolv_conf conf;
	struct diag diag;

	for (unsigned i = 1; i <= DNS_MAX_UPSTREAMS + 2; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "nameserver 192.0.2.%u\n", i);
	}
	diag_init(&diag);
	dns_resolv_conf_parse(str_view(text), "f", &conf, &diag);
	assert_int_equal(conf.nameserver_count, DNS_MAX_UPSTREAMS);
	assert_int_equal(diag.warnings, 1);
	diag_clear(&diag);
}

/* Whatever the bytes: never more than fit, never none. */
static void every_cut(void **state)
{
	static const char text[] =
		"nameserver 192.0.2.1\nnameserver fe80::1%none\n\0nameserver ::1\n"
		"options timeout:3 attempts:2 rotate";
	struct dns_resolv_conf conf;

	for (size_t len = 0; len <= sizeof(text); len++) {
		char *copy = malloc(len + (len == 0));
		struct diag diag;

		assert_non_null(copy);
		memcpy(copy, text, len);
		diag_init(&diag);
		dns_resolv_conf_parse((struct str){copy, len}, "f", &conf, &diag);
		assert_in_range(conf.nameserver_count, 1, 2);
		assert_true(conf.timeout_ms == 0 || conf.timeout_ms == 3000);
		diag_clear(&diag);
		free(copy);
	}
}

static void a_missing_file_is_empty(void **state)
{
	char path[] = "/tmp/doorward-resolv-XXXXXX";
	int fd = mkstemp(path);
	struct dns_resolv_conf conf;
	struct diag diag;

	diag_init(&diag);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "nameserver 192.0.2.1\n", 21), 21);
	assert_true(dns_resolv_conf_read(path, &conf, &diag));
	assert_int_equal(conf.nameserver_count, 1);
	assert_int_equal(conf.nameservers[0].addr.bytes[0], 192);
	/* Far too long to be one. */
	assert_int_equal(ftruncate(fd, 1024 * 1024), 0);
	assert_false(dns_resolv_conf_read(path, &conf, &diag));
	assert_int_equal(diag.errors, 1);
	close(fd);
	unlink(path);
	assert_true(dns_resolv_conf_read(path, &conf, &diag));
	assert_int_equal(conf.nameserver_count, 1);
	assert_int_equal(conf.nameservers[0].addr.bytes[0], 127);
	assert_false(dns_resolv_conf_read("/tmp", &conf, &diag));
	assert_int_equal(diag.errors, 2);
	diag_clear(&diag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_read_in_order),
		cmocka_unit_test(other_lines),
		cmocka_unit_test(without_servers_it_is_localhost),
		cmocka_unit_test(unusable_servers_are_left_out),
		cmocka_unit_test(options_are_kept_within_bounds),
		cmocka_unit_test(a_changed_file_has_another_stamp),
		cmocka_unit_test(more_than_fit),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(a_missing_file_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
