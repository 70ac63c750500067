/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/der.h"

#include "base/reader.h"

enum { CLASS_UNIVERSAL = 0 };

enum universal {
	TAG_END_OF_CONTENTS = 0,
	TAG_BOOLEAN = 1,
	TAG_INTEGER = 2,
	TAG_BIT_STRING = 3,
	TAG_NULL = 5,
	TAG_OBJECT_IDENTIFIER = 6,
	TAG_ENUMERATED = 10,
	TAG_SEQUENCE = 16,
	TAG_SET = 17,
	TAG_HIGH_NUMBER = 31
};

struct value {
	uint8_t class;
	uint8_t tag;
	bool constructed;
	struct reader content;
};

/* X.509 needs no tag over 30: tags of several octets are rejected. */
static const char *take_value(struct reader *r, struct value *out)
{
	uint8_t id = reader_u8(r);
	uint8_t first = reader_u8(r);
	size_t len = first;

	*out = (struct value){.class = id >> 6, .tag = id & 31, .constructed = (id & 32) != 0};
	if (out->tag == TAG_HIGH_NUMBER) {
		return "a tag that no certificate has";
	}
	if (first == 0x80) {
		return "an indefinite length";
	}
	if (first > 0x80) {
		size_t octets = first & 127;
		const uint8_t *at = reader_take(r, octets);

		if (at == NULL || octets > 4) {
			return "a length past the end";
		}
		len = 0;
		for (size_t i = 0; i < octets; i++) {
			len = len << 8 | at[i];
		}
		if (len < 128 || at[0] == 0) {
			return "a length that is not the shortest";
		}
	}
	const uint8_t *at = reader_take(r, len);

	if (r->failed) {
		return "a length past the end";
	}
	reader_init(&out->content, at, len);
	return NULL;
}

static bool shortest_integer(const uint8_t *at, size_t len)
{
	if (len == 0) {
		return false;
	}
	return len == 1 || !((at[0] == 0 && at[1] < 128) || (at[0] == 255 && at[1] >= 128));
}

static bool whole_bit_string(const uint8_t *at, size_t len)
{
	if (len == 0 || at[0] > 7 || (len == 1 && at[0] != 0)) {
		return false;
	}
	return (at[len - 1] & ((1 << at[0]) - 1)) == 0;
}

static bool shortest_oid(const uint8_t *at, size_t len)
{
	bool starts = true;

	for (size_t i = 0; i < len; i++) {
		if (starts && at[i] == 0x80) {
			return false;
		}
		starts = at[i] < 128;
	}
	return len > 0 && starts;
}

static bool universal_form(const struct value *v)
{
	const uint8_t *at = v->content.at;
	size_t len = reader_left(&v->content);

	if (v->constructed != (v->tag == TAG_SEQUENCE || v->tag == TAG_SET)) {
		return false;
	}
	switch (v->tag) {
	case TAG_END_OF_CONTENTS:
		return false;
	case TAG_BOOLEAN:
		return len == 1 && (at[0] == 0 || at[0] == 255);
	case TAG_INTEGER:
	case TAG_ENUMERATED:
		return shortest_integer(at, len);
	case TAG_BIT_STRING:
		return whole_bit_string(at, len);
	case TAG_NULL:
		return len == 0;
	case TAG_OBJECT_IDENTIFIER:
		return shortest_oid(at, len);
	default:
		return true;
	}
}

bool cert_der_check(struct str der, const char **why)
{
	struct reader open[CERT_DER_MAX_DEPTH];
	size_t depth = 1;
	size_t values = 0;

	reader_init(&open[0], der.data, der.len);
	while (depth > 0) {
		struct reader *r = &open[depth - 1];
		struct value v;

		if (reader_left(r) == 0) {
			depth--;
			continue;
		}
		if (depth == 1 && values > 0) {
			*why = "bytes behind the certificate";
			return false;
		}
		const char *wrong = take_value(r, &v);

		if (wrong == NULL && v.class == CLASS_UNIVERSAL && !universal_form(&v)) {
			wrong = "a value that is not in the form of DER";
		}
		if (wrong == NULL && v.constructed && depth == CERT_DER_MAX_DEPTH) {
			wrong = "values nested too deeply";
		}
		if (wrong != NULL) {
			*why = wrong;
			return false;
		}
		values++;
		if (v.constructed) {
			open[depth++] = v.content;
		}
	}
	if (values == 0) {
		*why = "no bytes";
	}
	return values > 0;
}
