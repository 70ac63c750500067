/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/name.h"

#include <string.h>

#define ESCAPE_MAX 4 /* \DDD */

/* Reads the escape behind a backslash; false if it is not a valid escape. */
static bool unescape(struct str text, size_t *at, uint8_t *byte)
{
	if (*at >= text.len) {
		return false;
	}
	if (!ascii_is_digit(text.data[*at])) {
		*byte = (uint8_t)text.data[*at];
		*at += 1;
		return *byte > ' ' && *byte < 0x7f;
	}
	if (text.len - *at < 3) {
		return false;
	}
	unsigned value = 0;

	for (unsigned i = 0; i < 3; i++) {
		char c = text.data[*at + i];

		if (!ascii_is_digit(c)) {
			return false;
		}
		value = value * 10 + (unsigned)(c - '0');
	}
	*at += 3;
	*byte = (uint8_t)value;
	return value <= 0xff;
}

bool dns_name_from_text(struct str text, struct dns_name *out)
{
	struct dns_name name;
	size_t label = 0; /* the position of the current label's length */
	size_t len = 1;
	size_t at = 0;

	if (text.len == 1 && text.data[0] == '.') {
		*out = (struct dns_name){.len = 1, .wire = {0}};
		return true;
	}
	while (at < text.len) {
		uint8_t byte = (uint8_t)text.data[at++];

		if (byte == '.') {
			if (len == label + 1 || len == DNS_NAME_MAX) {
				return false;
			}
			name.wire[label] = (uint8_t)(len - label - 1);
			label = len++;
			continue;
		}
		if (byte <= ' ' || byte >= 0x7f || (byte == '\\' && !unescape(text, &at, &byte)) ||
			len - label > DNS_LABEL_MAX || len == DNS_NAME_MAX) {
			return false;
		}
		name.wire[len++] = byte;
	}
	if (len == 1) {
		return false;
	}
	if (len > label + 1) {
		if (len == DNS_NAME_MAX) {
			return false;
		}
		name.wire[label] = (uint8_t)(len - label - 1);
		label = len++;
	}
	name.wire[label] = 0;
	name.len = (uint8_t)len;
	*out = name;
	return true;
}

static void put_label(struct dns_name *name, const char *text, size_t len)
{
	name->wire[name->len++] = (uint8_t)len;
	memcpy(name->wire + name->len, text, len);
	name->len = (uint8_t)(name->len + len);
}

void dns_name_reverse(const struct addr *addr, struct dns_name *out)
{
	static const char hex[] = "0123456789abcdef";

	out->len = 0;
	for (unsigned i = addr_len(addr); i-- > 0;) {
		unsigned byte = addr->bytes[i];

		if (addr->family == ADDR_V6) {
			put_label(out, &hex[byte & 15], 1);
			put_label(out, &hex[byte >> 4], 1);
			continue;
		}
		char digits[3] = {0};
		size_t count = byte > 99 ? 3 : byte > 9 ? 2 : 1;

		for (size_t d = count; d-- > 0; byte /= 10) {
			digits[d] = hex[byte % 10];
		}
		put_label(out, digits, count);
	}
	if (addr->family == ADDR_V6) {
		put_label(out, "ip6", 3);
	} else {
		put_label(out, "in-addr", 7);
	}
	put_label(out, "arpa", 4);
	put_label(out, "", 0);
}

/*
 * Length octets are below 64, where there are no letters: a name is lower-cased as one run of
 * bytes.
 */
static uint8_t fold(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static bool eq_nocase(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (fold(a[i]) != fold(b[i])) {
			return false;
		}
	}
	return true;
}

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b)
{
	return a->len == b->len && eq_nocase(a->wire, b->wire, a->len);
}

bool dns_name_under(const struct dns_name *name, const struct dns_name *ancestor)
{
	size_t at = 0;

	while ((size_t)name->len - at > ancestor->len) {
		at += (size_t)name->wire[at] + 1;
	}
	return (size_t)name->len - at == ancestor->len &&
	       eq_nocase(name->wire + at, ancestor->wire, ancestor->len);
}

void dns_wire_lower(uint8_t *wire, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		wire[i] = fold(wire[i]);
	}
}

void dns_name_lower(struct dns_name *name)
{
	dns_wire_lower(name->wire, name->len);
}

void dns_name_randomize_case(struct dns_name *name, struct random_pool *random)
{
	uint32_t bits = 0;
	unsigned left = 0;

	for (size_t i = 0; i < name->len; i++) {
		if (!ascii_is_alpha((char)name->wire[i])) {
			continue;
		}
		if (left == 0) {
			bits = random_u32(random);
			left = 32;
		}
		name->wire[i] = (uint8_t)(fold(name->wire[i]) ^ (bits & 1) << 5);
		bits >>= 1;
		left--;
	}
}

/* What URL parsers call a number (WHATWG URL, "ends in a number"). */
static bool is_number(const char *label, size_t len)
{
	bool hex = len >= 2 && label[0] == '0' && label[1] == 'x';

	for (size_t i = hex ? 2 : 0; i < len; i++) {
		if (hex ? ascii_hex_value(label[i]) < 0 : !ascii_is_digit(label[i])) {
			return false;
		}
	}
	return true;
}

bool dns_name_to_host(const struct dns_name *name, char out[DNS_HOST_MAX + 1])
{
	char host[DNS_HOST_MAX + 1];
	size_t len = 0;
	size_t labels = 0;
	size_t last = 0;

	for (size_t at = 0; name->wire[at] != 0; labels++) {
		size_t count = name->wire[at++];

		if (name->wire[at] == '-' || name->wire[at + count - 1] == '-') {
			return false;
		}
		if (labels > 0) {
			host[len++] = '.';
		}
		last = len;
		for (size_t i = 0; i < count; i++) {
			char c = (char)fold(name->wire[at++]);

			if (!ascii_is_alnum(c) && c != '-' && c != '_') {
				return false;
			}
			host[len++] = c;
		}
	}
	if (labels < 2 || is_number(host + last, len - last)) {
		return false;
	}
	host[len] = '\0';
	memcpy(out, host, len + 1);
	return true;
}

/* Writes one byte of a label as text; returns the number of characters. */
static size_t escape(uint8_t byte, char out[ESCAPE_MAX])
{
	if (byte > ' ' && byte < 0x7f && byte != '.' && byte != '\\') {
		out[0] = (char)byte;
		return 1;
	}
	out[0] = '\\';
	if (byte == '.' || byte == '\\') {
		out[1] = (char)byte;
		return 2;
	}
	out[1] = (char)('0' + byte / 100);
	out[2] = (char)('0' + byte / 10 % 10);
	out[3] = (char)('0' + byte % 10);
	return 4;
}

/* Iterates over the characters of a name's text form. */
struct speller {
	const struct dns_name *name;
	size_t at;
	size_t label_left;
	char chars[ESCAPE_MAX];
	size_t chars_at;
	size_t chars_len;
};

/* The next character; -1 after the last. */
static int spell(struct speller *s)
{
	if (s->chars_at < s->chars_len) {
		return s->chars[s->chars_at++];
	}
	if (s->at == s->name->len) {
		return -1;
	}
	if (s->label_left == 0) {
		bool first = s->at == 0;

		s->label_left = s->name->wire[s->at++];
		if (s->label_left == 0) {
			return first ? '.' : -1;
		}
		if (!first) {
			return '.';
		}
	}
	s->chars_len = escape(s->name->wire[s->at++], s->chars);
	s->chars_at = 1;
	s->label_left--;
	return s->chars[0];
}

/* Skips the labels that both names share byte for byte; false if all are the same. */
static bool find_difference(const struct dns_name *a, const struct dns_name *b, size_t *label)
{
	for (*label = 0;;) {
		size_t size = (size_t)a->wire[*label] + 1;

		if (b->wire[*label] != a->wire[*label] ||
			memcmp(a->wire + *label, b->wire + *label, size) != 0) {
			return true;
		}
		if (size == 1) {
			return false;
		}
		*label += size;
	}
}

int dns_name_compare_text(const struct dns_name *a, const struct dns_name *b)
{
	size_t label;

	if (!find_difference(a, b, &label)) {
		return 0;
	}
	struct speller sa = {.name = a, .at = label};
	struct speller sb = {.name = b, .at = label};

	for (;;) {
		int ca = spell(&sa);
		int cb = spell(&sb);

		/* No character is a NUL; -1, the end, is before all characters. */
		ca = ca < 0 ? ca : fold((uint8_t)ca);
		cb = cb < 0 ? cb : fold((uint8_t)cb);
		if (ca != cb || ca < 0) {
			return ca - cb;
		}
	}
}

void dns_name_to_text(const struct dns_name *name, char out[DNS_NAME_TEXT_MAX])
{
	struct speller s = {.name = name};
	size_t len = 0;

	for (int c = spell(&s); c >= 0; c = spell(&s)) {
		out[len++] = (char)c;
	}
	out[len] = '\0';
}
