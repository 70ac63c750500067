/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct addr from_v4(const void *bytes)
{
	struct addr a = {.family = ADDR_V4};

	memcpy(a.bytes, bytes, 4);
	return a;
}

static struct addr from_v6(const void *bytes)
{
	struct addr a = {.family = ADDR_V6};

	memcpy(a.bytes, bytes, 16);
	return a;
}

static struct addr unmap(struct addr a)
{
	if (a.family == ADDR_V6 && memcmp(a.bytes, mapped, sizeof(mapped)) == 0) {
		return from_v4(a.bytes + sizeof(mapped));
	}
	return a;
}

static inline bool take_digit(const char **at, const char *end, unsigned *value)
{
	unsigned digit = *at < end ? (unsigned)(**at - '0') : 10;

	if (digit > 9) {
		return false;
	}
	*value = *value * 10 + digit;
	(*at)++;
	return true;
}

/* One to three digits, without leading zeros. */
static inline bool take_octet(const char **at, const char *end, uint8_t *out)
{
	unsigned value = 0;

	if (!take_digit(at, end, &value)) {
		return false;
	}
	if (value > 0 && take_digit(at, end, &value)) {
		(void)take_digit(at, end, &value);
	}
	*out = (uint8_t)value;
	return value <= UINT8_MAX;
}

/*
 * Accepts what inet_pton(3) accepts for AF_INET, in a tenth of its instructions: each request has
 * an address.
 */
static bool parse_v4(struct str text, uint8_t out[4])
{
	const char *at = text.data;
	const char *end = text.data + text.len;

	for (size_t i = 0; i < 4; i++) {
		if (i > 0 && (at == end || *at++ != '.')) {
			return false;
		}
		if (!take_octet(&at, end, &out[i])) {
			return false;
		}
	}
	return at == end;
}

static bool parse_as_written(struct str text, struct addr *out)
{
	char copy[ADDR_TEXT_MAX];
	uint8_t bytes[16];

	if (text.len > 0 && parse_v4(text, bytes)) {
		*out = from_v4(bytes);
		return true;
	}
	if (text.len == 0 || text.len >= sizeof(copy) || str_find(text, '\0') != text.len) {
		return false;
	}
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET6, copy, bytes) == 1) {
		*out = from_v6(bytes);
		return true;
	}
	return false;
}

bool addr_parse(struct str text, struct addr *out)
{
	struct addr a;

	if (!parse_as_written(text, &a)) {
		return false;
	}
	*out = unmap(a);
	return true;
}

void addr_format(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	if (a->family == ADDR_NONE || inet_ntop(a->family == ADDR_V4 ? AF_INET : AF_INET6, a->bytes,
					      out, ADDR_TEXT_MAX) == NULL) {
		out[0] = '\0';
	}
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool addr_is_loopback(const struct addr *a)
{
	static const struct addr one = {.family = ADDR_V6, .bytes = {[15] = 1}};

	return (a->family == ADDR_V4 && a->bytes[0] == 127) || addr_eq(a, &one);
}

unsigned addr_bits(const struct addr *a)
{
	return addr_len(a) * 8;
}

unsigned addr_len(const struct addr *a)
{
	return a->family == ADDR_V4 ? 4 : 16;
}

bool addr_from_bytes(const void *bytes, size_t len, struct addr *out)
{
	if (len != 4 && len != 16) {
		return false;
	}
	*out = len == 4 ? from_v4(bytes) : unmap(from_v6(bytes));
	return true;
}

bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *out)
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		*out = from_v4(&in.sin_addr);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		*out = unmap(from_v6(&in6.sin6_addr));
		return true;
	}
	return false;
}

struct prefix prefix_of(const struct addr *a, unsigned bits)
{
	struct prefix p = {.addr = *a, .len = (uint8_t)bits};
	unsigned whole = bits / 8;

	for (unsigned i = whole; i < sizeof(p.addr.bytes); i++) {
		p.addr.bytes[i] &= i == whole ? (uint8_t)(0xff00 >> (bits % 8)) : 0;
	}
	return p;
}

/* Reads the prefix, and the address before its bits are cleared. */
static bool read_prefix(struct str text, struct prefix *out, struct addr *written)
{
	size_t slash = str_find(text, '/');
	struct addr a;
	uint64_t bits;

	if (!parse_as_written((struct str){text.data, slash}, &a)) {
		return false;
	}
	if (slash == text.len) {
		bits = addr_bits(&a);
	} else if (!str_to_u64(str_from(text, slash + 1), addr_bits(&a), &bits)) {
		return false;
	}
	if (bits >= 96 && unmap(a).family == ADDR_V4 && a.family == ADDR_V6) {
		a = unmap(a);
		bits -= 96;
	}
	*out = prefix_of(&a, (unsigned)bits);
	*written = a;
	return true;
}

bool prefix_parse(struct str text, struct prefix *out)
{
	struct prefix p;
	struct addr written;

	if (!read_prefix(text, &p, &written) || !addr_eq(&p.addr, &written)) {
		return false;
	}
	*out = p;
	return true;
}

bool prefix_mend(struct str text, struct prefix *out)
{
	struct addr written;

	return read_prefix(text, out, &written) && !addr_eq(&out->addr, &written);
}

void prefix_format(const struct prefix *p, char out[PREFIX_TEXT_MAX])
{
	addr_format(&p->addr, out);
	if (p->len < addr_bits(&p->addr)) {
		size_t len = strlen(out);

		snprintf(out + len, PREFIX_TEXT_MAX - len, "/%u", p->len);
	}
}

bool prefix_contains(const struct prefix *p, const struct addr *a)
{
	if (p->addr.family != a->family) {
		return false;
	}
	struct prefix other = prefix_of(a, p->len);

	return addr_eq(&p->addr, &other.addr);
}

static bool is_link_local(const struct addr *a)
{
	return a->family == ADDR_V6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

/* ADDRESS or ADDRESS%ZONE, where the zone is the name or index of an interface. */
static bool parse_with_zone(struct str text, struct endpoint *e)
{
	size_t percent = str_find(text, '%');
	char zone[IF_NAMESIZE];
	uint64_t index;

	if (percent == text.len) {
		return addr_parse(text, &e->addr);
	}
	struct str name = str_from(text, percent + 1);

	if (!addr_parse((struct str){text.data, percent}, &e->addr) || !is_link_local(&e->addr) ||
		name.len == 0 || name.len >= sizeof(zone) || str_find(name, '\0') != name.len) {
		return false;
	}
	memcpy(zone, name.data, name.len);
	zone[name.len] = '\0';
	e->scope = if_nametoindex(zone);
	if (e->scope == 0 && str_to_u64(name, INT32_MAX, &index) &&
		if_indextoname((unsigned)index, zone) != NULL) {
		e->scope = (uint32_t)index;
	}
	return e->scope != 0;
}

bool endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return addr_eq(&a->addr, &b->addr) && a->port == b->port && a->scope == b->scope;
}

bool endpoint_parse(struct str text, uint16_t port, struct endpoint *out)
{
	struct endpoint e = {.port = port};
	struct str rest;

	if (text.len > 0 && text.data[0] == '[') {
		size_t close = str_find(text, ']');
		struct str inside = str_from((struct str){text.data, close}, 1);

		if (str_find(inside, ':') == inside.len || !parse_with_zone(inside, &e)) {
			return false;
		}
		rest = str_from(text, close);
		if (rest.len == 0) {
			return false;
		}
		rest = str_from(rest, 1);
	} else if (parse_with_zone(text, &e)) {
		rest = (struct str){NULL, 0};
	} else {
		size_t colon = str_find(text, ':');

		if (!addr_parse((struct str){text.data, colon}, &e.addr)) {
			return false;
		}
		rest = str_from(text, colon);
	}
	if (rest.len > 0) {
		uint64_t number;

		if (rest.data[0] != ':' || !str_to_u64(str_from(rest, 1), UINT16_MAX, &number)) {
			return false;
		}
		e.port = (uint16_t)number;
	}
	if (e.port == 0) {
		return false;
	}
	*out = e;
	return true;
}

void endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX])
{
	char text[ADDR_TEXT_MAX];
	char name[IF_NAMESIZE];

	addr_format(&e->addr, text);
	if (e->scope != 0 && if_indextoname(e->scope, name) != NULL) {
		snprintf(out, ENDPOINT_TEXT_MAX, "[%s%%%s]:%u", text, name, e->port);
	} else if (e->scope != 0) {
		snprintf(out, ENDPOINT_TEXT_MAX, "[%s%%%u]:%u", text, e->scope, e->port);
	} else {
		snprintf(out, ENDPOINT_TEXT_MAX, e->addr.family == ADDR_V6 ? "[%s]:%u" : "%s:%u",
			text, e->port);
	}
}

socklen_t endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out)
{
	*out = (struct sockaddr_storage){0};
	if (e->addr.family == ADDR_V4) {
		struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(e->port)};

		memcpy(&in.sin_addr, e->addr.bytes, 4);
		memcpy(out, &in, sizeof(in));
		return sizeof(in);
	}
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(e->port), .sin6_scope_id = e->scope};

	memcpy(&in6.sin6_addr, e->addr.bytes, 16);
	memcpy(out, &in6, sizeof(in6));
	return sizeof(in6);
}
