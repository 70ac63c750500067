/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CERT_H
#define DW_CERT_CERT_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/dn.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CERT_MAX_DER 16384  /* bytes, decoded */
#define CERT_MAX_TEXT 65536 /* bytes, as the front end encodes it */
#define CERT_MAX_SAN 256    /* names of all kinds; a certificate with more is malformed */
#define CERT_MAX_OIDS 256   /* of one extension; a certificate with more is malformed */
#define CERT_MAX_CERTS 8    /* of one request: the leaf and its intermediates */

enum cert_codec {
	CERT_CODEC_PEM,
	CERT_CODEC_DER_B64,
	CERT_CODEC_DER_HEX,
	CERT_CODEC_RFC9440,
	CERT_CODEC_XFCC,
	CERT_CODEC_COUNT
};

/* The certificates of a request: DER, the leaf first, then intermediates, which are untrusted. */
struct cert_chain {
	struct str certs[CERT_MAX_CERTS];
	size_t count;
	const char *
		/* NULL, or which of the limits above it exceeds: then it is malformed */
		over_limit;
};

enum cert_status {
	CERT_OK,
	CERT_MALFORMED, /* the encoding, or its content, is not exactly one certificate */
	CERT_NO_MEMORY
};

/* The exceeded limit, for `why`. */
extern const char cert_too_long[];
extern const char cert_too_many[];
extern const char cert_too_large[];
/* Whether `why` is one of the limits. */
bool cert_is_over_limit(const char *why);

/*
 * The contents of a certificate (RFC 5280) about its holder. All strings live in the arena with
 * which it was read, and have no NUL and no control byte. A name that is empty, that has NUL,
 * control or (in an IA5String) non-ASCII bytes, or not the form of its kind (an rfc822Name that is
 * not a mailbox) is left out and counted. Names of other kinds (directoryName, other types of
 * otherName, ...) are neither kept nor counted.
 */
struct cert_identity {
	/* RFC 2253 in printable ASCII: special characters as \C, all other bytes of UTF-8 as \XX.
	 */
	struct str subject;
	struct str issuer;
	/* Lower-case hexadecimal, no leading zeros; "0" for zero; "-" before a negative one. */
	struct str serial;
	struct str sha256; /* lower-case hexadecimal, of the DER certificate */
	struct str spki;   /* lower-case hexadecimal, of the DER SubjectPublicKeyInfo */
	struct dn_values subject_values;
	struct dn_values issuer_values;
	/* SAN dNSName: a host name, or `*.` and one; lower-case, no final dot; `*` is a literal. */
	struct str_list dns;
	struct str_list email;
	struct str_list uri;
	/* SAN otherName: User Principal Names (Microsoft), in UTF-8. */
	struct str_list upn;
	/* SAN otherName SRVName (RFC 4985): `_service.host`, lower-case, no final dot. */
	struct str_list srv;
	/* SAN otherName SmtpUTF8Mailbox (RFC 9598): mailbox_is_valid_utf8. */
	struct str_list smtp_utf8;
	struct str_list eku;      /* extendedKeyUsage: dotted object identifiers */
	struct str_list policies; /* certificatePolicies: dotted object identifiers */
	/*
	 * The type of the public key by its name in oid_keys, else by its object identifier. Types
	 * with sizes have a blank and the bits behind it (`rsa 3072`); behind `ec` comes the curve,
	 * by its name or object identifier.
	 */
	struct str_list key;
	bool self_signed;      /* its own issuer by name, and by its own key */
	const struct addr *ip; /* mapped addresses are IPv4 */
	size_t ip_count;
	size_t unusable_names;
	int64_t not_before; /* seconds since 1970-01-01 UTC */
	int64_t not_after;  /* exclusive, as in OpenSSL */
};

/*
 * Decodes exactly one certificate from the front end's encoding. Base64 is strict (RFC 4648 section
 * 4); nothing but blanks may stand before or after. CERT_CODEC_
 *   PEM      one armored certificate (RFC 7468), plain, wholly percent-escaped (RFC 3986, `+` stays
 *            itself but in the armor lines), with any blanks or none in place of its line ends;
 *   DER_B64  base64 without armor, percent-escaped or not, with or without blanks between digits;
 *   DER_HEX  hexadecimal digits alone;
 *   RFC9440  a Byte Sequence (RFC 8941), `:base64:`, without parameters;
 *   XFCC     Envoy's X-Forwarded-Client-Cert: one element, one Cert or a Chain that begins with the
 *            leaf, and a Hash that agrees.
 * On CERT_OK *der lies in the arena; else *why names what was wrong, a static string: for a text in
 * another of these encodings, which one it is.
 */
NODISCARD enum cert_status cert_decode(enum cert_codec codec, struct str text, struct arena *arena,
	struct str *der, const char **why);

/*
 * The same for a text that may have intermediates behind the leaf: further blocks of PEM, or
 * further items between commas (DER_B64); XFCC's Chain. Each intermediate is checked to be DER, the
 * leaf is not: cert_read does that.
 */
NODISCARD enum cert_status cert_decode_list(enum cert_codec codec, struct str text,
	struct arena *arena, struct cert_chain *out, const char **why);

/*
 * Adds the intermediates of a separate text, a List of Byte Sequences (RFC 9440's
 * Client-Cert-Chain); an empty text adds none.
 */
NODISCARD enum cert_status cert_decode_intermediates(
	struct str text, struct arena *arena, struct cert_chain *chain, const char **why);

/* "pem", "der-b64", "der-hex", "rfc9440", "xfcc". */
const char *cert_codec_word(enum cert_codec codec);

/*
 * Reads exactly one DER certificate: all of the input, in its only encoding. `cn_fallback`: a
 * certificate without any SAN dNSName, usable or not, gets as `dns` those of its CNs that are host
 * names with a dot and without a wildcard. Leaves OpenSSL's error queue as it was.
 */
NODISCARD enum cert_status cert_read(struct str der, bool cn_fallback, struct arena *arena,
	struct cert_identity *out, const char **why);

/* Whether this is the certificate's SHA-256: hexadecimal in any case, or base64 (RFC 4648). */
bool cert_has_digest(const struct cert_identity *identity, struct str text);

/* The result of the front end's own check of the certificate. */
enum cert_verify_status {
	CERT_VERIFY_ABSENT, /* it says nothing */
	CERT_VERIFY_SUCCESS,
	CERT_VERIFY_NO_SUCCESS, /* there is no certificate, or it was not verified */
	CERT_VERIFY_NONE,       /* there is no certificate */
	CERT_VERIFY_FAILED
};

/*
 * DER in armor (RFC 7468), as CERT_CODEC_PEM reads it, in the arena; data is NULL when out of
 * memory.
 */
struct str cert_armor(struct str der, struct arena *arena);

#endif
