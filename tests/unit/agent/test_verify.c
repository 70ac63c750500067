/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/verify.h"

#include "agent/results.h"
#include "agent/url.h"
#include "kit.h"

struct fixture {
	struct kit_key key;
	struct agent_keys *keys;
	struct agent_verifier *verifier;
	struct agent_result result;
	uint64_t now_ms;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	kit_ed25519(&f.key, NULL, 7);
	f.keys = kit_keys(KIT_AGENT, &f.key);
	f.verifier = agent_verifier_new(NULL);
	f.now_ms = 1000;
	*state = &f;
	return f.verifier == NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	agent_verifier_free(f->verifier);
	agent_keys_unref(f->keys);
	kit_key_clear(&f->key);
	return 0;
}

static enum agent_reason verify(
	struct fixture *f, const struct agent_request *request, int64_t wall_s)
{
	/* A later second each time: the budget is another test's. */
	f->now_ms += 1000;
	agent_verify(f->verifier, f->keys, request, wall_s, f->now_ms, &f->result);
	assert_int_equal(f->result.state, agent_reason_state(f->result.reason));
	return f->result.reason;
}

static void assert_reason_at(enum agent_reason got, enum agent_reason expected, const char *what,
	const char *file, int line)
{
	if (got != expected) {
		print_error("%s: %s, expected %s\n", what, agent_reason_word(got),
			agent_reason_word(expected));
		_fail(file, line);
	}
}

#define assert_reason(got, expected, what)                                                         \
	assert_reason_at((got), (expected), (what), __FILE__, __LINE__)

static enum agent_reason verify_sample(struct fixture *f, const struct kit_sample *sample)
{
	struct kit_signed s;

	kit_make(&s, sample, &f->key);
	enum agent_reason reason = verify(f, &s.request, KIT_NOW);

	kit_signed_clear(&s);
	return reason;
}

static void a_request_without_a_signature(void **state)
{
	struct fixture *f = *state;
	struct agent_request request = {.method = str_view("GET")};

	assert_int_equal(verify(f, &request, KIT_NOW), AGENT_NO_SIGNATURE);
	assert_int_equal(f->result.state, AGENT_UNSIGNED);
	assert_int_equal(f->result.until_s, INT64_MAX);
	assert_null(f->result.url.data);

	request.signature_input = str_view("sig1=(\"@authority\");tag=\"other\"");
	assert_int_equal(verify(f, &request, KIT_NOW), AGENT_NO_TAG);
	/* Also if that is no signature at all: it has no such tag. */
	request.signature_input = str_view("(((");
	assert_int_equal(verify(f, &request, KIT_NOW), AGENT_NO_TAG);
	/* The bytes of the tag are there, as something else. */
	request.signature_input = str_view("sig1=(\"@authority\");nonce=\"web-bot-auth\"");
	assert_int_equal(verify(f, &request, KIT_NOW), AGENT_NO_TAG);
	request.signature_input = str_view("sig1=(\"@authority\");tag=web-bot-auth");
	assert_int_equal(verify(f, &request, KIT_NOW), AGENT_NO_TAG);
	request.signature_input = str_view("sig1;tag=\"web-bot-auth\"");
	assert_int_equal(verify(f, &request, KIT_NOW), AGENT_NO_TAG);
	assert_int_equal(f->result.state, AGENT_UNSIGNED);
	assert_int_equal(agent_verifier_counts(f->verifier).checks, 0);
}

static void a_verified_request(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();

	assert_reason(verify_sample(f, &sample), AGENT_GOOD, "the sample");
	assert_int_equal(f->result.state, AGENT_VERIFIED);
	assert_true(str_eq_text(f->result.url, KIT_AGENT));
	assert_true(str_eq_text(f->result.keyid, f->key.keyid));
	assert_true(str_eq_text(f->result.nonce, "bm9uY2U="));
	assert_int_equal(f->result.expires_s, 1800003590);
	assert_int_equal(f->result.until_s, 1800003590);
	assert_int_equal(agent_verifier_counts(f->verifier).checks, 1);

	/* The same again is remembered. */
	assert_reason(verify_sample(f, &sample), AGENT_GOOD, "the sample again");
	assert_true(str_eq_text(f->result.url, KIT_AGENT));
	assert_int_equal(agent_verifier_counts(f->verifier).checks, 1);
	assert_int_equal(agent_verifier_counts(f->verifier).remembered, 1);
}

static bool header(void *ctx, struct str name, struct str *value)
{
	if (str_eq_text(name, "x-a")) {
		*value = str_view("  one, two\t");
		return true;
	}
	if (str_eq_text(name, "x-empty")) {
		*value = str_view("");
		return true;
	}
	if (str_eq_text(name, "x-binary")) {
		*value = str_view("a\xc3\xa9");
		return true;
	}
	if (str_eq_text(name, "x-lines")) {
		*value = str_view("a\nb");
		return true;
	}
	return false;
}

#define MEMBER                                                                                     \
	{                                                                                          \
		"\"signature-agent\";key=\"sig1\"", "\"" KIT_AGENT "\""                            \
	}

/* Components that are understood, beside those of the sample. */
static void components(void **state)
{
	static const struct kit_component good[] = {
		{"\"@method\"", "GET"},
		{"\"@scheme\"", "https"},
		{"\"@path\"", "/a%20b/"},
		{"\"@query\"", "?x=1&y=a+b&z&e=%C3%A9%22&y2=%7e"},
		{"\"@target-uri\"", "https://shop.example/a%20b/?x=1&y=a+b&z&e=%C3%A9%22&y2=%7e"},
		{"\"@query-param\";name=\"x\"", "1"},
		{"\"@query-param\";name=\"y\"", "a%20b"},
		{"\"@query-param\";name=\"z\"", ""},
		{"\"@query-param\";name=\"e\"", "%C3%A9%22"},
		{"\"@query-param\";name=\"y2\"", "%7E"},
		{"\"x-a\"", "one, two"},
		{"\"x-empty\"", ""},
	};
	static const struct {
		struct kit_component component;
		enum agent_reason reason;
	} bad[] = {
		{{"\"@query-param\";name=\"w\"", ""}, AGENT_UNSEEN_COMPONENT},
		{{"\"@query-param\"", ""}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@query-param\";name=x", "1"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@query-param\";name=\"x\";tr", "1"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@request-target\"", "/a%20b/"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@status\"", "200"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@method\";req", "GET"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@other\"", "GET"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@signature-params\"", "GET"}, AGENT_MALFORMED},
		{{"\"x-a\";sf", "one, two"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"x-a\";bs", ":b25lLCB0d28=:"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"x-a\";tr", "one, two"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"x-a\";req", "one, two"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"x-a\";key=\"one\"", "?1"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"x-a\";other", "one, two"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"X-A\"", "one, two"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"x a\"", "one, two"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"\"", "one, two"}, AGENT_UNKNOWN_COMPONENT},
		{{"x-a", "one, two"}, AGENT_MALFORMED},
		{{"1", "one, two"}, AGENT_MALFORMED},
		{{"\"x-b\"", "one"}, AGENT_UNSEEN_COMPONENT},
		{{"\"x-binary\"", "a\xc3\xa9"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"x-lines\"", "a\nb"}, AGENT_UNKNOWN_COMPONENT},
		{{"\"@authority\"", "shop.example"}, AGENT_MALFORMED},
		{{"\"signature-agent\";key=\"sig1\"", "\"" KIT_AGENT "\""}, AGENT_MALFORMED},
		{{"\"signature-agent\";key=\"other\"", "\"x\""}, AGENT_UNSEEN_COMPONENT},
		{{"\"signature-agent\";sf", "x"}, AGENT_UNKNOWN_COMPONENT},
	};
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();

	sample.target = "/a%20b/?x=1&y=a+b&z&e=%C3%A9%22&y2=%7e";
	sample.header = header;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		sample.components[2] = good[i];
		assert_reason(verify_sample(f, &sample), AGENT_GOOD, good[i].identifier);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		sample.components[2] = bad[i].component;
		assert_reason(
			verify_sample(f, &sample), bad[i].reason, bad[i].component.identifier);
	}
	sample = kit_sample();
	sample.header = NULL;
	sample.components[2] = (struct kit_component){"\"x-a\"", "one, two"};
	assert_reason(verify_sample(f, &sample), AGENT_UNSEEN_COMPONENT, "no headers");
}

/* The example of RFC 9421 2.2.8, and queries that are no forms. */
static void query_parameters(void **state)
{
	static const struct {
		const char *target;
		const char *identifier;
		const char *value;
		enum agent_reason reason;
	} cases[] = {
		{"/parameters?var=this%20is%20a%20big%0Amultiline%20value&"
		 "bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something",
			"\"@query-param\";name=\"var\"", "this%20is%20a%20big%0Amultiline%20value",
			AGENT_GOOD},
		{"/?bar=with+plus+whitespace", "\"@query-param\";name=\"bar\"",
			"with%20plus%20whitespace", AGENT_GOOD},
		{"/?fa%C3%A7ade%22%3A%20=something",
			"\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\"", "something", AGENT_GOOD},
		{"/?&&a=b==c&", "\"@query-param\";name=\"a\"", "b%3D%3Dc", AGENT_GOOD},
		{"/?a=%zz%", "\"@query-param\";name=\"a\"", "%25zz%25", AGENT_GOOD},
		{"/?=v", "\"@query-param\";name=\"\"", "v", AGENT_GOOD},
		{"/?a=b&a=c", "\"@query-param\";name=\"a\"", "b", AGENT_UNSEEN_COMPONENT},
		{"/?a=b&%61=c", "\"@query-param\";name=\"a\"", "b", AGENT_UNSEEN_COMPONENT},
		{"/?b", "\"@query-param\";name=\"a\"", "", AGENT_UNSEEN_COMPONENT},
		{"/?a=%ff", "\"@query-param\";name=\"a\"", "%FF", AGENT_UNKNOWN_COMPONENT},
		{"/?%ff=1&a=b", "\"@query-param\";name=\"a\"", "b", AGENT_GOOD},
		{"/?%ff=1&a=b", "\"@query-param\";name=\"%FF\"", "1", AGENT_UNKNOWN_COMPONENT},
		{"/?%ff=1&a=b", "\"@query-param\";name=\"%EF%BF%BD\"", "1",
			AGENT_UNKNOWN_COMPONENT},
		{"/?%61%2a=b", "\"@query-param\";name=\"a*\"", "b", AGENT_GOOD},
		{"/?a*=b", "\"@query-param\";name=\"a%2A\"", "b", AGENT_UNSEEN_COMPONENT},
		{"/?aa=b", "\"@query-param\";name=\"a\"", "b", AGENT_UNSEEN_COMPONENT},
		{"/?a=b", "\"@query-param\";name=\"aa\"", "b", AGENT_UNSEEN_COMPONENT},
		{"/", "\"@query-param\";name=\"a\"", "", AGENT_UNSEEN_COMPONENT},
		{"/", "\"@query\"", "?", AGENT_GOOD},
		{"/?", "\"@query\"", "?", AGENT_GOOD},
		{"/a?b?c", "\"@query\"", "?b?c", AGENT_GOOD},
		{"/a?b?c", "\"@path\"", "/a", AGENT_GOOD},
		{"/a#b", "\"@path\"", "/a#b", AGENT_UNSEEN_COMPONENT},
		{"http://shop.example/a", "\"@path\"", "/a", AGENT_UNSEEN_COMPONENT},
		{"*", "\"@path\"", "*", AGENT_UNSEEN_COMPONENT},
		{"", "\"@path\"", "/", AGENT_UNSEEN_COMPONENT},
		{NULL, "\"@query\"", "?", AGENT_UNSEEN_COMPONENT},
	};
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		sample.target = cases[i].target;
		sample.components[2] = (struct kit_component){cases[i].identifier, cases[i].value};
		assert_reason(verify_sample(f, &sample), cases[i].reason, cases[i].target);
	}
}

static void authorities(void **state)
{
	static const struct {
		const char *scheme;
		const char *sent;
		const char *covered;
		enum agent_reason reason;
	} cases[] = {
		{"https", "SHOP.Example", "shop.example", AGENT_GOOD},
		{"HTTPS", "shop.example:443", "shop.example", AGENT_GOOD},
		{"https", "shop.example:80", "shop.example:80", AGENT_GOOD},
		{"http", "shop.example:80", "shop.example", AGENT_GOOD},
		{"http", "shop.example:443", "shop.example:443", AGENT_GOOD},
		{"https", "shop.example:8443", "shop.example:8443", AGENT_GOOD},
		{"https", "[2001:DB8::1]:443", "[2001:db8::1]", AGENT_GOOD},
		{"https", "[2001:db8::1]", "[2001:db8::1]", AGENT_GOOD},
		{NULL, "shop.example", "shop.example", AGENT_GOOD},
		{NULL, "shop.example:443", "shop.example", AGENT_UNSEEN_COMPONENT},
		{"ftp", "shop.example:443", "shop.example", AGENT_UNSEEN_COMPONENT},
		{"https", "shop.example:443", "shop.example:443", AGENT_MISMATCH},
		{"https", "other.example", "shop.example", AGENT_MISMATCH},
		{"https", "shop.example, other.example", "shop.example", AGENT_UNSEEN_COMPONENT},
		{"https", "user@shop.example", "user@shop.example", AGENT_UNSEEN_COMPONENT},
		{"https", "", "", AGENT_UNSEEN_COMPONENT},
		{"https", NULL, "shop.example", AGENT_UNSEEN_COMPONENT},
	};
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		sample.scheme = cases[i].scheme;
		sample.authority = cases[i].sent;
		sample.components[0].value = cases[i].covered;
		assert_reason(verify_sample(f, &sample), cases[i].reason, cases[i].sent);
	}
}

static void coverage(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();

	sample.components[0] = (struct kit_component){"\"@method\"", "GET"};
	assert_reason(verify_sample(f, &sample), AGENT_NOT_COVERED, "no host");
	sample.components[0] =
		(struct kit_component){"\"@target-uri\"", "https://shop.example/path?x=1"};
	assert_reason(verify_sample(f, &sample), AGENT_GOOD, "@target-uri");
	sample.components[1] = (struct kit_component){"\"@method\"", "GET"};
	assert_reason(verify_sample(f, &sample), AGENT_NOT_COVERED, "no signature-agent");
	sample.components[1] =
		(struct kit_component){"\"signature-agent\"", "sig1=\"" KIT_AGENT "\""};
	assert_reason(verify_sample(f, &sample), AGENT_NOT_COVERED, "the header without a key");
	sample.components[0].identifier = NULL;
	assert_reason(verify_sample(f, &sample), AGENT_NOT_COVERED, "no component");
}

/* The forms of Signature-Agent. */
static void agents(void **state)
{
	static const struct {
		const char *label;
		const char *header;
		struct kit_component covered;
		struct kit_component also;
		enum agent_reason reason;
	} cases[] = {
		/* The older String. */
		{"sig1", "\"" KIT_AGENT "\"", {"\"signature-agent\"", "\"" KIT_AGENT "\""},
			{NULL, NULL}, AGENT_GOOD},
		{"sig1", "\"" KIT_AGENT "\"", {"\"@method\"", "GET"}, {NULL, NULL},
			AGENT_NOT_COVERED},
		{"sig1", "\"" KIT_AGENT "\"", MEMBER, {NULL, NULL}, AGENT_NOT_COVERED},
		{"sig1", "\"" KIT_AGENT "\", \"" KIT_AGENT "\"", {"\"signature-agent\"", "x"},
			{NULL, NULL}, AGENT_MALFORMED},
		{"sig1", "\"" KIT_AGENT "\";type=directory", {"\"signature-agent\"", "x"},
			{NULL, NULL}, AGENT_MALFORMED},
		{"sig1", "\"" KIT_AGENT, {"\"signature-agent\"", "x"}, {NULL, NULL},
			AGENT_MALFORMED},
		{"sig1", "\"https://other.example\"",
			{"\"signature-agent\"", "\"https://other.example\""}, {NULL, NULL},
			AGENT_UNKNOWN_AGENT},
		{"sig1", KIT_AGENT, {"\"signature-agent\"", KIT_AGENT}, {NULL, NULL},
			AGENT_MALFORMED},
		{"sig1", NULL, {"\"signature-agent\"", ""}, {NULL, NULL}, AGENT_NO_SIGNATURE_AGENT},
		{"sig1", "", {"\"signature-agent\"", ""}, {NULL, NULL}, AGENT_NO_SIGNATURE_AGENT},
		/* An intermediary has changed the label of the signature. */
		{"sig9", "sig1=\"" KIT_AGENT "\"", MEMBER, {NULL, NULL}, AGENT_GOOD},
		/* The own member comes before others. */
		{"sig1", "sig0=\"https://other.example\", sig1=\"" KIT_AGENT "\"",
			{"\"signature-agent\";key=\"sig0\"", "\"https://other.example\""}, MEMBER,
			AGENT_GOOD},
		/* None of two others is its own. */
		{"sig9", "sig0=\"https://other.example\", sig1=\"" KIT_AGENT "\"",
			{"\"signature-agent\";key=\"sig0\"", "\"https://other.example\""}, MEMBER,
			AGENT_NOT_COVERED},
		/* The member that is covered counts, and no other one. */
		{"sig0", "sig0=\"" KIT_AGENT "\", sig1=\"https://other.example\"",
			{"\"signature-agent\";key=\"sig1\"", "\"https://other.example\""},
			{NULL, NULL}, AGENT_UNKNOWN_AGENT},
		{"sig1", "sig1=\"" KIT_AGENT "\", sig1=\"" KIT_AGENT "\"", MEMBER, {NULL, NULL},
			AGENT_MALFORMED},
		{"sig1", "sig2=\"" KIT_AGENT "\"", MEMBER, {NULL, NULL}, AGENT_NO_SIGNATURE_AGENT},
		{"sig1", "sig1=(\"" KIT_AGENT "\")",
			{"\"signature-agent\";key=\"sig1\"", "(\"" KIT_AGENT "\")"}, {NULL, NULL},
			AGENT_NO_SIGNATURE_AGENT},
		{"sig1", "sig1=token", {"\"signature-agent\";key=\"sig1\"", "token"}, {NULL, NULL},
			AGENT_NO_SIGNATURE_AGENT},
		{"sig1", "sig1", {"\"signature-agent\";key=\"sig1\"", "?1"}, {NULL, NULL},
			AGENT_NO_SIGNATURE_AGENT},
		/* Types. */
		{"sig1", "sig1=\"" KIT_AGENT "\";type=directory",
			{"\"signature-agent\";key=\"sig1\"", "\"" KIT_AGENT "\";type=directory"},
			{NULL, NULL}, AGENT_GOOD},
		{"sig1", "sig1=\"" KIT_AGENT "\";x=1",
			{"\"signature-agent\";key=\"sig1\"", "\"" KIT_AGENT "\";x=1"}, {NULL, NULL},
			AGENT_GOOD},
		{"sig1", "sig1=\"" KIT_AGENT "\";type=other",
			{"\"signature-agent\";key=\"sig1\"", "\"" KIT_AGENT "\";type=other"},
			{NULL, NULL}, AGENT_UNKNOWN_AGENT},
		{"sig1", "sig1=\"" KIT_AGENT "\";type=\"directory\"",
			{"\"signature-agent\";key=\"sig1\"",
				"\"" KIT_AGENT "\";type=\"directory\""},
			{NULL, NULL}, AGENT_UNKNOWN_AGENT},
		{"sig1", "sig1=\"" KIT_AGENT "\";type=jwks_uri",
			{"\"signature-agent\";key=\"sig1\"", "\"" KIT_AGENT "\";type=jwks_uri"},
			{NULL, NULL}, AGENT_UNKNOWN_AGENT},
		{"sig1", "sig1=\"" KIT_AGENT AGENT_URL_WELL_KNOWN "\";type=jwks_uri",
			{"\"signature-agent\";key=\"sig1\"",
				"\"" KIT_AGENT AGENT_URL_WELL_KNOWN "\";type=jwks_uri"},
			{NULL, NULL}, AGENT_GOOD},
		{"sig1", "sig1=\"" KIT_AGENT "/keys.json\";type=cimd",
			{"\"signature-agent\";key=\"sig1\"",
				"\"" KIT_AGENT "/keys.json\";type=cimd"},
			{NULL, NULL}, AGENT_UNKNOWN_AGENT},
		/* Spellings of one URL, and what is another one. */
		{"sig1", "sig1=\"HTTPS://Agent.Example:443/\"",
			{"\"signature-agent\";key=\"sig1\"", "\"HTTPS://Agent.Example:443/\""},
			{NULL, NULL}, AGENT_GOOD},
		{"sig1", "sig1=\"http://agent.example\"",
			{"\"signature-agent\";key=\"sig1\"", "\"http://agent.example\""},
			{NULL, NULL}, AGENT_UNKNOWN_AGENT},
		{"sig1", "sig1=\"https://agent.example:8443\"",
			{"\"signature-agent\";key=\"sig1\"", "\"https://agent.example:8443\""},
			{NULL, NULL}, AGENT_UNKNOWN_AGENT},
		{"sig1", "sig1=\"agent.example\"",
			{"\"signature-agent\";key=\"sig1\"", "\"agent.example\""}, {NULL, NULL},
			AGENT_UNKNOWN_AGENT},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kit_sample sample = kit_sample();

		sample.label = cases[i].label;
		sample.signature_agent = cases[i].header;
		sample.components[1] = cases[i].covered;
		sample.components[2] = cases[i].also;
		assert_reason(verify_sample(f, &sample), cases[i].reason,
			cases[i].header != NULL ? cases[i].header : "no header");
		if (cases[i].reason == AGENT_GOOD) {
			assert_true(str_eq_text(f->result.url, KIT_AGENT));
		}
	}
}

#define TAG ";tag=\"web-bot-auth\""

static void parameters(void **state)
{
	static const struct {
		const char *parameters;
		enum agent_reason reason;
	} cases[] = {
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\"" TAG, AGENT_GOOD},
		{TAG ";keyid=\"<keyid>\";expires=1800003590;created=1799999990", AGENT_GOOD},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";own=1" TAG, AGENT_GOOD},
		{";expires=1800003590;keyid=\"<keyid>\"" TAG, AGENT_NO_PARAMETER},
		{";created=1799999990;keyid=\"<keyid>\"" TAG, AGENT_NO_PARAMETER},
		{";created=1799999990;expires=1800003590" TAG ";own=\"<keyid>\"",
			AGENT_NO_PARAMETER},
		{";created=1799999990.0;expires=1800003590;keyid=\"<keyid>\"" TAG,
			AGENT_NO_PARAMETER},
		{";created=1799999990;expires=\"1800003590\";keyid=\"<keyid>\"" TAG,
			AGENT_NO_PARAMETER},
		{";created=@1799999990;expires=@1800003590;keyid=\"<keyid>\"" TAG,
			AGENT_NO_PARAMETER},
		{";created=1799999990;expires=1800003590;keyid=:YQ==:;own=\"<keyid>\"" TAG,
			AGENT_NO_PARAMETER},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";nonce=1" TAG,
			AGENT_NO_PARAMETER},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=ed25519" TAG,
			AGENT_NO_PARAMETER},
		/* Times. */
		{";created=1800000060;expires=1800003590;keyid=\"<keyid>\"" TAG, AGENT_GOOD},
		{";created=1800000061;expires=1800003590;keyid=\"<keyid>\"" TAG, AGENT_NOT_YET},
		{";created=1799999990;expires=1800000001;keyid=\"<keyid>\"" TAG, AGENT_GOOD},
		{";created=1799999990;expires=1800000000;keyid=\"<keyid>\"" TAG, AGENT_EXPIRED},
		{";created=1799999990;expires=1799999990;keyid=\"<keyid>\"" TAG, AGENT_LIFETIME},
		{";created=1799999990;expires=1799999989;keyid=\"<keyid>\"" TAG, AGENT_LIFETIME},
		{";created=1799999990;expires=1800086390;keyid=\"<keyid>\"" TAG, AGENT_GOOD},
		{";created=1799999990;expires=1800086391;keyid=\"<keyid>\"" TAG, AGENT_LIFETIME},
		{";created=-999999999999999;expires=999999999999999;keyid=\"<keyid>\"" TAG,
			AGENT_LIFETIME},
		/* Algorithms. */
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=\"hmac-sha256\"" TAG,
			AGENT_ALGORITHM},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=\"rsa-pss-"
		 "sha512\"" TAG,
			AGENT_ALGORITHM},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=\"ecdsa-p256-"
		 "sha256\"" TAG,
			AGENT_ALGORITHM},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=\"rsa-v1_5-"
		 "sha256\"" TAG,
			AGENT_UNKNOWN_ALGORITHM},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=\"Ed25519\"" TAG,
			AGENT_UNKNOWN_ALGORITHM},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=\"none\"" TAG,
			AGENT_UNKNOWN_ALGORITHM},
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\";alg=\"\"" TAG,
			AGENT_UNKNOWN_ALGORITHM},
		/* Keys. */
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>=\"" TAG,
			AGENT_UNKNOWN_KEY},
		{";created=1799999990;expires=1800003590;keyid=\"x<keyid>\"" TAG,
			AGENT_UNKNOWN_KEY},
		{";created=1799999990;expires=1800003590;keyid=\"\";own=\"<keyid>\"" TAG,
			AGENT_UNKNOWN_KEY},
		{";created=1799999990;expires=1800003590"
		 ";keyid=\"poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U\";own=\"<keyid>\"" TAG,
			AGENT_UNKNOWN_KEY},
		/* Twice. */
		{";created=1799999990;expires=1800003590;keyid=\"<keyid>\"" TAG TAG,
			AGENT_MALFORMED},
		{";created=1;created=1799999990;expires=1800003590;keyid=\"<keyid>\"" TAG,
			AGENT_MALFORMED},
	};
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		sample.parameters = cases[i].parameters;
		assert_reason(verify_sample(f, &sample), cases[i].reason, cases[i].parameters);
	}
}

/* Until when a result may be kept. */
static void validity(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();
	struct kit_signed s;

	kit_make(&s, &sample, &f->key);
	assert_int_equal(verify(f, &s.request, 1799999929), AGENT_NOT_YET);
	assert_int_equal(f->result.until_s, 1799999930);
	assert_int_equal(verify(f, &s.request, 1799999930), AGENT_GOOD);
	assert_int_equal(f->result.until_s, 1800003590);
	assert_int_equal(verify(f, &s.request, 1800003589), AGENT_GOOD);
	assert_int_equal(verify(f, &s.request, 1800003590), AGENT_EXPIRED);
	assert_int_equal(f->result.until_s, INT64_MAX);
	s.request.authority = str_view("other.example");
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(verify(f, &s.request, KIT_NOW), AGENT_MISMATCH);
		assert_int_equal(f->result.until_s, KIT_NOW + AGENT_MISMATCH_HOLDS_S);
	}
	assert_true(str_eq_text(f->result.url, KIT_AGENT));
	assert_null(f->result.keyid.data);
	kit_signed_clear(&s);
}

static void time_of_the_key(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();
	char *end = strrchr(f->key.jwk, '}');

	agent_keys_unref(f->keys);
	strcpy(end, ",\"nbf\":1800000000,\"exp\":1800000500000}");
	f->keys = kit_keys(KIT_AGENT, &f->key);
	struct kit_signed s;

	kit_make(&s, &sample, &f->key);
	assert_int_equal(verify(f, &s.request, 1799999999), AGENT_KEY_TIME);
	assert_int_equal(f->result.state, AGENT_UNVERIFIED);
	assert_int_equal(f->result.until_s, 1800000000);
	assert_int_equal(verify(f, &s.request, 1800000000), AGENT_GOOD);
	assert_int_equal(f->result.until_s, 1800000500);
	assert_int_equal(verify(f, &s.request, 1800000499), AGENT_GOOD);
	assert_int_equal(verify(f, &s.request, 1800000500), AGENT_KEY_TIME);
	kit_signed_clear(&s);
}

/* A result that is remembered is no longer used once the key is gone. */
static void a_key_that_is_gone(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();
	struct kit_key other;

	assert_reason(verify_sample(f, &sample), AGENT_GOOD, "the key is there");
	kit_ed25519(&other, NULL, 8);
	agent_keys_unref(f->keys);
	f->keys = kit_keys(KIT_AGENT, &other);
	assert_reason(verify_sample(f, &sample), AGENT_UNKNOWN_KEY, "the key is gone");
	agent_keys_unref(f->keys);
	f->keys = kit_keys("https://other.example", &f->key);
	assert_reason(verify_sample(f, &sample), AGENT_UNKNOWN_AGENT, "another agent has it");
	agent_keys_unref(f->keys);
	f->keys = NULL;
	assert_reason(verify_sample(f, &sample), AGENT_UNKNOWN_AGENT, "no keys at all");
	kit_key_clear(&other);
}

static void other_algorithms(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();
	static const unsigned bits[] = {0, 2048, 3072};

	sample.parameters = ";created=1799999990;expires=1800003590;keyid=\"<keyid>\"" TAG;
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		kit_key_clear(&f->key);
		if (bits[i] == 0) {
			kit_p256(&f->key);
		} else {
			kit_rsa(&f->key, bits[i]);
		}
		agent_keys_unref(f->keys);
		f->keys = kit_keys(KIT_AGENT, &f->key);
		assert_reason(verify_sample(f, &sample), AGENT_GOOD, f->key.jwk);
		sample.authority = "other.example";
		assert_reason(verify_sample(f, &sample), AGENT_MISMATCH, f->key.jwk);
		sample.authority = "shop.example";
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_without_a_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(a_verified_request, setup, teardown),
		cmocka_unit_test_setup_teardown(components, setup, teardown),
		cmocka_unit_test_setup_teardown(query_parameters, setup, teardown),
		cmocka_unit_test_setup_teardown(authorities, setup, teardown),
		cmocka_unit_test_setup_teardown(coverage, setup, teardown),
		cmocka_unit_test_setup_teardown(agents, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters, setup, teardown),
		cmocka_unit_test_setup_teardown(validity, setup, teardown),
		cmocka_unit_test_setup_teardown(time_of_the_key, setup, teardown),
		cmocka_unit_test_setup_teardown(a_key_that_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(other_algorithms, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
