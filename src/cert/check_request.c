/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/hash.h"
#include "cert/cache.h"

#include <stdlib.h>
#include <string.h>

uint64_t cert_check_request_hash(const struct hash_key *key, const struct cert_check_request *q)
{
	struct {
		uint64_t text;
		uint64_t intermediates;
		uint64_t trust;
		uint32_t codec;
		uint32_t options;
	} parts = {
		.text = hash_bytes(key, q->text.data, q->text.len),
		.intermediates = hash_bytes(key, q->intermediates.data, q->intermediates.len),
		.trust = (uintptr_t)q->trust,
		.codec = q->codec,
		.options = (q->list ? 1U : 0) | (q->cn_fallback ? 2U : 0),
	};

	return hash_bytes(key, &parts, sizeof(parts));
}

bool cert_check_request_eq(const struct cert_check_request *a, const struct cert_check_request *b)
{
	return a->trust == b->trust && a->codec == b->codec && a->list == b->list &&
	       a->cn_fallback == b->cn_fallback && a->given == b->given &&
	       str_eq(a->text, b->text) && str_eq(a->intermediates, b->intermediates);
}

struct cert_check_request *cert_check_request_dup(const struct cert_check_request *q)
{
	struct cert_check_request *copy =
		malloc(sizeof(*copy) + q->text.len + q->intermediates.len);

	if (copy == NULL) {
		return NULL;
	}
	char *texts = (char *)(copy + 1);

	*copy = *q;
	if (q->text.len > 0) {
		memcpy(texts, q->text.data, q->text.len);
		copy->text.data = texts;
	}
	if (q->intermediates.len > 0) {
		memcpy(texts + q->text.len, q->intermediates.data, q->intermediates.len);
		copy->intermediates.data = texts + q->text.len;
	}
	return copy;
}
