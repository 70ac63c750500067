/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/verify.h"

#include "agent/budget.h"
#include "agent/results.h"
#include "agent/signature.h"
#include "agent/signature_base.h"
#include "base/arena.h"
#include "base/bytes.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK 8192
#define BASE_KEPT 4096 /* bytes of memory that stay allocated */

struct agent_verifier {
	struct agent_budget budget;
	struct agent_counts counts;
	struct arena arena;
	struct bytes base;
	char url_room[AGENT_URL_MAX];
	/* NULL before the first check. */
	struct agent_results *results;
	EVP_MD *sha256;
	EVP_MD_CTX *digest;
};

/* One request, and what each of its signatures is checked with. */
struct question {
	struct agent_verifier *verifier;
	const struct agent_keys *keys;
	const struct agent_request *request;
	struct agent_headers headers;
	int64_t wall_s;
	uint64_t now_ms;
	struct agent_progress *progress;
};

/* What is known about one signature; as struct agent_result. */
struct finding {
	struct agent_signature signature;
	size_t number; /* among those with the tag */
	struct str url;
	int64_t until_s;
};

struct agent_verifier *agent_verifier_new(const struct agent_budget_sizes *budget)
{
	static const struct agent_budget_sizes sizes = {.per_s = AGENT_CHECKS_PER_S,
		.burst = AGENT_CHECKS_BURST,
		.reserved_per_s = AGENT_RESERVED_PER_S,
		.reserved_burst = AGENT_RESERVED_BURST};
	struct agent_verifier *verifier = calloc(1, sizeof(*verifier));

	if (verifier != NULL) {
		agent_budget_init(&verifier->budget, budget != NULL ? budget : &sizes);
		arena_init(&verifier->arena, ARENA_CHUNK);
		bytes_init(&verifier->base, 0);
	}
	return verifier;
}

void agent_verifier_free(struct agent_verifier *verifier)
{
	if (verifier == NULL) {
		return;
	}
	agent_results_free(verifier->results);
	EVP_MD_CTX_free(verifier->digest);
	EVP_MD_free(verifier->sha256);
	bytes_clear(&verifier->base);
	arena_clear(&verifier->arena);
	free(verifier);
}

struct agent_counts agent_verifier_counts(const struct agent_verifier *verifier)
{
	return verifier->counts;
}

/* The memory of the checks, which only workers that do some have. */
static bool is_prepared(struct agent_verifier *v)
{
	if (v->results == NULL) {
		v->results = agent_results_new();
	}
	if (v->sha256 == NULL) {
		v->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	}
	if (v->digest == NULL) {
		v->digest = EVP_MD_CTX_new();
	}
	return v->results != NULL && v->sha256 != NULL && v->digest != NULL;
}

/*
 * What identifies the check of a signature: the base names the key by its thumbprint, and a key has
 * one algorithm, so these two are enough.
 */
static bool take_id(struct agent_verifier *v, struct str signature, uint8_t id[AGENT_RESULT_ID_LEN])
{
	uint64_t len = signature.len;

	return EVP_DigestInit_ex2(v->digest, v->sha256, NULL) == 1 &&
	       EVP_DigestUpdate(v->digest, &len, sizeof(len)) == 1 &&
	       EVP_DigestUpdate(v->digest, signature.data, signature.len) == 1 &&
	       EVP_DigestUpdate(v->digest, v->base.data, v->base.len) == 1 &&
	       EVP_DigestFinal_ex(v->digest, id, NULL) == 1;
}

/* The finding holds until before this time, at most. */
static void bound(struct finding *f, int64_t until_s)
{
	f->until_s = until_s < f->until_s ? until_s : f->until_s;
}

/* The key that the signature says it was made by, if it may be used now. */
static enum agent_reason find_key(
	const struct question *q, struct finding *f, const struct agent_key **out)
{
	const struct agent_key *key =
		q->keys != NULL ? agent_keys_find(q->keys, f->url, f->signature.thumbprint) : NULL;

	if (key == NULL) {
		return q->keys != NULL && agent_keys_has_agent(q->keys, f->url)
			       ? AGENT_UNKNOWN_KEY
			       : AGENT_UNKNOWN_AGENT;
	}
	*out = key;
	if (q->wall_s < key->from_s) {
		bound(f, key->from_s);
		return AGENT_KEY_TIME;
	}
	if (q->wall_s >= key->until_s) {
		return AGENT_KEY_TIME;
	}
	bound(f, key->until_s);
	return AGENT_GOOD;
}

static enum agent_reason write_base(const struct question *q, const struct finding *f)
{
	const struct agent_base_sources sources = {.request = q->request,
		.signature = &q->headers.signature,
		.signature_input = &q->headers.signature_input,
		.signature_agent = &q->headers.signature_agent};

	bytes_reset(&q->verifier->base, BASE_KEPT);
	return agent_base_write(
		f->signature.input, &sources, &q->verifier->arena, &q->verifier->base);
}

static uint64_t client_of(const struct question *q, const struct agent_key *key)
{
	return agent_budget_client(&q->verifier->budget, q->request->client, key->thumbprint);
}

/*
 * Whether a base may be written and checked in this call, which takes a token. AGENT_BUSY: there
 * was no token, or the check is the next call's.
 */
static enum agent_reason take_turn(const struct question *q, const struct agent_key *key)
{
	struct agent_verifier *v = q->verifier;
	struct agent_progress *progress = q->progress;

	if (progress->is_turn) {
		progress->is_turn = false;
		return AGENT_GOOD;
	}
	progress->has_token =
		agent_budget_take(&v->budget, client_of(q, key), q->wall_s, q->now_ms);
	v->counts.busy += !progress->has_token;
	return AGENT_BUSY;
}

/* Writes the base, and its identifier. */
static enum agent_reason make_base(const struct question *q, const struct finding *f,
	struct str signature, uint8_t id[AGENT_RESULT_ID_LEN])
{
	enum agent_reason reason = write_base(q, f);

	return reason != AGENT_GOOD || take_id(q->verifier, signature, id) ? reason
									   : AGENT_NO_MEMORY;
}

static enum agent_reason ask_key(
	const struct question *q, const struct agent_key *key, struct str signature)
{
	struct agent_verifier *v = q->verifier;

	v->counts.checks++;
	enum agent_key_check check = agent_key_verify(key, bytes_view(&v->base), signature);

	if (check == AGENT_KEY_FAILED) {
		return AGENT_NO_MEMORY;
	}
	agent_budget_learn(&v->budget, client_of(q, key), check == AGENT_KEY_MATCHES, q->wall_s);
	return check == AGENT_KEY_MATCHES ? AGENT_GOOD : AGENT_MISMATCH;
}

/*
 * Checks the signature itself. How much work its base is, the client decides: so a base, too, is
 * written only in the request's turn, unless the same header fields had a signature that matched.
 */
static enum agent_reason check_bytes(const struct question *q, const struct finding *f,
	const struct agent_key *key, struct str signature)
{
	struct agent_verifier *v = q->verifier;
	uint8_t id[AGENT_RESULT_ID_LEN];

	if (!is_prepared(v)) {
		return AGENT_NO_MEMORY;
	}
	uint64_t headers = agent_results_headers(v->results, f->signature.label, q->request);

	if (agent_results_has_headers(v->results, headers, q->wall_s)) {
		enum agent_reason reason = make_base(q, f, signature, id);

		if (reason != AGENT_GOOD) {
			return reason;
		}
		if (agent_results_has(v->results, headers, id, q->wall_s)) {
			v->counts.remembered++;
			return AGENT_GOOD;
		}
	}
	if (take_turn(q, key) != AGENT_GOOD) {
		return AGENT_BUSY;
	}
	enum agent_reason reason = make_base(q, f, signature, id);

	if (reason == AGENT_GOOD) {
		reason = ask_key(q, key, signature);
	}
	if (reason == AGENT_GOOD) {
		agent_results_add(v->results, headers, id, f->until_s, q->wall_s);
	}
	q->progress->reasons[f->number] = reason;
	return reason;
}

/* Checks one signature, the cheap before the dear. */
static enum agent_reason check_signature(
	const struct question *q, const struct agent_sf_member *input, struct finding *f)
{
	const struct agent_key *key = NULL;
	enum agent_algorithm algorithm;
	struct str bytes;
	enum agent_reason reason = agent_signature_read(input, &f->signature);

	if (reason == AGENT_GOOD || reason == AGENT_UNKNOWN_KEY) {
		enum agent_reason times =
			agent_signature_check_times(&f->signature, q->wall_s, &f->until_s);

		reason = times != AGENT_GOOD ? times : reason;
	}
	if (reason == AGENT_GOOD) {
		reason = agent_signature_check_algorithm(&f->signature, &algorithm);
	}
	if (reason == AGENT_GOOD) {
		reason = agent_components_check(input);
	}
	if (reason == AGENT_GOOD) {
		reason = agent_signature_agent(
			&f->signature, &q->headers, q->verifier->url_room, &f->url);
	}
	if (reason == AGENT_GOOD) {
		reason = find_key(q, f, &key);
	}
	if (reason != AGENT_GOOD) {
		return reason;
	}
	if (algorithm != AGENT_ALGORITHM_COUNT && algorithm != key->algorithm) {
		return AGENT_ALGORITHM;
	}
	reason = q->progress->reasons[f->number];
	if (reason == AGENT_NO_SIGNATURE) {
		reason = agent_signature_bytes(&f->signature, &q->headers, &bytes);
		reason = reason == AGENT_GOOD ? check_bytes(q, f, key, bytes) : reason;
	}
	if (reason == AGENT_MISMATCH) {
		/* OpenSSL may have lacked memory without saying so. */
		bound(f, q->wall_s + AGENT_MISMATCH_HOLDS_S);
	}
	return reason;
}

static void conclude(struct agent_result *result, enum agent_reason reason)
{
	result->reason = reason;
	result->state = agent_reason_state(reason);
}

/* Fills in what only a verified signature has. */
static enum agent_reason fill(
	struct agent_verifier *v, const struct finding *f, struct agent_result *result)
{
	const struct agent_signature *signature = &f->signature;

	result->keyid = arena_dup(&v->arena, signature->keyid);
	if (signature->nonce.data != NULL) {
		result->nonce = arena_dup(&v->arena, signature->nonce);
	}
	if (result->keyid.data == NULL ||
		(signature->nonce.data != NULL && result->nonce.data == NULL)) {
		return AGENT_NO_MEMORY;
	}
	memcpy(result->thumbprint, signature->thumbprint, AGENT_THUMBPRINT_LEN);
	result->expires_s = signature->expires_s;
	return AGENT_GOOD;
}

/* Takes over what was found about one signature, if it says more than the earlier ones. */
static void report(struct agent_verifier *v, const struct finding *f, enum agent_reason reason,
	bool first, struct agent_result *result)
{
	enum agent_state state = agent_reason_state(reason);

	if (f->until_s < result->until_s) {
		result->until_s = f->until_s;
	}
	if (state == AGENT_VERIFIED || first ||
		(state == AGENT_UNVERIFIED && result->state == AGENT_INVALID)) {
		conclude(result, reason);
		result->url = f->url.data != NULL ? arena_dup(&v->arena, f->url) : f->url;
	}
}

static void check_signatures(const struct question *q, struct agent_result *result)
{
	const struct agent_sf_list *inputs = &q->headers.signature_input;
	enum agent_reason reason = AGENT_NO_TAG;
	size_t tried = 0;

	conclude(result, AGENT_NO_TAG);
	for (size_t i = 0; i < inputs->count && result->state != AGENT_VERIFIED; i++) {
		struct finding f = {.number = tried, .url = {NULL, 0}, .until_s = INT64_MAX};

		if (!agent_signature_has_tag(&inputs->members[i])) {
			continue;
		}
		if (tried == AGENT_LABELS_MAX) {
			reason = AGENT_TOO_LARGE;
		} else if (reason != AGENT_BUSY) {
			/* Where one has to wait, or found no token, the others wait, too. */
			reason = check_signature(q, &inputs->members[i], &f);
		}
		if (reason == AGENT_GOOD) {
			reason = fill(q->verifier, &f, result);
		}
		if (reason == AGENT_BUSY || reason == AGENT_NO_MEMORY) {
			f.until_s = INT64_MIN;
		}
		report(q->verifier, &f, reason, tried == 0, result);
		if (tried++ == AGENT_LABELS_MAX) {
			break;
		}
	}
	result->is_only_claim =
		tried == 1 && result->state == AGENT_UNVERIFIED && result->url.len > 0;
}

static void verify(struct question *q, struct agent_result *result)
{
	const struct agent_request *request = q->request;
	struct agent_verifier *verifier = q->verifier;
	struct str input = request->signature_input;

	*result = (struct agent_result){.reason = AGENT_NO_SIGNATURE, .until_s = INT64_MAX};
	if (input.len == 0) {
		return;
	}
	/* The tag is a String without escapes: a header without these bytes has no such tag. */
	if (memmem(input.data, input.len, AGENT_TAG, strlen(AGENT_TAG)) == NULL) {
		conclude(result, AGENT_NO_TAG);
		return;
	}
	arena_reset(&verifier->arena);
	enum agent_reason reason = agent_headers_parse(request->signature_input, request->signature,
		request->signature_agent, &verifier->arena, &q->headers);

	if (reason == AGENT_GOOD) {
		check_signatures(q, result);
		return;
	}
	conclude(result, reason);
	if (reason == AGENT_NO_MEMORY) {
		result->until_s = INT64_MIN;
	}
}

enum agent_step agent_verify_step(struct agent_verifier *verifier, const struct agent_keys *keys,
	const struct agent_request *request, int64_t wall_s, uint64_t now_ms,
	struct agent_progress *progress, struct agent_result *result)
{
	struct question q = {.verifier = verifier,
		.keys = keys,
		.request = request,
		.wall_s = wall_s,
		.now_ms = now_ms,
		.progress = progress};

	progress->is_turn = progress->has_token;
	progress->has_token = false;
	verify(&q, result);
	return progress->has_token ? AGENT_WAIT : AGENT_DONE;
}

void agent_verify(struct agent_verifier *verifier, const struct agent_keys *keys,
	const struct agent_request *request, int64_t wall_s, uint64_t now_ms,
	struct agent_result *result)
{
	struct agent_progress progress = {.has_token = false};

	while (agent_verify_step(verifier, keys, request, wall_s, now_ms, &progress, result) ==
		AGENT_WAIT) {
	}
}
