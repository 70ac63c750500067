/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_CERT_BUILD_H
#define DW_TESTS_CERT_BUILD_H

#include "base/bytes.h"
#include "base/str.h"

#include <assert.h>

/* Certificates built octet by octet, so that each part can be wrong. They are not signed. */

#define BYTES(literal) ((struct str){literal, sizeof(literal) - 1})

#define SEQUENCE 0x30
#define SET 0x31
#define INTEGER 0x02
#define BIT_STRING 0x03
#define OCTET_STRING 0x04
#define UTF8_STRING 0x0c
#define PRINTABLE_STRING 0x13
#define IA5_STRING 0x16
#define TELETEX_STRING 0x14
#define UTC_TIME 0x17
#define GENERALIZED_TIME 0x18
#define BMP_STRING 0x1e
#define SAN_OTHER 0xa0
#define SAN_EMAIL 0x81
#define SAN_DNS 0x82
#define SAN_URI 0x86
#define SAN_IP 0x87

/* Appends one value in DER. */
static inline void put_value(struct bytes *out, uint8_t tag, struct str content)
{
	bytes_append_u8(out, tag);
	if (content.len < 128) {
		bytes_append_u8(out, (uint8_t)content.len);
	} else if (content.len < 256) {
		bytes_append_u8(out, 0x81);
		bytes_append_u8(out, (uint8_t)content.len);
	} else {
		assert(content.len < 65536);
		bytes_append_u8(out, 0x82);
		bytes_append_u8(out, (uint8_t)(content.len >> 8));
		bytes_append_u8(out, (uint8_t)content.len);
	}
	bytes_append_str(out, content);
	assert(!out->failed);
}

/* Puts what was appended since `start` into a value of its own. */
static inline void wrap(struct bytes *out, size_t start, uint8_t tag)
{
	struct bytes inner;

	bytes_init(&inner, 0);
	bytes_append(&inner, out->data + start, out->len - start);
	out->len = start;
	put_value(out, tag, bytes_view(&inner));
	bytes_clear(&inner);
}

/* One attribute, of which one or several in a SET are a relative name; `oid` is its content. */
static inline void put_attribute(struct bytes *out, struct str oid, uint8_t tag, struct str value)
{
	size_t start = out->len;

	put_value(out, 0x06, oid);
	put_value(out, tag, value);
	wrap(out, start, SEQUENCE);
}

/* One relative name of one CN. */
static inline void put_cn(struct bytes *out, uint8_t tag, struct str value)
{
	size_t start = out->len;

	put_attribute(out, BYTES("\x55\x04\x03"), tag, value);
	wrap(out, start, SET);
}

/* `oid` and `value` are the contents of the extension's type and value. */
static inline void put_extension(struct bytes *out, struct str oid, struct str value)
{
	size_t start = out->len;

	put_value(out, 0x06, oid);
	put_value(out, OCTET_STRING, value);
	wrap(out, start, SEQUENCE);
}

static inline void put_san_extension(struct bytes *out, struct str general_names)
{
	put_extension(out, BYTES("\x55\x1d\x11"), general_names);
}

/* A GeneralName of type otherName; `oid` is the content of its type. */
static inline void put_other_name(struct bytes *out, struct str oid, uint8_t tag, struct str value)
{
	size_t start = out->len;

	put_value(out, 0x06, oid);
	size_t at = out->len;

	put_value(out, tag, value);
	wrap(out, at, 0xa0);
	wrap(out, start, SAN_OTHER);
}

/* Parts that are left out (data == NULL) get harmless contents. */
struct recipe {
	struct str serial;        /* content of the INTEGER */
	struct str subject;       /* content of the Name */
	struct str validity;      /* content of the Validity */
	struct str key;           /* a whole SubjectPublicKeyInfo */
	struct str unique_id;     /* whole values behind the key; none if left out */
	struct str general_names; /* content of the SubjectAltName; no such extension if left out */
	struct str extensions;    /* content of the Extensions, in place of general_names */
};

static inline void put_tbs(struct bytes *out, const struct recipe *r)
{
	static const char algorithm[] = "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
	static const char key[] = "\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
				  "0123456789abcdef0123456789abcdef";
	size_t start = out->len;
	size_t at;

	put_value(out, 0xa0, BYTES("\x02\x01\x02"));
	put_value(out, INTEGER, r->serial.data != NULL ? r->serial : BYTES("\x01"));
	put_value(out, SEQUENCE, BYTES(algorithm));
	at = out->len;
	put_cn(out, UTF8_STRING, BYTES("issuer"));
	wrap(out, at, SEQUENCE);
	put_value(out, SEQUENCE,
		r->validity.data != NULL ? r->validity
					 : BYTES("\x17\x0d"
						 "260101000000Z"
						 "\x17\x0d"
						 "270101000000Z"));
	at = out->len;
	if (r->subject.data == NULL) {
		put_cn(out, UTF8_STRING, BYTES("subject"));
		wrap(out, at, SEQUENCE);
	} else {
		put_value(out, SEQUENCE, r->subject);
	}
	if (r->key.data != NULL) {
		bytes_append_str(out, r->key);
	} else {
		put_value(out, SEQUENCE, BYTES(key));
	}
	bytes_append_str(out, r->unique_id);
	at = out->len;
	if (r->extensions.data != NULL) {
		bytes_append_str(out, r->extensions);
	} else if (r->general_names.data != NULL) {
		struct bytes names;

		bytes_init(&names, 0);
		put_value(&names, SEQUENCE, r->general_names);
		put_san_extension(out, bytes_view(&names));
		bytes_clear(&names);
	}
	if (out->len > at) {
		wrap(out, at, SEQUENCE);
		wrap(out, at, 0xa3);
	}
	wrap(out, start, SEQUENCE);
}

/* The certificate is good until the next build into the same bytes; bytes_clear frees it. */
static inline struct str build(struct bytes *out, const struct recipe *r)
{
	bytes_reset(out, SIZE_MAX);
	put_tbs(out, r);
	put_value(out, SEQUENCE, BYTES("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"));
	put_value(out, BIT_STRING, BYTES("\x00signature"));
	wrap(out, 0, SEQUENCE);
	return bytes_view(out);
}

#endif
