/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* No change of a good request is verified: of any byte, of a whole header, of the request itself.
 */

#include "agent/verify.h"

#include "kit.h"

#define OTHER_AGENT "https://other.example"

struct fixture {
	struct kit_key key;
	struct kit_key other;
	struct kit_key p256;
	struct agent_keys *keys; /* `key` is of KIT_AGENT, `other` of OTHER_AGENT */
	struct agent_verifier *verifier;
	size_t count;
};

static void add_keys(
	struct agent_keys *keys, const char *url, const struct kit_key *a, const struct kit_key *b)
{
	struct bytes text;
	struct diag diag;

	bytes_init(&text, 0);
	diag_init(&diag);
	bytes_appendf(&text, "{\"keys\":[%s%s%s]}", a->jwk, b != NULL ? "," : "",
		b != NULL ? b->jwk : "");
	assert_true(
		agent_keys_add_text(keys, str_view(url), bytes_view(&text), "keys.json", &diag));
	diag_clear(&diag);
	bytes_clear(&text);
}

static int setup(void **state)
{
	static const struct agent_budget_sizes plenty = {
		.per_s = 1000000, .burst = 1000000, .reserved_per_s = 1, .reserved_burst = 1};
	static struct fixture f;

	kit_ed25519(&f.key, NULL, 7);
	kit_ed25519(&f.other, NULL, 8);
	kit_p256(&f.p256);
	f.keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
	add_keys(f.keys, KIT_AGENT, &f.key, &f.p256);
	add_keys(f.keys, OTHER_AGENT, &f.other, NULL);
	f.verifier = agent_verifier_new(&plenty);
	f.count = 0;
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	agent_verifier_free(f->verifier);
	agent_keys_unref(f->keys);
	kit_key_clear(&f->p256);
	kit_key_clear(&f->other);
	kit_key_clear(&f->key);
	return 0;
}

static enum agent_state verify_at(
	struct fixture *f, const struct agent_request *request, int64_t wall_s)
{
	struct agent_result result;

	agent_verify(f->verifier, f->keys, request, wall_s, 0, &result);
	assert_int_equal(result.state, agent_reason_state(result.reason));
	return result.state;
}

static void assert_verified(struct fixture *f, const struct agent_request *request)
{
	assert_int_equal(verify_at(f, request, KIT_NOW), AGENT_VERIFIED);
}

static void assert_not_verified(
	struct fixture *f, const struct agent_request *request, const char *what)
{
	f->count++;
	if (verify_at(f, request, KIT_NOW) == AGENT_VERIFIED) {
		print_error("%s: verified\nSignature-Input: %.*s\nSignature: %.*s\n"
			    "Signature-Agent: %.*s\n",
			what, (int)request->signature_input.len, request->signature_input.data,
			(int)request->signature.len, request->signature.data,
			(int)request->signature_agent.len, request->signature_agent.data);
		fail();
	}
}

static bool header(void *ctx, struct str name, struct str *value)
{
	if (!str_eq_text(name, "x-purpose")) {
		return false;
	}
	*value = str_view("tests, more tests");
	return true;
}

enum shape { SHAPE_DICTIONARY, SHAPE_STRING, SHAPE_RICH, SHAPE_P256, SHAPE_COUNT };

static void make(struct fixture *f, enum shape shape, struct kit_signed *s)
{
	struct kit_sample sample = kit_sample();

	sample.header = header;
	if (shape == SHAPE_STRING) {
		sample.components[1] =
			(struct kit_component){"\"signature-agent\"", "\"" KIT_AGENT "\""};
		sample.signature_agent = "\"" KIT_AGENT "\"";
	} else if (shape == SHAPE_RICH) {
		sample.components[2] = (struct kit_component){"\"@method\"", "GET"};
		sample.components[3] = (struct kit_component){"\"@path\"", "/path"};
		sample.components[4] = (struct kit_component){"\"@query\"", "?x=1"};
		sample.components[5] = (struct kit_component){"\"@scheme\"", "https"};
		sample.components[6] =
			(struct kit_component){"\"@target-uri\"", "https://shop.example/path?x=1"};
		sample.components[7] = (struct kit_component){"\"@query-param\";name=\"x\"", "1"};
		sample.components[8] = (struct kit_component){"\"x-purpose\"", "tests, more tests"};
	} else if (shape == SHAPE_P256) {
		sample.parameters = ";created=1799999990;expires=1800003590;keyid=\"" KIT_KEYID
				    "\";tag=\"web-bot-auth\"";
	}
	kit_make(s, &sample, shape == SHAPE_P256 ? &f->p256 : &f->key);
	assert_verified(f, &s->request);
}

/* The texts of a request that its signature depends on. */
static struct str *text_of(struct agent_request *request, size_t i)
{
	struct str *const texts[] = {&request->signature_input, &request->signature,
		&request->signature_agent, &request->method, &request->scheme, &request->authority,
		&request->target};

	return i < ARRAY_LEN(texts) ? texts[i] : NULL;
}

#define HEADERS 3
#define AUTHORITY 5
#define SCHEME 4

/* Spaces mean nothing between the parts of a header; no value of the samples has one. */
static bool is_same_but_for_spaces(struct str a, struct str b)
{
	size_t j = 0;

	for (size_t i = 0; i < a.len; i++) {
		if (a.data[i] == ' ') {
			continue;
		}
		while (j < b.len && b.data[j] == ' ') {
			j++;
		}
		if (j == b.len || a.data[i] != b.data[j++]) {
			return false;
		}
	}
	while (j < b.len && b.data[j] == ' ') {
		j++;
	}
	return j == b.len;
}

/* Host and scheme have no case. */
static bool is_same(size_t text, struct str a, struct str b)
{
	return text < HEADERS ? is_same_but_for_spaces(a, b)
			      : (text == AUTHORITY || text == SCHEME) && str_eq_nocase(a, b);
}

/* The changed text is in memory of its own size. */
static void try_text(struct fixture *f, const struct agent_request *request, size_t text,
	const void *data, size_t len, const char *what)
{
	struct agent_request changed = *request;
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, data, len);
	struct str other = {copy, len};

	if (!is_same(text, other, *text_of(&changed, text))) {
		*text_of(&changed, text) = other;
		assert_not_verified(f, &changed, what);
	}
	free(copy);
}

static void change_bytes(struct fixture *f, const struct agent_request *request, size_t text)
{
	static const char others[] = {' ', '\t', ',', ';', '=', '"', ':', '(', ')', '\\', '0', 'a',
		'A', '/', '\n', '\0', '\x7f', '\xff'};
	struct agent_request copy = *request;
	struct str original = *text_of(&copy, text);
	char changed[4096];

	assert_true(original.len + 1 < sizeof(changed));
	for (size_t i = 0; i < original.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(changed, original.data, original.len);
			changed[i] = (char)(changed[i] ^ 1 << bit);
			try_text(f, request, text, changed, original.len, "a bit");
		}
		for (size_t j = 0; j < sizeof(others); j++) {
			memcpy(changed, original.data, original.len);
			changed[i] = others[j];
			if (changed[i] != original.data[i]) {
				try_text(f, request, text, changed, original.len, "a byte");
			}
		}
		memcpy(changed, original.data, i);
		memcpy(changed + i, original.data + i + 1, original.len - i - 1);
		try_text(f, request, text, changed, original.len - 1, "a byte less");
		memcpy(changed, original.data, i + 1);
		memcpy(changed + i + 1, original.data + i, original.len - i);
		try_text(f, request, text, changed, original.len + 1, "a byte twice");
		try_text(f, request, text, original.data, i, "cut at the end");
		try_text(f, request, text, original.data + i + 1, original.len - i - 1,
			"cut at the start");
	}
}

static void bytes(void **state)
{
	struct fixture *f = *state;

	for (enum shape shape = 0; shape < SHAPE_COUNT; shape++) {
		struct kit_signed s;

		make(f, shape, &s);
		for (size_t text = 0; text_of(&s.request, text) != NULL; text++) {
			/* Other shapes than this one do not cover all of the request. */
			if (text < HEADERS || shape == SHAPE_RICH || text == AUTHORITY) {
				change_bytes(f, &s.request, text);
			}
		}
		assert_verified(f, &s.request);
		kit_signed_clear(&s);
	}
	print_message("%zu changes\n", f->count);
	assert_true(f->count > 10000);
}

static void whole_headers(void **state)
{
	struct fixture *f = *state;
	struct bytes text;

	bytes_init(&text, 0);
	for (enum shape shape = 0; shape < SHAPE_COUNT; shape++) {
		struct kit_signed s;

		make(f, shape, &s);
		for (size_t i = 0; i < HEADERS; i++) {
			struct str original = *text_of(&s.request, i);

			try_text(f, &s.request, i, "", 0, "empty");
			for (size_t j = 0; j < HEADERS; j++) {
				struct agent_request changed = s.request;

				*text_of(&changed, i) = *text_of(&s.request, j);
				if (i != j) {
					assert_not_verified(f, &changed, "another header");
				}
				text.len = 0;
				bytes_append_str(&text, original);
				bytes_append_text(&text, ", ");
				bytes_append_str(&text, *text_of(&s.request, j));
				try_text(f, &s.request, i, text.data, text.len, "two lines");
			}
			struct agent_request changed = s.request;

			*text_of(&changed, i) = (struct str){NULL, 0};
			assert_not_verified(f, &changed, "absent");
		}
		kit_signed_clear(&s);
	}
	bytes_clear(&text);
}

static bool is_all_of(const struct agent_request *a, const struct agent_request *b)
{
	return str_eq(a->signature_input, b->signature_input) &&
	       str_eq(a->signature, b->signature) &&
	       str_eq(a->signature_agent, b->signature_agent) && str_eq(a->authority, b->authority);
}

/* Parts of good requests, of the same agent and of two agents, in all combinations. */
static void mixed_requests(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();
	struct kit_signed s[3];

	kit_make(&s[0], &sample, &f->key);
	sample.authority = sample.components[0].value = "second.example";
	kit_make(&s[1], &sample, &f->key);
	sample.components[1].value = "\"" OTHER_AGENT "\"";
	sample.signature_agent = "sig1=\"" OTHER_AGENT "\"";
	kit_make(&s[2], &sample, &f->other);
	for (size_t i = 0; i < 81; i++) {
		struct agent_request mixed = s[0].request;
		size_t from[4] = {i % 3, i / 3 % 3, i / 9 % 3, i / 27};

		mixed.signature_input = s[from[0]].request.signature_input;
		mixed.signature = s[from[1]].request.signature;
		mixed.signature_agent = s[from[2]].request.signature_agent;
		mixed.authority = s[from[3]].request.authority;
		bool is_one = false;

		for (size_t j = 0; j < 3; j++) {
			is_one = is_one || is_all_of(&mixed, &s[j].request);
		}
		if (is_one) {
			assert_verified(f, &mixed);
		} else {
			assert_not_verified(f, &mixed, "mixed");
		}
	}
	for (size_t i = 0; i < 3; i++) {
		kit_signed_clear(&s[i]);
	}
}

static void times(void **state)
{
	struct fixture *f = *state;
	struct kit_signed s;

	make(f, SHAPE_DICTIONARY, &s);
	static const int64_t never[] = {
		INT64_MIN, 0, 1, 1799999929, 1800003590, 1800003591, 1900000000, INT64_MAX};

	for (size_t i = 0; i < ARRAY_LEN(never); i++) {
		assert_int_not_equal(verify_at(f, &s.request, never[i]), AGENT_VERIFIED);
	}
	kit_signed_clear(&s);
}

/* An attacker who has a key. */
static void keys_of_others(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = kit_sample();
	char parameters[512];
	struct kit_key unknown;
	struct kit_signed s;

	/* OTHER_AGENT's key, with this agent's URL. */
	kit_make(&s, &sample, &f->other);
	assert_not_verified(f, &s.request, "another agent's key");
	kit_signed_clear(&s);
	/* ... and with the name of this agent's key. */
	snprintf(parameters, sizeof(parameters),
		";created=1799999990;expires=1800003590;keyid=\"%s\";x=\"" KIT_KEYID
		"\";tag=\"web-bot-auth\"",
		f->key.keyid);
	sample.parameters = parameters;
	kit_make(&s, &sample, &f->other);
	assert_not_verified(f, &s.request, "another agent's key under this one's name");
	kit_signed_clear(&s);
	kit_make(&s, &sample, &f->p256);
	assert_not_verified(f, &s.request, "another algorithm under this key's name");
	kit_signed_clear(&s);
	/* This agent's key, with OTHER_AGENT's URL. */
	sample = kit_sample();
	sample.components[1].value = "\"" OTHER_AGENT "\"";
	sample.signature_agent = "sig1=\"" OTHER_AGENT "\"";
	kit_make(&s, &sample, &f->key);
	assert_not_verified(f, &s.request, "another agent's URL");
	kit_signed_clear(&s);
	/* The URL of another agent beside the own one, which alone is covered. */
	sample = kit_sample();
	sample.signature_agent = "sig1=\"" OTHER_AGENT "\", sig2=\"" KIT_AGENT "\"";
	sample.components[1].identifier = "\"signature-agent\";key=\"sig2\"";
	kit_make(&s, &sample, &f->other);
	assert_not_verified(f, &s.request, "the key of the URL that is not covered");
	kit_signed_clear(&s);
	kit_ed25519(&unknown, NULL, 9);
	sample = kit_sample();
	kit_make(&s, &sample, &unknown);
	assert_not_verified(f, &s.request, "an unknown key");
	kit_signed_clear(&s);
	kit_key_clear(&unknown);
}

/* The verified signature of two counts, wherever it is; at most AGENT_LABELS_MAX are looked at. */
static void several_signatures(void **state)
{
	struct fixture *f = *state;
	struct kit_signed s;
	struct bytes input;
	struct bytes signature;
	struct bytes agent;

	make(f, SHAPE_DICTIONARY, &s);
	for (size_t before = 0; before <= AGENT_LABELS_MAX; before++) {
		struct agent_request request = s.request;
		char label[8];

		bytes_init(&input, 0);
		bytes_init(&signature, 0);
		bytes_init(&agent, 0);
		for (size_t i = 0; i < before; i++) {
			snprintf(label, sizeof(label), "f%zu", i);
			bytes_appendf(&input,
				"%s=(\"@authority\" \"signature-agent\";key=\"%s\")"
				";created=1799999990;expires=1800003590;keyid=\"%s\""
				";tag=\"web-bot-auth\", ",
				label, label, f->key.keyid);
			bytes_appendf(&signature, "%s=:YWJj:, ", label);
			bytes_appendf(&agent, "%s=\"" KIT_AGENT "\", ", label);
		}
		bytes_append_str(&input, s.request.signature_input);
		bytes_append_str(&signature, s.request.signature);
		bytes_append_str(&agent, s.request.signature_agent);
		request.signature_input = bytes_view(&input);
		request.signature = bytes_view(&signature);
		request.signature_agent = bytes_view(&agent);
		struct agent_result result;

		agent_verify(f->verifier, f->keys, &request, KIT_NOW, 0, &result);
		assert_int_equal(
			result.reason, before < AGENT_LABELS_MAX ? AGENT_GOOD : AGENT_TOO_LARGE);
		bytes_clear(&agent);
		bytes_clear(&signature);
		bytes_clear(&input);
	}
	kit_signed_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(whole_headers, setup, teardown),
		cmocka_unit_test_setup_teardown(mixed_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(times, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(several_signatures, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
