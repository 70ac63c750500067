/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Replies: gate and reader together. The first byte chooses the query, and its top bit whether the
 * rest is the whole reply or what follows the question.
 */

#include "dns/wire/message.h"
#include "dns/wire/validate.h"
#include "fuzz/check.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define REPLY_MAX 65535

static struct dns_query query_of(uint8_t choice)
{
	static const struct {
		const char *name;
		enum dns_type type;
	} queries[] = {
		{"1.2.0.192.in-addr.arpa", DNS_TYPE_PTR},
		{"wWw.example.com", DNS_TYPE_A},
		{"www.example.com", DNS_TYPE_AAAA},
		{"a", DNS_TYPE_TXT},
		{".", DNS_TYPE_NS},
		{"a.b.c.d.e.f.g", DNS_TYPE_CNAME},
		{"b.a", DNS_TYPE_SOA},
		{"b.a", (enum dns_type)33},
	};
	struct dns_query query = {.type = queries[choice % 8].type, .id = 0x1234};

	query.edns_size = choice & 8 ? 1232 : 0;
	check(dns_name_from_text(str_view(queries[choice % 8].name), &query.name));
	return query;
}

static void check_text(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];
	char host[DNS_HOST_MAX + 1];
	struct dns_name back;
	struct addr addr;

	check(name->len >= 1 && name->wire[name->len - 1] == 0);
	dns_name_to_text(name, text);
	check(dns_name_from_text(str_view(text), &back));
	check(back.len == name->len && memcmp(back.wire, name->wire, name->len) == 0);
	dns_name_lower(&back);
	check(memcmp(back.wire, name->wire, name->len) == 0);
	check(!dns_name_to_host(name, host) || !addr_parse(str_view(host), &addr));
}

static void check_data(const struct dns_answer *answer)
{
	check(answer->has_ttl && answer->count + answer->left_out > 0);
	switch (answer->type) {
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
		check(answer->count > 0 && answer->count <= DNS_ADDRS_MAX);
		for (size_t i = 0; i < answer->count; i++) {
			check(addr_len(&answer->addrs[i]) == (answer->type == DNS_TYPE_A ? 4 : 16));
			check(i == 0 || memcmp(&answer->addrs[i - 1], &answer->addrs[i],
						sizeof(answer->addrs[i])) < 0);
		}
		break;
	case DNS_TYPE_PTR:
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_SOA:
		check(answer->count > 0 && answer->count <= DNS_ANSWER_MAX);
		for (size_t i = 0; i < answer->count; i++) {
			check_text(&answer->names[i]);
			check(i == 0 || dns_name_compare_text(
						&answer->names[i - 1], &answer->names[i]) < 0);
		}
		break;
	case DNS_TYPE_TXT:
		check(answer->count > 0 && answer->count <= DNS_TEXTS_MAX);
		break;
	default:
		check(answer->count == 0);
		break;
	}
}

static void check_answer(
	const struct dns_query *query, const struct dns_answer *answer, bool matched, bool passed)
{
	struct dns_name question = query->name;

	check(answer->type == query->type && answer->cnames <= DNS_CNAME_MAX);
	check(dns_answer_size(answer) <= sizeof(*answer));
	check(answer->ttl <= INT32_MAX);
	check_text(&answer->target);
	dns_name_lower(&question);
	check(answer->cnames > 0 || dns_name_eq(&answer->target, &question));
	check(answer->kind == DNS_ANSWER_DATA || answer->count == 0);
	switch (answer->kind) {
	case DNS_ANSWER_DATA:
		check(matched && passed);
		check_data(answer);
		break;
	case DNS_ANSWER_CNAME:
	case DNS_ANSWER_CNAME_LOOP:
		check(matched && passed && answer->cnames > 0 && answer->has_ttl);
		break;
	case DNS_ANSWER_CNAME_TOO_LONG:
	case DNS_ANSWER_EXTENDED:
		check(matched && passed && answer->count == 0);
		break;
	case DNS_ANSWER_NODATA:
	case DNS_ANSWER_NXDOMAIN:
		check(matched && passed);
		break;
	case DNS_ANSWER_TRUNCATED:
	case DNS_ANSWER_NO_EDNS:
		check(matched);
		check(answer->kind == DNS_ANSWER_TRUNCATED || query->edns_size > 0);
		break;
	case DNS_ANSWER_BAD_COOKIE:
		check(matched && passed && query->cookie.len > 0);
		break;
	case DNS_ANSWER_MALFORMED:
	case DNS_ANSWER_SERVFAIL:
	case DNS_ANSWER_REFUSED:
	case DNS_ANSWER_LAME:
		check(!answer->has_ttl && !answer->authentic && answer->cnames == 0);
		break;
	}
}

/* A reply of its own making: flags, counts, and what follows the question, from the input. */
static size_t make_reply(
	const struct dns_query *query, const uint8_t *data, size_t len, uint8_t *out)
{
	if (len < 8 || len > 4096) {
		return 0;
	}
	size_t built = dns_query_build(query, out);
	size_t question = DNS_HEADER_SIZE + (size_t)query->name.len + 4;

	check(built >= question && (built > question) == (query->edns_size > 0));
	out[2] = (uint8_t)(data[0] | 0x80) & 0x87;
	out[3] = data[1];
	memcpy(out + 6, data + 2, 6);
	memcpy(out + question, data + 8, len - 8);
	return question + len - 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct dns_answer answer;
	static uint8_t made[8192];
	unsigned rcode;

	if (len < 1 || len > REPLY_MAX) {
		return 0;
	}
	struct dns_query query = query_of(data[0]);
	bool whole = (data[0] & 0x80) != 0;
	size_t reply_len = whole ? len - 1 : make_reply(&query, data + 1, len - 1, made);
	/* From the heap, so that the sanitizer sees a read past the end. */
	uint8_t *reply = malloc(reply_len > 0 ? reply_len : 1);

	check(reply != NULL);
	memcpy(reply, whole ? data + 1 : made, reply_len);
	bool matched = dns_reply_match(&query, reply, reply_len) == DNS_MATCH_YES;
	bool passed = dns_validate(reply, reply_len, &rcode);

	dns_reply_read(&query, reply, reply_len, &answer);
	check_answer(&query, &answer, matched, passed);
	free(reply);
	return 0;
}
