/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Published requests with the example key of RFC 9421 B.1.4. Ed25519 signatures are deterministic:
 * those of the draft are made again here, from its headers.
 */

#include "agent/signature.h"
#include "agent/signature_base.h"
#include "agent/verify.h"

#include "kit.h"

/* The private key of RFC 9421 B.1.4. */
static const uint8_t seed[32] = {0x9f, 0x83, 0x62, 0xf8, 0x7a, 0x48, 0x4a, 0x95, 0x4e, 0x6e, 0x74,
	0x0c, 0x5b, 0x4c, 0x0e, 0x84, 0x22, 0x91, 0x39, 0xa2, 0x0a, 0xa8, 0xab, 0x56, 0xff, 0x66,
	0x58, 0x6f, 0x6a, 0x7d, 0x29, 0xc5};

struct fixture {
	struct kit_key key;
	struct agent_keys *keys;
	struct agent_verifier *verifier;
	struct arena arena;
	struct bytes base;
};

static int setup(void **state)
{
	static struct fixture f;
	struct bytes text;
	struct diag diag;

	kit_ed25519(&f.key, seed, 0);
	f.keys = agent_keys_new(AGENT_ACCEPT_EXAMPLE_KEYS);
	f.verifier = agent_verifier_new(NULL);
	arena_init(&f.arena, 4096);
	bytes_init(&f.base, 0);
	bytes_init(&text, 0);
	diag_init(&diag);
	bytes_appendf(&text, "{\"keys\":[%s]}", f.key.jwk);
	assert_true(agent_keys_add_text(f.keys, str_view("https://signature-agent.test"),
		bytes_view(&text), "keys.json", &diag));
	assert_int_equal(agent_keys_key_count(f.keys), 1);
	diag_clear(&diag);
	bytes_clear(&text);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	bytes_clear(&f->base);
	arena_clear(&f->arena);
	agent_verifier_free(f->verifier);
	agent_keys_unref(f->keys);
	kit_key_clear(&f->key);
	return 0;
}

/* Whether the key made the request's first signature; the base is in f->base. */
static bool matches(struct fixture *f, const struct agent_request *request)
{
	struct agent_headers headers;
	struct str signature;
	uint8_t thumbprint[AGENT_THUMBPRINT_LEN];
	size_t len;

	assert_int_equal(agent_headers_parse(request->signature_input, request->signature,
				 request->signature_agent, &f->arena, &headers),
		AGENT_GOOD);
	const struct agent_base_sources sources = {.request = request,
		.signature = &headers.signature,
		.signature_input = &headers.signature_input,
		.signature_agent = &headers.signature_agent};
	const struct agent_sf_member *input = &headers.signature_input.members[0];
	const struct agent_signature first = {.label = input->key, .input = input};

	assert_int_equal(agent_signature_bytes(&first, &headers, &signature), AGENT_GOOD);
	f->base.len = 0;
	assert_int_equal(agent_base_write(input, &sources, &f->arena, &f->base), AGENT_GOOD);
	assert_true(base64_decode(
		BASE64_URL, str_view(f->key.keyid), thumbprint, sizeof(thumbprint), &len));
	const struct agent_key *key =
		agent_keys_find(f->keys, str_view("https://signature-agent.test"), thumbprint);

	assert_non_null(key);
	return agent_key_verify(key, bytes_view(&f->base), signature) == AGENT_KEY_MATCHES;
}

static bool header_of_b26(void *ctx, struct str name, struct str *value)
{
	static const struct {
		const char *name;
		const char *value;
	} fields[] = {
		{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
		{"content-type", "application/json"},
		{"content-length", "18"},
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (str_eq_text(name, fields[i].name)) {
			*value = str_view(fields[i].value);
			return true;
		}
	}
	return false;
}

/* RFC 9421 B.2.6; without the tag it is no signature of an agent. */
static void rfc_9421_b_2_6(void **state)
{
	static const char base[] =
		"\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
		"\"@method\": POST\n"
		"\"@path\": /foo\n"
		"\"@authority\": example.com\n"
		"\"content-type\": application/json\n"
		"\"content-length\": 18\n"
		"\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" "
		"\"content-type\" \"content-length\");created=1618884473"
		";keyid=\"test-key-ed25519\"";
	struct fixture *f = *state;
	struct agent_request request = {
		.signature_input = str_view(
			"sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
			"\"content-length\");created=1618884473;keyid=\"test-key-ed25519\""),
		.signature =
			str_view("sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9"
				 "EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"),
		.method = str_view("POST"),
		.scheme = str_view("https"),
		.authority = str_view("example.com"),
		.target = str_view("/foo?param=Value&Pet=dog"),
		.header = header_of_b26};
	struct agent_result result;

	assert_true(matches(f, &request));
	assert_true(str_eq_text(bytes_view(&f->base), base));
	agent_verify(f->verifier, f->keys, &request, 1618884474, 0, &result);
	assert_int_equal(result.reason, AGENT_NO_TAG);
	request.method = str_view("GET");
	assert_false(matches(f, &request));
}

/* The requests of the draft's "EdDSA Using Curve edwards25519". */
static struct kit_sample draft(bool dictionary)
{
	struct kit_sample sample = {
		.label = "sig2",
		.components = {{"\"@authority\"", "example.com"}},
		.method = "GET",
		.scheme = "https",
		.authority = "example.com",
		.target = "/path/to/resource",
	};

	if (dictionary) {
		sample.components[1] = (struct kit_component){
			"\"signature-agent\";key=\"agent2\"", "\"https://signature-agent.test\""};
		sample.parameters =
			";created=1735689600;keyid=\"" KIT_KEYID
			"\";alg=\"ed25519\";expires=4889289600;nonce=\"n9p433xm+NJ3ph3upfBIGmsuwHw3"
			"87YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFioQb6E1YsauiA==\""
			";tag=\"web-bot-auth\"";
		sample.signature_agent = "agent2=\"https://signature-agent.test\"";
	} else {
		sample.components[1] = (struct kit_component){
			"\"signature-agent\"", "\"https://signature-agent.test\""};
		sample.parameters =
			";created=1735689600;keyid=\"" KIT_KEYID
			"\";alg=\"ed25519\";expires=1735693200;nonce=\"e8N7S2MFd/qrd6T2R3tdfAuuANng"
			"KI7LFtKYI/vowzk4lAZYadIX6wW25MwG7DCT9RUKAJ0qVkU0mEeLElW1qg==\""
			";tag=\"web-bot-auth\"";
		sample.signature_agent = "\"https://signature-agent.test\"";
	}
	return sample;
}

static void the_draft(void **state)
{
	/* The first bytes of what it publishes. */
	static const char *const published[] = {"sig2=:jdq0SqOwHdyH", "sig2=:RdNFx5Bj6au3"};
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		struct kit_sample sample = draft(i == 1);
		struct agent_result result;
		struct kit_signed s;

		kit_make(&s, &sample, &f->key);
		assert_true(str_starts_with(bytes_view(&s.signature), published[i]));
		assert_true(matches(f, &s.request));
		assert_true(str_eq(bytes_view(&f->base), bytes_view(&s.base)));
		agent_verify(f->verifier, f->keys, &s.request, 1735689601, 0, &result);
		/* The form with a dictionary is valid for a hundred years. */
		assert_int_equal(result.reason, i == 0 ? AGENT_GOOD : AGENT_LIFETIME);
		kit_signed_clear(&s);
	}
}

/* Without the switch that only tests have, the example keys are refused. */
static void example_keys(void **state)
{
	struct fixture *f = *state;
	struct kit_sample sample = draft(false);
	struct agent_result result;
	struct kit_signed s;
	struct bytes text;
	struct diag diag;
	struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);

	bytes_init(&text, 0);
	diag_init(&diag);
	bytes_appendf(&text, "{\"keys\":[%s]}", f->key.jwk);
	assert_true(agent_keys_add_text(keys, str_view("https://signature-agent.test"),
		bytes_view(&text), "keys.json", &diag));
	assert_int_equal(diag.warnings, 2);
	assert_int_equal(agent_keys_key_count(keys), 0);
	kit_make(&s, &sample, &f->key);
	agent_verify(f->verifier, keys, &s.request, 1735689601, 0, &result);
	assert_int_equal(result.reason, AGENT_UNKNOWN_KEY);
	kit_signed_clear(&s);
	agent_keys_unref(keys);
	diag_clear(&diag);
	bytes_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rfc_9421_b_2_6, setup, teardown),
		cmocka_unit_test_setup_teardown(the_draft, setup, teardown),
		cmocka_unit_test_setup_teardown(example_keys, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
