/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct policy policy = {.name = {"shop", 4},
	.deny_status = 403,
	.response_headers = (1U << POLICY_HEADER_COUNT) - 1};

static const struct config config = {.log = {.decisions = CONFIG_DECISIONS_NONE}};

#define ID "00112233445566778899aabb"
#define ID_LINE "X-Doorward-Id: " ID "\r\n"

static const struct authz_request_id id = {"00112233445566778899aabb"};

static void check(
	const struct authz_decision *d, enum authz_response_form form, const char *expected)
{
	struct bytes room;
	struct bytes out;

	bytes_init(&room, 0);
	bytes_init(&out, 0);
	struct authz_response response = authz_response_make(d, form, &config, &room);

	authz_response_append(&response, form, d->max_age_s, &id, &out);
	bytes_append_u8(&out, 0);
	assert_false(out.failed);
	assert_string_equal((const char *)out.data, expected);
	bytes_clear(&out);
	bytes_clear(&room);
}

static const struct str dns_names[] = {{"a.example", 9}, {"*.b.example", 11}};
static const struct str hostile_uri[] = {{"urn:x, DNS:admin.example\r\nX-Evil: 1", 35}};
static const struct str upns[] = {{"m\xc3\xbcller@b, UPN:admin@b", 22}};
static const struct str services[] = {{"_x.a.example", 12}};
static const struct str mailboxes[] = {{"\xc3\xbc@a.example", 12}};
static const struct addr san_ip[] = {{.family = ADDR_V4, .bytes = {192, 0, 2, 7}}};
static const struct cert_identity identity = {
	.subject = {"CN=client-1,O=Acme", 18},
	.issuer = {"CN=ec int", 9},
	.serial = {"6408", 4},
	.sha256 = {"aa11", 4},
	.dns = {dns_names, 2},
	.ip = san_ip,
	.ip_count = 1,
	.uri = {hostile_uri, 1},
	.upn = {upns, 1},
	.srv = {services, 1},
	.smtp_utf8 = {mailboxes, 1},
	.not_after = 1795191354,
};

static const struct authz_request request;

static struct authz_decision allowed(void)
{
	return (struct authz_decision){
		.request = &request,
		.policy = &policy,
		.verdict = AUTHZ_ALLOW,
		.status = 200,
		.reason = POLICY_REASON_DEFAULT,
		.hostname = {"a.example", 9},
		.names = {.status = DNS_FCRDNS_VERIFIED},
		.cert_present = true,
		.cert_verified = true,
		.identity = &identity,
		.max_age_s = 60,
	};
}

#define CERT_LINES(prefix)                                                                         \
	prefix "X-Client-Cert-Subject: CN=client-1,O=Acme\r\n" prefix                              \
	       "X-Client-Cert-Issuer: CN=ec int\r\n" prefix                                        \
	       "X-Client-Cert-Serial: 6408\r\n" prefix                                             \
	       "X-Client-Cert-Fingerprint: aa11\r\n" prefix                                        \
	       "X-Client-Cert-San: DNS:a.example, DNS:*.b.example, IP:192.0.2.7, "                 \
	       "URI:urn:x\\2C\\20DNS:admin.example\\0D\\0AX-Evil:\\201, "                          \
	       "UPN:m\\C3\\BCller@b\\2C\\20UPN:admin@b, SRV:_x.a.example, "                        \
	       "SmtpUTF8Mailbox:\\C3\\BC@a.example\r\n" prefix                                     \
	       "X-Client-Cert-Not-After: 2026-11-20T16:15:54Z\r\n"

static void a_responder_is_told_everything(void **state)
{
	struct authz_decision d = allowed();

	(void)state;
	check(&d, AUTHZ_RESPONSE_RESPONDER,
		"Status: 200 OK\r\nX-Client-Hostname: a.example\r\nX-Client-Rdns: "
		"verified\r\n" CERT_LINES(
			"") "X-Doorward-Policy: shop\r\nX-Doorward-Reason: default\r\n" ID_LINE
			    "X-Accel-Expires: 60\r\nCache-Control: max-age=60\r\n"
			    "Content-Type: text/plain\r\n\r\n");
}

static void an_authorizer_is_told_in_variables(void **state)
{
	struct authz_decision d = allowed();

	(void)state;
	check(&d, AUTHZ_RESPONSE_AUTHORIZER,
		"Status: 200 OK\r\nVariable-X-Client-Hostname: a.example\r\n"
		"Variable-X-Client-Rdns: verified\r\n" CERT_LINES(
			"Variable-") "Variable-X-Doorward-Policy: shop\r\n"
				     "Variable-X-Doorward-Reason: default\r\nVariable-" ID_LINE
				     "\r\n");
}

static void a_denied_responder_is_told_why(void **state)
{
	struct authz_decision d = allowed();

	(void)state;
	d.verdict = AUTHZ_DENY;
	d.status = 401;
	d.reason = POLICY_REASON_CERT_UNVERIFIED;
	d.cert_verified = false;
	d.hostname = (struct str){NULL, 0};
	d.names.status = DNS_FCRDNS_OFF;
	check(&d, AUTHZ_RESPONSE_RESPONDER,
		"Status: 401 Unauthorized\r\nX-Client-Rdns: off\r\nX-Doorward-Policy: shop\r\n"
		"X-Doorward-Reason: cert_unverified\r\n" ID_LINE "X-Accel-Expires: 60\r\n"
		"Cache-Control: max-age=60\r\nContent-Type: text/plain\r\n\r\n401 Unauthorized\n");
}

static void a_denied_authorizer_leaks_nothing(void **state)
{
	struct authz_decision d = allowed();

	(void)state;
	d.verdict = AUTHZ_DENY;
	d.status = 403;
	check(&d, AUTHZ_RESPONSE_AUTHORIZER,
		"Status: 403 Forbidden\r\n" ID_LINE
		"Content-Type: text/plain\r\n\r\n403 Forbidden\n");
	d.verdict = AUTHZ_ERROR;
	d.status = 503;
	check(&d, AUTHZ_RESPONSE_AUTHORIZER,
		"Status: 503 Service Unavailable\r\n" ID_LINE "Content-Type: text/plain\r\n\r\n"
		"503 Service Unavailable\n");
}

static void over_http_there_is_no_body(void **state)
{
	struct authz_decision d = allowed();

	(void)state;
	d.cert_verified = false;
	check(&d, AUTHZ_RESPONSE_HTTP,
		"Status: 200 OK\r\nX-Client-Hostname: a.example\r\nX-Client-Rdns: verified\r\n"
		"X-Doorward-Policy: shop\r\nX-Doorward-Reason: default\r\n" ID_LINE
		"X-Accel-Expires: 60\r\nCache-Control: max-age=60\r\n\r\n");
	d.verdict = AUTHZ_DENY;
	d.status = 403;
	check(&d, AUTHZ_RESPONSE_HTTP,
		"Status: 403 Forbidden\r\nX-Client-Hostname: a.example\r\n"
		"X-Client-Rdns: verified\r\nX-Doorward-Policy: shop\r\n"
		"X-Doorward-Reason: default\r\n" ID_LINE "X-Accel-Expires: 60\r\n"
		"Cache-Control: no-store\r\n\r\n");
}

static void the_policy_chooses_the_headers(void **state)
{
	struct policy few = policy;
	struct authz_decision d = allowed();

	d.policy = &few;
	few.response_headers = 1U << POLICY_HEADER_HOSTNAME | 1U << POLICY_HEADER_REASON;
	check(&d, AUTHZ_RESPONSE_HTTP,
		"Status: 200 OK\r\nX-Client-Hostname: a.example\r\nX-Doorward-Reason: default\r\n"
		"X-Accel-Expires: 60\r\nCache-Control: max-age=60\r\n\r\n");
	few.response_headers = 1U << POLICY_HEADER_ID;
	check(&d, AUTHZ_RESPONSE_AUTHORIZER, "Status: 200 OK\r\nVariable-" ID_LINE "\r\n");
	few.response_headers = 0;
	check(&d, AUTHZ_RESPONSE_AUTHORIZER, "Status: 200 OK\r\n\r\n");
	d.verdict = AUTHZ_DENY;
	d.status = 403;
	check(&d, AUTHZ_RESPONSE_HTTP,
		"Status: 403 Forbidden\r\nX-Accel-Expires: 60\r\nCache-Control: no-store\r\n\r\n");
	/* An unknown policy has chosen nothing. */
	d.policy = NULL;
	d.cert_verified = false;
	d.hostname = (struct str){NULL, 0};
	d.names.status = DNS_FCRDNS_OFF;
	d.reason = POLICY_REASON_UNKNOWN_POLICY;
	check(&d, AUTHZ_RESPONSE_HTTP,
		"Status: 403 Forbidden\r\nX-Client-Rdns: off\r\n"
		"X-Doorward-Reason: unknown_policy\r\n" ID_LINE "X-Accel-Expires: 60\r\n"
		"Cache-Control: no-store\r\n\r\n");
}

static void lists_are_joined(void **state)
{
	static const struct str usages[] = {
		{"1.3.6.1.5.5.7.3.2", 17}, {"1.3.6.1.4.1.311.20.2.2", 22}};
	static const struct str keys[] = {{"ec 256", 6}, {"P-256", 5}};
	struct cert_identity more = identity;
	struct policy few = policy;
	struct authz_decision d = allowed();

	more.eku = (struct str_list){usages, 2};
	more.key = (struct str_list){keys, 2};
	d.identity = &more;
	d.policy = &few;
	d.chain_keys.anchor = str_view("bb22");
	few.response_headers = 1U << POLICY_HEADER_CERT_EKU | 1U << POLICY_HEADER_CERT_POLICIES |
			       1U << POLICY_HEADER_CERT_KEY | 1U << POLICY_HEADER_CERT_ANCHOR;
	check(&d, AUTHZ_RESPONSE_HTTP,
		"Status: 200 OK\r\n"
		"X-Client-Cert-Eku: 1.3.6.1.5.5.7.3.2, 1.3.6.1.4.1.311.20.2.2\r\n"
		"X-Client-Cert-Key: ec 256, P-256\r\nX-Client-Cert-Anchor: bb22\r\n"
		"X-Accel-Expires: 60\r\nCache-Control: max-age=60\r\n\r\n");
}

static void each_header_has_a_name_of_its_own(void **state)
{
	for (unsigned i = 0; i < POLICY_HEADER_COUNT; i++) {
		assert_non_null(policy_header_name((enum policy_header)i));
		for (unsigned k = 0; k < i; k++) {
			assert_string_not_equal(policy_header_name((enum policy_header)i),
				policy_header_name((enum policy_header)k));
		}
	}
}

static void without_memory_there_is_no_response(void **state)
{
	struct authz_decision d = allowed();
	struct bytes room;
	struct bytes out;

	(void)state;
	bytes_init(&room, 100);
	bytes_init(&out, 0);
	struct authz_response response =
		authz_response_make(&d, AUTHZ_RESPONSE_RESPONDER, &config, &room);

	assert_int_equal(response.head.len, 0);
	authz_response_append(&response, AUTHZ_RESPONSE_RESPONDER, d.max_age_s, &id, &out);
	assert_true(out.failed);
	bytes_clear(&out);
	bytes_clear(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_responder_is_told_everything),
		cmocka_unit_test(an_authorizer_is_told_in_variables),
		cmocka_unit_test(a_denied_responder_is_told_why),
		cmocka_unit_test(a_denied_authorizer_leaks_nothing),
		cmocka_unit_test(over_http_there_is_no_body),
		cmocka_unit_test(the_policy_chooses_the_headers),
		cmocka_unit_test(lists_are_joined),
		cmocka_unit_test(each_header_has_a_name_of_its_own),
		cmocka_unit_test(without_memory_there_is_no_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
