/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * agent [FILE]
 *
 * The cost of the signature of a request (Web Bot Auth): none, one that was verified before, new
 * ones, and forged ones, beside the check by the public key alone. Prints a table, and writes the
 * figures to FILE as JSON.
 */

#include "agent/verify.h"
#include "base/base64.h"
#include "base/bytes.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 7
#define SIGNED 256
#define NOW 1800000000
#define AGENT "https://agent.example"

struct signed_request {
	struct bytes input;
	struct bytes signature;
	struct bytes base;
	struct agent_request request;
};

struct bench {
	EVP_PKEY *pair;
	char keyid[64];
	struct agent_keys *keys;
	struct agent_verifier *verifier;
	struct signed_request signed_requests[SIGNED];
	struct agent_request hostile;
	struct bytes hostile_input;
	struct bytes hostile_signature;
	struct bytes hostile_agent;
};

static const struct agent_budget_sizes plenty = {1000000, 1000000, 1000000, 1000000};
static const struct agent_budget_sizes nothing = {0, 0, 0, 0};

static void die(const char *what)
{
	fprintf(stderr, "agent: %s\n", what);
	exit(1);
}

/* CPU time of this process, so that other processes do not count. */
static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void digits_of(const void *data, size_t len, char out[64])
{
	out[base64_encode(BASE64_URL, data, len, out)] = '\0';
}

static void make_key(struct bench *b)
{
	uint8_t x[32];
	uint8_t digest[32];
	size_t len = sizeof(x);
	char digits[64];
	char jwk[256];
	char set[320];
	struct diag diag;

	b->pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (b->pair == NULL || EVP_PKEY_get_raw_public_key(b->pair, x, &len) != 1) {
		die("no key");
	}
	digits_of(x, len, digits);
	snprintf(jwk, sizeof(jwk), "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", digits);
	EVP_Digest(jwk, strlen(jwk), digest, NULL, EVP_sha256(), NULL);
	digits_of(digest, sizeof(digest), b->keyid);
	snprintf(set, sizeof(set), "{\"keys\":[%s]}", jwk);
	b->keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
	diag_init(&diag);
	if (b->keys == NULL ||
		!agent_keys_add_text(b->keys, str_view(AGENT), str_view(set), "keys", &diag)) {
		die("no keys");
	}
	diag_clear(&diag);
}

static void sign(struct bench *b, struct signed_request *s, unsigned number)
{
	uint8_t signature[64];
	size_t len = sizeof(signature);
	char digits[128];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	bytes_appendf(&s->input,
		"sig1=(\"@authority\" \"@method\" \"@path\" \"signature-agent\";key=\"sig1\")"
		";created=1799999990;keyid=\"%s\";alg=\"ed25519\";expires=1800003590"
		";nonce=\"n9p433xm+NJ3ph3upfBIGmsuwHw387YV%u\";tag=\"web-bot-auth\"",
		b->keyid, number);
	bytes_append_text(&s->base, "\"@authority\": shop.example\n\"@method\": GET\n"
				    "\"@path\": /some/path/of/a/shop\n"
				    "\"signature-agent\";key=\"sig1\": \"" AGENT "\"\n"
				    "\"@signature-params\": ");
	bytes_append_str(&s->base, str_from(bytes_view(&s->input), strlen("sig1=")));
	if (EVP_DigestSignInit(ctx, NULL, NULL, NULL, b->pair) != 1 ||
		EVP_DigestSign(ctx, signature, &len, s->base.data, s->base.len) != 1) {
		die("no signature");
	}
	EVP_MD_CTX_free(ctx);
	digits[base64_encode(BASE64_PADDED, signature, len, digits)] = '\0';
	bytes_appendf(&s->signature, "sig1=:%s:", digits);
	s->request = (struct agent_request){.signature_input = bytes_view(&s->input),
		.signature = bytes_view(&s->signature),
		.signature_agent = str_view("sig1=\"" AGENT "\""),
		.method = str_view("GET"),
		.scheme = str_view("https"),
		.authority = str_view("shop.example"),
		.target = str_view("/some/path/of/a/shop?x=1"),
		.client = str_view("192.0.2.1")};
}

/* As much work as the bounds allow: all labels, with many components, for a known key. */
static void make_hostile(struct bench *b)
{
	static char query[2100] = "/?";

	memset(query + 2, 'a', 2040);
	for (unsigned label = 0; label < AGENT_LABELS_MAX; label++) {
		bytes_appendf(&b->hostile_input,
			"%ss%u=(\"@authority\" \"signature-agent\";key=\"s%u\"",
			label > 0 ? "," : "", label, label);
		for (unsigned i = 0; i < 3; i++) {
			bytes_appendf(&b->hostile_input, " \"@query-param\";name=\"%u\"", i);
		}
		bytes_appendf(&b->hostile_input, " \"@query-param\";name=\"%s\"", query + 2 + 1500);
		bytes_appendf(&b->hostile_input,
			");created=1799999990;keyid=\"%s\";expires=1800003590;tag=\"web-bot-auth\"",
			b->keyid);
		bytes_appendf(&b->hostile_signature, "%ss%u=:AAAA:", label > 0 ? "," : "", label);
		bytes_appendf(
			&b->hostile_agent, "%ss%u=\"" AGENT "\"", label > 0 ? "," : "", label);
	}
	memcpy(query + 2, "0=&1=&2=&", 9);
	query[2 + 9 + 540] = '=';
	b->hostile = (struct agent_request){.signature_input = bytes_view(&b->hostile_input),
		.signature = bytes_view(&b->hostile_signature),
		.signature_agent = bytes_view(&b->hostile_agent),
		.method = str_view("GET"),
		.scheme = str_view("https"),
		.authority = str_view("shop.example"),
		.target = str_view(query)};
}

/* Whether a round begins with a verifier that remembers nothing. */
enum memory { MEMORY_KEPT, MEMORY_FRESH };

struct row {
	const char *name;
	enum agent_reason expected;
	const struct agent_budget_sizes *budget;
	enum memory memory;
	/* Changes the request; NULL: it is as it was signed. */
	void (*change)(struct bench *b, struct agent_request *request);
};

static void without(struct bench *b, struct agent_request *request)
{
	request->signature_input = (struct str){NULL, 0};
}

static void of_an_unknown_key(struct bench *b, struct agent_request *request)
{
	static struct bytes input;
	size_t place = strlen("sig1=(\"@authority\" \"@method\" \"@path\" \"signature-agent\""
			      ";key=\"sig1\");created=1799999990;keyid=\"");

	input.len = 0;
	bytes_append_str(&input, request->signature_input);
	input.data[place] = input.data[place] == 'x' ? 'y' : 'x';
	request->signature_input = bytes_view(&input);
}

static void of_another_host(struct bench *b, struct agent_request *request)
{
	request->authority = str_view("other.example");
}

static void hostile(struct bench *b, struct agent_request *request)
{
	*request = b->hostile;
}

/* Microseconds a request: the best of some rounds, because it is the least disturbed. */
static double measure(struct bench *b, const struct row *row)
{
	struct agent_result result;
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		unsigned times = row->memory == MEMORY_FRESH ? 1 : 20;

		if (row->memory == MEMORY_FRESH || round == 0) {
			agent_verifier_free(b->verifier);
			b->verifier = agent_verifier_new(row->budget);
		}
		/* The first request takes the memory; the first round fills it. */
		struct agent_request first = b->signed_requests[0].request;

		agent_verify(b->verifier, b->keys, &first, NOW, 1000, &result);
		double start = cpu_us();

		for (unsigned i = 0; i < times * (SIGNED - 1); i++) {
			struct agent_request request =
				b->signed_requests[1 + i % (SIGNED - 1)].request;

			if (row->change != NULL) {
				row->change(b, &request);
			}
			agent_verify(b->verifier, b->keys, &request, NOW, 1000, &result);
			if (result.reason != row->expected) {
				die(agent_reason_word(result.reason));
			}
		}
		double each = (cpu_us() - start) / (times * (SIGNED - 1));

		best = round == 0 || each < best ? each : best;
	}
	return best;
}

/* The public key's part alone. */
static double measure_key(struct bench *b)
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_us();

		for (unsigned i = 0; i < SIGNED; i++) {
			const struct signed_request *s = &b->signed_requests[i];
			EVP_MD_CTX *ctx = EVP_MD_CTX_new();
			uint8_t signature[64];
			size_t len;
			struct str digits = str_from(bytes_view(&s->signature), strlen("sig1=:"));

			digits.len--;
			if (!base64_decode(
				    BASE64_PADDED, digits, signature, sizeof(signature), &len) ||
				EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, b->pair) != 1 ||
				EVP_DigestVerify(ctx, signature, len, s->base.data, s->base.len) !=
					1) {
				die("no match");
			}
			EVP_MD_CTX_free(ctx);
		}
		double each = (cpu_us() - start) / SIGNED;

		best = round == 0 || each < best ? each : best;
	}
	return best;
}

int main(int argc, char **argv)
{
	static const struct row rows[] = {
		{"no signature", AGENT_NO_SIGNATURE, &plenty, MEMORY_KEPT, without},
		{"verified before", AGENT_GOOD, &plenty, MEMORY_KEPT, NULL},
		{"new", AGENT_GOOD, &plenty, MEMORY_FRESH, NULL},
		{"forged, of an unknown key", AGENT_UNKNOWN_KEY, &plenty, MEMORY_KEPT,
			of_an_unknown_key},
		{"forged, of a known key, over the budget", AGENT_BUSY, &nothing, MEMORY_KEPT,
			of_another_host},
		{"forged, as large as can be, over the budget", AGENT_BUSY, &nothing, MEMORY_KEPT,
			hostile},
	};
	static struct bench b;
	FILE *file = argc > 1 ? fopen(argv[1], "w") : NULL;

	make_key(&b);
	for (unsigned i = 0; i < SIGNED; i++) {
		sign(&b, &b.signed_requests[i], i);
	}
	make_hostile(&b);
	double key = measure_key(&b);

	printf("  %-60s%11.2f us\n", "the check by the public key alone (Ed25519)", key);
	if (file != NULL) {
		fprintf(file, "{\"key\": %.4f", key);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double each = measure(&b, &rows[i]);

		printf("  %-60s%11.2f us\n", rows[i].name, each);
		if (file != NULL) {
			fprintf(file, ", \"%s\": %.4f", rows[i].name, each);
		}
	}
	if (file != NULL) {
		fprintf(file, "}\n");
		fclose(file);
	}
	agent_verifier_free(b.verifier);
	agent_keys_unref(b.keys);
	EVP_PKEY_free(b.pair);
	for (unsigned i = 0; i < SIGNED; i++) {
		bytes_clear(&b.signed_requests[i].base);
		bytes_clear(&b.signed_requests[i].signature);
		bytes_clear(&b.signed_requests[i].input);
	}
	bytes_clear(&b.hostile_agent);
	bytes_clear(&b.hostile_signature);
	bytes_clear(&b.hostile_input);
	return 0;
}
