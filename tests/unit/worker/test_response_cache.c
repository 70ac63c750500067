/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/response_cache.h"

#include "config/config_private.h"
#include "recent/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOW_MS 5000
#define WALL_S 1000

static const char policies[] =
	"[policy default]\nclient_cert = optional\nallow = user_agent ~ x & ip 192.0.2.0/24\n"
	"[policy other]\nclient_cert = optional\nallow = *\n"
	"[policy without]\nallow = *\n";

struct fixture {
	struct config *config;
	struct worker_response_cache *cache;
	struct authz_input input;
	struct authz_trusted_input trusted;
	struct worker_response_cache_key key;
	struct worker_response_cache_value value;
};

static const struct policy *policy_of(const struct fixture *f, const char *name)
{
	return config_policy(f->config, str_view(name));
}

static void open_fixture(struct fixture *f, size_t bytes)
{
	struct diag diag;

	diag_init(&diag);
	*f = (struct fixture){.config = config_load_text("test", str_view(policies), &diag)};
	assert_non_null(f->config);
	diag_clear(&diag);
	f->cache = worker_response_cache_new(bytes);
	assert_non_null(f->cache);
	f->key = (struct worker_response_cache_key){.form = AUTHZ_RESPONSE_RESPONDER,
		.policy = policy_of(f, "default"),
		.input = &f->input,
		.trusted = &f->trusted};
	assert_true(addr_parse(str_view("192.0.2.1"), &f->trusted.ip));
	f->trusted.ignored = AUTHZ_INPUT_COUNT;
	f->value = (struct worker_response_cache_value){.response = {.head = str_view("head"),
								.tail = str_view("tail"),
								.log_fields = str_view("fields"),
								.verdict = AUTHZ_ALLOW,
								.reason = POLICY_REASON_RULE},
		.max_age_s = 300,
		.until_ms = NOW_MS + 10000,
		.from_wall_s = WALL_S,
		.until_wall_s = WALL_S + 10};
}

static void close_fixture(struct fixture *f)
{
	worker_response_cache_free(f->cache);
	config_unref(f->config);
}

/* In place of what is there; NULL: nothing. */
static void set(struct fixture *f, unsigned name, const char *value)
{
	f->input.present &= ~(1U << name);
	f->input.values[name] = (struct str){NULL, 0};
	if (value != NULL) {
		authz_input_set(&f->input, (enum authz_input_name)name, str_view(value));
	}
	f->trusted.counted = f->input.present;
}

static const struct worker_response_cache_value *find(const struct fixture *f)
{
	return worker_response_cache_find(f->cache, &f->key, NOW_MS, WALL_S);
}

static bool is_claim(unsigned name)
{
	return name == AUTHZ_INPUT_REQUEST_URI || name == AUTHZ_INPUT_REQUEST_METHOD ||
	       name == AUTHZ_INPUT_USER_AGENT || name == AUTHZ_INPUT_HOST;
}

static void what_was_kept_is_found_whole(void **state)
{
	struct fixture f;

	open_fixture(&f, 1 << 16);
	assert_null(find(&f));
	worker_response_cache_keep(f.cache, &f.key, &f.value);

	const struct worker_response_cache_value *found = find(&f);

	assert_non_null(found);
	assert_true(str_eq_text(found->response.head, "head"));
	assert_true(str_eq_text(found->response.tail, "tail"));
	assert_true(str_eq_text(found->response.log_fields, "fields"));
	assert_int_equal(found->response.reason, POLICY_REASON_RULE);

	f.value.response.head = str_view("another");
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	assert_true(str_eq_text(find(&f)->response.head, "another"));
	close_fixture(&f);
}

/* Whatever a decision can depend on: another value, an empty one, none. */
static void any_other_input_is_another_question(void **state)
{
	for (unsigned i = 0; i < AUTHZ_INPUT_COUNT; i++) {
		/* A response that depends on a signature is not kept. */
		bool of_signature = (AUTHZ_INPUT_OF_SIGNATURE >> i & 1) != 0;
		bool counts = (!is_claim(i) && i != AUTHZ_INPUT_DOORWARD_POLICY && !of_signature) ||
			      i == AUTHZ_INPUT_USER_AGENT;
		struct fixture f;

		open_fixture(&f, 1 << 16);
		for (unsigned k = 0; k < AUTHZ_INPUT_COUNT; k++) {
			set(&f, k, "same");
		}
		worker_response_cache_keep(f.cache, &f.key, &f.value);
		assert_non_null(find(&f));
		set(&f, i, "sane");
		assert_int_equal(find(&f) == NULL, counts);
		set(&f, i, "");
		assert_int_equal(find(&f) == NULL, counts);
		set(&f, i, NULL);
		assert_int_equal(find(&f) == NULL, counts);
		close_fixture(&f);
	}
}

static void values_do_not_run_into_each_other(void **state)
{
	struct fixture f;

	open_fixture(&f, 1 << 16);
	set(&f, AUTHZ_INPUT_REMOTE_ADDR, "192.0.2.11");
	set(&f, AUTHZ_INPUT_X_REAL_IP, "2.3.4.5");
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	set(&f, AUTHZ_INPUT_REMOTE_ADDR, "192.0.2.1");
	set(&f, AUTHZ_INPUT_X_REAL_IP, "12.3.4.5");
	assert_null(find(&f));
	close_fixture(&f);
}

static void every_byte_of_a_certificate_counts(void **state)
{
	char cert[700];
	struct fixture f;

	open_fixture(&f, 1 << 16);
	memset(cert, 'A', sizeof(cert));
	authz_input_set(&f.input, AUTHZ_INPUT_CERT, (struct str){cert, sizeof(cert)});
	f.trusted.counted = f.input.present;
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	for (size_t i = 0; i < sizeof(cert); i++) {
		cert[i] = 'B';
		assert_null(find(&f));
		cert[i] = 'A';
	}
	assert_non_null(find(&f));
	f.input.values[AUTHZ_INPUT_CERT].len--;
	assert_null(find(&f));
	close_fixture(&f);
}

static void policies_and_forms_are_kept_apart(void **state)
{
	struct fixture f;

	open_fixture(&f, 1 << 16);
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	f.key.form = AUTHZ_RESPONSE_HTTP;
	assert_null(find(&f));
	f.key.form = AUTHZ_RESPONSE_RESPONDER;
	f.key.policy = policy_of(&f, "other");
	assert_null(find(&f));
	close_fixture(&f);
}

static void an_answer_ends_by_either_clock(void **state)
{
	static const struct {
		uint64_t now_ms;
		int64_t wall_s;
		bool holds;
		uint32_t max_age_s;
	} cases[] = {
		{NOW_MS, WALL_S, true, 10},
		{NOW_MS + 9999, WALL_S, true, 0},
		{NOW_MS + 10000, WALL_S, false, 0},
		{NOW_MS, WALL_S + 7, true, 3},
		{NOW_MS, WALL_S + 10, false, 0},
		{NOW_MS, WALL_S - 1, false, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture f;

		open_fixture(&f, 1 << 16);
		worker_response_cache_keep(f.cache, &f.key, &f.value);

		const struct worker_response_cache_value *found = worker_response_cache_find(
			f.cache, &f.key, cases[i].now_ms, cases[i].wall_s);

		assert_int_equal(found != NULL, cases[i].holds);
		if (found != NULL) {
			assert_int_equal(worker_response_cache_max_age_s(
						 found, cases[i].now_ms, cases[i].wall_s),
				cases[i].max_age_s);
		} else {
			assert_null(find(&f));
		}
		close_fixture(&f);
	}
}

static void others_keep_it_no_longer_than_they_may(void **state)
{
	struct fixture f;

	open_fixture(&f, 1 << 16);
	f.value.max_age_s = 4;
	assert_int_equal(worker_response_cache_max_age_s(&f.value, NOW_MS, WALL_S), 4);
	assert_int_equal(worker_response_cache_max_age_s(&f.value, NOW_MS + 7500, WALL_S), 2);
	close_fixture(&f);
}

static void name(struct fixture *f, char text[16], unsigned number)
{
	snprintf(text, 16, "client%u", number);
	set(f, AUTHZ_INPUT_REMOTE_ADDR, text);
}

static void the_least_recently_used_goes_first(void **state)
{
	char text[16];
	struct fixture f;
	unsigned kept = 0;

	open_fixture(&f, 16384);
	for (unsigned i = 0; i < 200; i++) {
		name(&f, text, 0);
		if (i > 0) {
			assert_non_null(find(&f));
		}
		name(&f, text, i);
		worker_response_cache_keep(f.cache, &f.key, &f.value);
	}
	for (unsigned i = 0; i < 200; i++) {
		name(&f, text, i);
		kept += find(&f) != NULL;
	}
	assert_in_range(kept, 16, 128);
	name(&f, text, 1);
	assert_null(find(&f));
	close_fixture(&f);
}

static void what_is_larger_than_the_room_is_not_kept(void **state)
{
	char head[600];
	struct fixture f;

	open_fixture(&f, 1024);
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	memset(head, 'h', sizeof(head));
	f.value.response.head = (struct str){head, sizeof(head)};
	f.value.response.tail = f.value.response.head;
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	assert_null(find(&f));
	close_fixture(&f);
}

static void the_address_counts_and_what_is_not_believed_does_not(void **state)
{
	struct fixture f;

	open_fixture(&f, 1 << 16);
	set(&f, AUTHZ_INPUT_REMOTE_ADDR, "203.0.113.9");
	set(&f, AUTHZ_INPUT_X_FORWARDED_FOR, "198.51.100.1, 192.0.2.1");
	f.trusted.counted = 0;
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	set(&f, AUTHZ_INPUT_X_FORWARDED_FOR, "198.51.100.2, 192.0.2.1");
	f.trusted.counted = 0;
	assert_non_null(find(&f));
	/* The answer tells of it. */
	f.trusted.ignored = AUTHZ_INPUT_X_REAL_IP;
	assert_null(find(&f));
	f.trusted.ignored = AUTHZ_INPUT_COUNT;
	for (size_t i = 0; i < sizeof(f.trusted.ip.bytes); i++) {
		f.trusted.ip.bytes[i] ^= 1;
		assert_null(find(&f));
		f.trusted.ip.bytes[i] ^= 1;
	}
	f.trusted.ip.family = ADDR_V6;
	assert_null(find(&f));
	close_fixture(&f);
}

/* The trusted input of a request that has the value `other` in one header, and `same` elsewhere. */
static void ask_with(struct fixture *f, const struct config_frontend *frontend, int other)
{
	authz_input_init(&f->input);
	authz_input_add(&f->input, &frontend->cert, str_view("REMOTE_ADDR"), str_view("192.0.2.1"));
	for (int i = 0; i < CERT_INPUT_COUNT; i++) {
		if (frontend->cert.names[i].data != NULL) {
			authz_input_add(&f->input, &frontend->cert, frontend->cert.names[i],
				str_view(i == other ? "other" : "same"));
		}
	}
	authz_trust_input(&f->input, frontend, &f->trusted);
}

static void each_header_that_a_profile_reads_counts(void **state)
{
	const struct cert_choice none = {0};

	(void)state;
	for (int profile = 0; profile < CERT_PROFILE_COUNT; profile++) {
		struct config_frontend frontend = {.trust_headers = true};
		struct fixture f;

		assert_null(cert_sources_make(
			(enum cert_profile)profile, &none, &none, false, NULL, &frontend.cert));
		open_fixture(&f, 1 << 16);
		ask_with(&f, &frontend, CERT_INPUT_COUNT);
		worker_response_cache_keep(f.cache, &f.key, &f.value);
		for (int i = 0; i < CERT_INPUT_COUNT; i++) {
			ask_with(&f, &frontend, i);
			assert_int_equal(find(&f) == NULL, frontend.cert.names[i].data != NULL);
		}
		ask_with(&f, &frontend, CERT_INPUT_COUNT);
		assert_non_null(find(&f));
		close_fixture(&f);
	}
}

static void a_certificate_counts_where_the_policy_reads_it(void **state)
{
	struct fixture f;

	open_fixture(&f, 1 << 16);
	for (int reads = 0; reads < 2; reads++) {
		f.key.policy = policy_of(&f, reads != 0 ? "default" : "without");
		set(&f, AUTHZ_INPUT_CERT + CERT_INPUT_PARAM, "one");
		worker_response_cache_keep(f.cache, &f.key, &f.value);
		set(&f, AUTHZ_INPUT_CERT + CERT_INPUT_PARAM, "two");
		assert_int_equal(find(&f) == NULL, reads);
	}
	close_fixture(&f);
}

#define FLOOD 8000
#define FLOOD_LEN 400
#define FLOOD_CHAIN_MAX                                                                            \
	20 /* 8,000 in 8,192 buckets: this many in one for fewer than 1 in 10^14                   \
	    */

/* Asks as often with another value of one length, which differs in 13 bits at `at` alone, or,
 * `at` being FLOOD_LEN, all over. */
static size_t flood(unsigned name, size_t at)
{
	char value[FLOOD_LEN];
	struct fixture f;

	open_fixture(&f, 8 << 20);
	memset(value, 'x', sizeof(value));
	for (unsigned i = 0; i < FLOOD; i++) {
		for (size_t k = 0; at == FLOOD_LEN && k < sizeof(value); k++) {
			value[k] = (char)('a' + rand() % 26);
		}
		if (at < FLOOD_LEN) {
			value[at] = (char)(i & 0x7f);
			value[at + 1] = (char)(i >> 7);
		}
		set(&f, name, NULL);
		authz_input_set(
			&f.input, (enum authz_input_name)name, (struct str){value, sizeof(value)});
		f.trusted.counted = f.input.present;
		assert_null(find(&f));
		worker_response_cache_keep(f.cache, &f.key, &f.value);
		assert_non_null(find(&f));
	}
	size_t longest = worker_response_cache_longest_chain(f.cache);

	close_fixture(&f);
	return longest;
}

/* By no part of a long value alone can many be brought into one chain. */
static void a_flood_does_not_make_chains(void **state)
{
	static const unsigned names[] = {AUTHZ_INPUT_USER_AGENT, AUTHZ_INPUT_X_FORWARDED_FOR,
		AUTHZ_INPUT_CERT, AUTHZ_INPUT_REMOTE_ADDR};

	assert_in_range(flood(AUTHZ_INPUT_USER_AGENT, FLOOD_LEN), 2, FLOOD_CHAIN_MAX);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (size_t at = 0; at + 1 < FLOOD_LEN; at += 57) {
			assert_in_range(flood(names[i], at), 2, FLOOD_CHAIN_MAX);
		}
	}
}

/* A cached response holds the fields of its recent decisions until it is forgotten. */
static void the_fields_of_recent_decisions_are_held(void **state)
{
	struct recent_fields *fields = recent_fields_new(str_view("these"), 0);
	struct fixture f;

	assert_non_null(fields);
	open_fixture(&f, 4096);
	f.value.response.recent_fields = fields;
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	assert_int_equal(fields->refs, 2);
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	assert_int_equal(fields->refs, 2);
	assert_null(worker_response_cache_find(f.cache, &f.key, f.value.until_ms, WALL_S));
	assert_int_equal(fields->refs, 1);
	/* One that is too large is not kept. */
	char *large = calloc(1, 8192);

	f.value.response.head = (struct str){large, 8192};
	worker_response_cache_keep(f.cache, &f.key, &f.value);
	assert_int_equal(fields->refs, 1);
	free(large);
	recent_fields_unref(fields);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_kept_is_found_whole),
		cmocka_unit_test(any_other_input_is_another_question),
		cmocka_unit_test(values_do_not_run_into_each_other),
		cmocka_unit_test(every_byte_of_a_certificate_counts),
		cmocka_unit_test(policies_and_forms_are_kept_apart),
		cmocka_unit_test(an_answer_ends_by_either_clock),
		cmocka_unit_test(others_keep_it_no_longer_than_they_may),
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(what_is_larger_than_the_room_is_not_kept),
		cmocka_unit_test(the_address_counts_and_what_is_not_believed_does_not),
		cmocka_unit_test(each_header_that_a_profile_reads_counts),
		cmocka_unit_test(a_certificate_counts_where_the_policy_reads_it),
		cmocka_unit_test(a_flood_does_not_make_chains),
		cmocka_unit_test(the_fields_of_recent_decisions_are_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
