/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/check_result.h"

#include "base/ref.h"

#include <stdlib.h>

#define IDENTITY_CHUNK 2048
#define DECODE_CHUNK 4096

struct shared {
	struct cert_check_result checked;
	struct arena arena;
	struct ref references;
};

static struct shared *shared_of(const struct cert_check_result *checked)
{
	return CONTAINER_OF((uintptr_t)checked, struct shared, checked);
}

static void decode(const struct cert_check_request *q, struct arena *arena,
	struct cert_chain *chain, struct cert_check_result *out)
{
	if (q->given != NULL) {
		*chain = *q->given;
		out->why = chain->over_limit;
		out->status = chain->over_limit != NULL ? CERT_MALFORMED : CERT_OK;
		return;
	}
	chain->count = 1;
	out->status = q->list ? cert_decode_list(q->codec, q->text, arena, chain, &out->why)
			      : cert_decode(q->codec, q->text, arena, &chain->certs[0], &out->why);
	if (out->status == CERT_OK) {
		out->status = cert_decode_intermediates(q->intermediates, arena, chain, &out->why);
	}
}

const struct cert_check_result *cert_check(const struct cert_check_request *q, int64_t wall_s)
{
	struct shared *shared = calloc(1, sizeof(*shared));
	struct cert_chain chain = {.count = 0};
	struct arena decoded;

	if (shared == NULL) {
		return NULL;
	}
	struct cert_check_result *out = &shared->checked;

	ref_init(&shared->references);
	arena_init(&shared->arena, IDENTITY_CHUNK);
	arena_init(&decoded, DECODE_CHUNK);
	out->verdict = (struct cert_verdict){.from_s = INT64_MIN, .until_s = INT64_MAX};
	decode(q, &decoded, &chain, out);
	if (out->status == CERT_OK) {
		out->status = cert_read(
			chain.certs[0], q->cn_fallback, &shared->arena, &out->identity, &out->why);
	}
	if (out->status == CERT_OK && q->trust != NULL) {
		cert_trust_verify(
			q->trust, &chain, &out->identity, wall_s, &shared->arena, &out->verdict);
	}
	arena_clear(&decoded);
	return out;
}

const struct cert_check_result *cert_check_result_ref(const struct cert_check_result *checked)
{
	ref_get(&shared_of(checked)->references);
	return checked;
}

void cert_check_result_unref(const struct cert_check_result *checked)
{
	if (checked == NULL || !ref_put(&shared_of(checked)->references)) {
		return;
	}
	arena_clear(&shared_of(checked)->arena);
	free(shared_of(checked));
}
