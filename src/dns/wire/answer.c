/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/answer.h"

#include <string.h>

void dns_answer_init(struct dns_answer *answer, const struct dns_name *name, enum dns_type type)
{
	answer->kind = DNS_ANSWER_SERVFAIL;
	answer->type = type;
	answer->ttl = 0;
	answer->has_ttl = false;
	answer->authentic = false;
	answer->cnames = 0;
	answer->target = *name;
	answer->count = 0;
	answer->left_out = 0;
	dns_name_lower(&answer->target);
}

size_t dns_answer_size(const struct dns_answer *answer)
{
	size_t each = sizeof(answer->names[0]);

	if (answer->type == DNS_TYPE_A || answer->type == DNS_TYPE_AAAA) {
		each = sizeof(answer->addrs[0]);
	} else if (answer->type == DNS_TYPE_TXT) {
		each = sizeof(answer->texts[0]);
	}
	return offsetof(struct dns_answer, addrs) + answer->count * each;
}

void dns_answer_take_ttl(struct dns_answer *answer, uint32_t ttl)
{
	if (ttl > INT32_MAX) {
		ttl = 0;
	}
	if (!answer->has_ttl || ttl < answer->ttl) {
		answer->ttl = ttl;
		answer->has_ttl = true;
	}
}

/*
 * Finds by a binary search where in the ascending order of `count` items the new one goes; false if
 * it is there already. `order` compares the new item with the one at an index.
 */
static bool find_place(const struct dns_answer *answer, const void *item,
	int (*order)(const struct dns_answer *, const void *, size_t), size_t *place)
{
	size_t low = 0;
	size_t high = answer->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int found = order(answer, item, middle);

		if (found == 0) {
			return false;
		}
		if (found < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	*place = low;
	return true;
}

/* Makes room at `place`; false if the array is full and `place` is behind its end. */
static bool make_room(struct dns_answer *answer, void *items, size_t size, size_t max, size_t place)
{
	if (answer->count == max) {
		answer->left_out++;
		if (place == max) {
			return false;
		}
		answer->count--;
	}
	uint8_t *at = (uint8_t *)items + place * size;

	memmove(at + size, at, (answer->count - place) * size);
	answer->count++;
	return true;
}

static int order_addr(const struct dns_answer *answer, const void *item, size_t at)
{
	return memcmp(item, &answer->addrs[at], sizeof(answer->addrs[at]));
}

static int order_name(const struct dns_answer *answer, const void *item, size_t at)
{
	return dns_name_compare_text(item, &answer->names[at]);
}

void dns_answer_add_addr(struct dns_answer *answer, const struct addr *addr)
{
	size_t place;

	if (find_place(answer, addr, order_addr, &place) &&
		make_room(answer, answer->addrs, sizeof(*addr), DNS_ADDRS_MAX, place)) {
		answer->addrs[place] = *addr;
	}
}

void dns_answer_add_name(struct dns_answer *answer, const struct dns_name *name)
{
	size_t place;

	if (find_place(answer, name, order_name, &place) &&
		make_room(answer, answer->names, sizeof(*name), DNS_ANSWER_MAX, place)) {
		answer->names[place] = *name;
	}
}

void dns_answer_add_text(struct dns_answer *answer, const struct dns_text *text)
{
	if (answer->count == DNS_TEXTS_MAX) {
		answer->left_out++;
	} else {
		answer->texts[answer->count++] = *text;
	}
}

static bool was_seen(
	const struct dns_answer *answer, const struct dns_chain *chain, const struct dns_name *name)
{
	for (size_t i = 0; i < answer->cnames; i++) {
		if (dns_name_eq(&chain->seen[i], name)) {
			return true;
		}
	}
	return dns_name_eq(&answer->target, name);
}

enum dns_answer_kind dns_answer_follow(
	struct dns_answer *answer, struct dns_chain *chain, const struct dns_name *next)
{
	bool loop = was_seen(answer, chain, next);

	if (answer->cnames == DNS_CNAME_MAX) {
		return loop ? DNS_ANSWER_CNAME_LOOP : DNS_ANSWER_CNAME_TOO_LONG;
	}
	chain->seen[answer->cnames++] = answer->target;
	answer->target = *next;
	return loop ? DNS_ANSWER_CNAME_LOOP : DNS_ANSWER_CNAME;
}
