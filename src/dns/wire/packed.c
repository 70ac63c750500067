/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/packed.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct dns_packed {
	uint32_t size;
	uint32_t ttl;
	uint32_t left_out;
	uint16_t count;
	uint8_t kind;
	uint8_t cnames;
	bool authentic;
	bool has_ttl;
	/*
	 * the target if it is a CNAME; else addresses, or names or texts, each with its length
	 * before it
	 */
	uint8_t bytes[];
};

_Static_assert(DNS_ADDRS_MAX <= UINT16_MAX, "the count is two bytes");

static size_t addr_size(enum dns_type type)
{
	switch (type) {
	case DNS_TYPE_A:
		return 4;
	case DNS_TYPE_AAAA:
		return 16;
	default:
		return 0;
	}
}

static uint8_t *put(uint8_t *at, const uint8_t *octets, uint8_t len)
{
	*at++ = len;
	memcpy(at, octets, len);
	return at + len;
}

static uint8_t *put_name(uint8_t *at, const struct dns_name *name)
{
	return put(at, name->wire, name->len);
}

static const uint8_t *get(const uint8_t *at, uint8_t *octets, uint8_t *len)
{
	*len = *at++;
	memcpy(octets, at, *len);
	return at + *len;
}

static const uint8_t *get_name(const uint8_t *at, struct dns_name *name)
{
	return get(at, name->wire, &name->len);
}

static size_t bytes_needed(const struct dns_answer *answer, enum dns_type type)
{
	size_t size = 0;

	if (answer->kind == DNS_ANSWER_CNAME) {
		return 1u + answer->target.len;
	}
	if (addr_size(type) > 0) {
		return answer->count * addr_size(type);
	}
	for (size_t i = 0; i < answer->count; i++) {
		size += 1u + (type == DNS_TYPE_TXT ? answer->texts[i].len : answer->names[i].len);
	}
	return size;
}

struct dns_packed *dns_packed_new(const struct dns_answer *answer, enum dns_type type)
{
	size_t size = sizeof(struct dns_packed) + bytes_needed(answer, type);
	struct dns_packed *p = malloc(size);

	if (p == NULL) {
		return NULL;
	}
	*p = (struct dns_packed){.size = (uint32_t)size,
		.ttl = answer->ttl,
		.left_out = (uint32_t)answer->left_out,
		.kind = (uint8_t)answer->kind,
		.count = (uint16_t)answer->count,
		.cnames = (uint8_t)answer->cnames,
		.authentic = answer->authentic,
		.has_ttl = answer->has_ttl};
	uint8_t *at = p->bytes;

	if (answer->kind == DNS_ANSWER_CNAME) {
		p->count = 0;
		put_name(at, &answer->target);
		return p;
	}
	for (size_t i = 0; i < answer->count; i++) {
		if (addr_size(type) > 0) {
			memcpy(at, answer->addrs[i].bytes, addr_size(type));
			at += addr_size(type);
		} else if (type == DNS_TYPE_TXT) {
			at = put(at, answer->texts[i].octets, answer->texts[i].len);
		} else {
			at = put_name(at, &answer->names[i]);
		}
	}
	return p;
}

size_t dns_packed_size(const struct dns_packed *packed)
{
	return packed->size;
}

void dns_packed_get(const struct dns_packed *packed, enum dns_type type, struct dns_answer *out)
{
	const uint8_t *at = packed->bytes;

	out->kind = packed->kind;
	out->type = type;
	out->ttl = packed->ttl;
	out->has_ttl = packed->has_ttl;
	out->authentic = packed->authentic;
	out->cnames = packed->cnames;
	out->count = packed->count;
	out->left_out = packed->left_out;
	if (packed->kind == DNS_ANSWER_CNAME) {
		get_name(at, &out->target);
		return;
	}
	for (size_t i = 0; i < out->count; i++) {
		if (addr_size(type) > 0) {
			out->addrs[i] =
				(struct addr){.family = type == DNS_TYPE_A ? ADDR_V4 : ADDR_V6};
			memcpy(out->addrs[i].bytes, at, addr_size(type));
			at += addr_size(type);
		} else if (type == DNS_TYPE_TXT) {
			at = get(at, out->texts[i].octets, &out->texts[i].len);
		} else {
			at = get_name(at, &out->names[i]);
		}
	}
}
