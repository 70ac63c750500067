/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef TESTS_DNS_READING_H
#define TESTS_DNS_READING_H

#include "dns/wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packet.h"

/* One packet, and what is read of it as the answer to www.example.com. */

static struct packet p;

static inline struct dns_query query_of(const char *name, enum dns_type type)
{
	struct dns_query query = {.type = type, .id = 0x1234, .edns_size = 1232};

	assert_true(dns_name_from_text(str_view(name), &query.name));
	return query;
}

/* Reads what was put together; from the heap, so that the sanitizer sees a read past the end. */
static inline struct dns_answer *read_as(const struct dns_query *query)
{
	static struct dns_answer answer;
	uint8_t *copy = malloc(p.len > 0 ? p.len : 1);

	memcpy(copy, p.bytes, p.len);
	memset(&answer, 0xee, sizeof(answer));
	dns_reply_read(query, copy, p.len, &answer);
	free(copy);
	return &answer;
}

static inline struct dns_answer *read_a(void)
{
	struct dns_query query = query_of("www.example.com", DNS_TYPE_A);

	return read_as(&query);
}

static inline void ask(unsigned flags)
{
	start(&p, 0x1234, QR | flags, "www.example.com", 1);
}

static inline void add_a(unsigned section, const char *owner, uint32_t ttl, unsigned last)
{
	uint8_t data[4] = {192, 0, 2, (uint8_t)last};

	add(&p, section, owner, 1, ttl, data, 4);
}

static inline void add_cname(const char *owner, uint32_t ttl, const char *target)
{
	add_name(&p, ANSWER, owner, 5, ttl, target);
}

static inline void assert_target(const struct dns_answer *answer, const char *text)
{
	char target[DNS_NAME_TEXT_MAX];

	dns_name_to_text(&answer->target, target);
	assert_string_equal(target, text);
}

/* A failure: nothing but the kind. */
static inline void assert_fails(enum dns_answer_kind kind)
{
	struct dns_answer *answer = read_a();

	assert_int_equal(answer->kind, kind);
	assert_int_equal(answer->count, 0);
	assert_int_equal(answer->left_out, 0);
	assert_int_equal(answer->cnames, 0);
	assert_false(answer->has_ttl);
	assert_false(answer->authentic);
	assert_target(answer, "www.example.com");
}

static inline void assert_last_bytes(const struct dns_answer *answer, const char *bytes)
{
	assert_int_equal(answer->kind, DNS_ANSWER_DATA);
	assert_int_equal(answer->count, strlen(bytes));
	for (size_t i = 0; i < answer->count; i++) {
		const uint8_t expected[16] = {192, 0, 2, (uint8_t)bytes[i]};

		assert_int_equal(answer->addrs[i].family, ADDR_V4);
		assert_memory_equal(answer->addrs[i].bytes, expected, 16);
	}
}

#endif
