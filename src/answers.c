/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "answers.h"

#include "base/hash.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#define ENTRY_MEAN 1024 /* bytes, by which the number of buckets is chosen */
#define SAMPLE 16       /* bytes at three places of a long value that its hash is made of */
#define WHOLE (3 * SAMPLE)

struct entry {
	struct list recent;
	struct entry *next; /* in its bucket */
	uint64_t hash;
	size_t size;
	unsigned form;
	const struct policy *policy;
	unsigned counted; /* see counted_in */
	struct answer answer;
	uint32_t lens[INPUT_COUNT]; /* of the values that count */
	char values[];              /* those, one after the other; then the answer's texts */
};

struct answers {
	struct hash_key key;
	struct list recent; /* the most recently used first */
	size_t max;
	size_t size;
	size_t mask;
	struct entry *buckets[];
};

struct answers *answers_new(size_t bytes)
{
	size_t buckets = 1;
	struct answers *answers;

	while (buckets < bytes / ENTRY_MEAN) {
		buckets *= 2;
	}
	answers = calloc(1, sizeof(*answers) + buckets * sizeof(struct entry *));
	if (answers == NULL) {
		return NULL;
	}
	answers->key = hash_key_new();
	list_init(&answers->recent);
	answers->max = bytes;
	answers->mask = buckets - 1;
	return answers;
}

static struct entry **bucket_of(struct answers *answers, uint64_t hash)
{
	return &answers->buckets[hash & answers->mask];
}

static void forget(struct answers *answers, struct entry *e)
{
	struct entry **at = bucket_of(answers, e->hash);

	while (*at != e) {
		at = &(*at)->next;
	}
	*at = e->next;
	list_remove(&e->recent);
	answers->size -= e->size;
	free(e);
}

void answers_free(struct answers *answers)
{
	if (answers == NULL) {
		return;
	}
	for (struct list *entry; (entry = list_first(&answers->recent)) != NULL;) {
		forget(answers, CONTAINER_OF(entry, struct entry, recent));
	}
	free(answers);
}

size_t answers_bytes(const struct answers *answers)
{
	return answers->size;
}

/* Of a set of bits 1 << enum input_name, which is not empty. */
static unsigned first_of(unsigned inputs)
{
	return (unsigned)__builtin_ctz(inputs);
}

/* Which inputs there are that a decision of that policy can depend on: bits 1 << enum input_name.
 */
static unsigned counted_in(const struct answers_key *key)
{
	static const struct {
		enum input_name name;
		enum policy_claim claim;
	} claims[] = {
		{INPUT_REQUEST_URI, POLICY_CLAIM_URI},
		{INPUT_REQUEST_METHOD, POLICY_CLAIM_METHOD},
		{INPUT_USER_AGENT, POLICY_CLAIM_USER_AGENT},
		{INPUT_HOST, POLICY_CLAIM_HTTP_HOST},
	};
	unsigned read = policy_rules_claims(key->policy->rules);
	/* It has named key->policy already. */
	unsigned counted = key->input->present & ~(1U << INPUT_DOORWARD_POLICY);

	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		if ((read >> claims[i].claim & 1) == 0) {
			counted &= ~(1U << claims[i].name);
		}
	}
	return counted;
}

/* Of a long value, which is mostly a certificate, the length and samples do: what collides is
 * compared whole. */
static size_t put_sample(uint8_t out[WHOLE + sizeof(uint32_t)], struct str value)
{
	uint32_t len = (uint32_t)value.len;
	uint8_t *at = out + sizeof(len);

	memcpy(out, &len, sizeof(len));
	if (value.len <= WHOLE) {
		memcpy(at, value.data, value.len);
		return sizeof(len) + value.len;
	}
	memcpy(at, value.data + value.len / 3, SAMPLE);
	memcpy(at + SAMPLE, value.data + value.len / 2, SAMPLE);
	/* The end of the signature, before the last line of a PEM. */
	memcpy(at + 2 * SAMPLE, value.data + value.len - 3 * SAMPLE, SAMPLE);
	return sizeof(len) + WHOLE;
}

static uint64_t hash_of(
	const struct answers *answers, const struct answers_key *key, unsigned counted)
{
	uint8_t text[2 * sizeof(uint64_t) + INPUT_COUNT * (WHOLE + sizeof(uint32_t))];
	const uint64_t which[2] = {(uintptr_t)key->policy + key->form, counted};
	size_t len = sizeof(which);

	memcpy(text, which, sizeof(which));
	for (unsigned left = counted; left != 0; left &= left - 1) {
		len += put_sample(text + len, key->input->values[first_of(left)]);
	}
	return hash_bytes(&answers->key, text, len);
}

static bool is_of(const struct entry *e, const struct answers_key *key, unsigned counted)
{
	const char *at = e->values;

	if (e->form != key->form || e->policy != key->policy || e->counted != counted) {
		return false;
	}
	for (unsigned left = counted; left != 0; left &= left - 1) {
		unsigned i = first_of(left);

		if (!str_eq((struct str){at, e->lens[i]}, key->input->values[i])) {
			return false;
		}
		at += e->lens[i];
	}
	return true;
}

static struct entry *find(
	struct answers *answers, const struct answers_key *key, unsigned counted, uint64_t hash)
{
	struct entry *e = *bucket_of(answers, hash);

	while (e != NULL && (e->hash != hash || !is_of(e, key, counted))) {
		e = e->next;
	}
	return e;
}

const struct answer *answers_find(
	struct answers *answers, const struct answers_key *key, uint64_t now_ms, int64_t wall_s)
{
	unsigned counted = counted_in(key);
	struct entry *e = find(answers, key, counted, hash_of(answers, key, counted));

	if (e == NULL) {
		return NULL;
	}
	if (now_ms >= e->answer.until_ms || wall_s < e->answer.from_wall_s ||
		wall_s >= e->answer.until_wall_s) {
		forget(answers, e);
		return NULL;
	}
	list_remove(&e->recent);
	list_prepend(&answers->recent, &e->recent);
	return &e->answer;
}

static char *put(char *at, struct str text, struct str *kept)
{
	if (text.len > 0) {
		memcpy(at, text.data, text.len);
	}
	*kept = (struct str){at, text.len};
	return at + text.len;
}

static struct entry *entry_new(
	const struct answers_key *key, unsigned counted, const struct answer *answer)
{
	const struct str *values = key->input->values;
	size_t size =
		sizeof(struct entry) + answer->head.len + answer->tail.len + answer->outcome.len;
	struct entry *e;
	char *at;

	for (unsigned left = counted; left != 0; left &= left - 1) {
		size += values[first_of(left)].len;
	}
	e = malloc(size);
	if (e == NULL) {
		return NULL;
	}
	e->size = size;
	e->form = key->form;
	e->policy = key->policy;
	e->counted = counted;
	e->answer = *answer;
	at = e->values;
	for (unsigned left = counted; left != 0; left &= left - 1) {
		unsigned i = first_of(left);
		struct str kept;

		e->lens[i] = (uint32_t)values[i].len;
		at = put(at, values[i], &kept);
	}
	at = put(at, answer->head, &e->answer.head);
	at = put(at, answer->tail, &e->answer.tail);
	put(at, answer->outcome, &e->answer.outcome);
	return e;
}

void answers_keep(
	struct answers *answers, const struct answers_key *key, const struct answer *answer)
{
	unsigned counted = counted_in(key);
	uint64_t hash = hash_of(answers, key, counted);
	struct entry *old = find(answers, key, counted, hash);
	struct entry *e = entry_new(key, counted, answer);

	if (old != NULL) {
		forget(answers, old);
	}
	if (e == NULL || e->size > answers->max) {
		free(e);
		return;
	}
	while (answers->size + e->size > answers->max) {
		forget(answers, CONTAINER_OF(answers->recent.prev, struct entry, recent));
	}
	e->hash = hash;
	e->next = *bucket_of(answers, hash);
	*bucket_of(answers, hash) = e;
	list_prepend(&answers->recent, &e->recent);
	answers->size += e->size;
}

uint32_t answer_max_age_s(const struct answer *answer, uint64_t now_ms, int64_t wall_s)
{
	uint64_t left_s = (answer->until_ms - now_ms) / 1000;
	int64_t left_wall_s = answer->until_wall_s - wall_s;

	if (left_wall_s < (int64_t)left_s) {
		left_s = (uint64_t)left_wall_s;
	}
	return left_s < answer->max_age_s ? (uint32_t)left_s : answer->max_age_s;
}
