/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/codec.h"

#include <openssl/evp.h>

static const char no_pair[] = "no key and equals sign where a pair must begin";

/*
 * X-Forwarded-Client-Cert as Envoy's HTTP connection manager documents it: elements between commas,
 * pairs between semicolons, KEY=VALUE, keys in any case. A value with one of these bytes is quoted,
 * and a backslash in quotes escapes the next byte.
 */
struct element {
	struct str cert;
	struct str chain;
	struct str hash;
	const char *bare; /* the error if the next pair does not begin with a key */
};

static const char *take_quoted(struct str *text, struct str *value)
{
	size_t i = 1;

	while (i < text->len && text->data[i] != '"') {
		i += text->data[i] == '\\' ? 2 : 1;
	}
	if (i >= text->len) {
		return "a quoted value without its last quote";
	}
	*value = (struct str){text->data + 1, i - 1};
	*text = str_from(*text, i + 1);
	return NULL;
}

static bool ends_value(char c)
{
	return c == ',' || c == ';';
}

static const char *take_value(struct str *text, struct str *value)
{
	size_t i = 0;

	if (text->len > 0 && text->data[0] == '"') {
		return take_quoted(text, value);
	}
	for (; i < text->len && !ends_value(text->data[i]); i++) {
		char c = text->data[i];

		if (c == '"' || (c >= 0 && c <= ' ')) {
			return "a quote, a blank or a control byte in a value without quotes";
		}
	}
	*value = (struct str){text->data, i};
	*text = str_from(*text, i);
	return NULL;
}

/*
 * Envoy does not quote names of certificates that have a semicolon. The text behind it may be
 * chosen by the client, and is not a pair of Envoy's: it is rejected, and the error names the pair.
 */
static const char *what_if_bare(struct str key)
{
	if (str_eq_nocase(key, str_view("by"))) {
		return "a By that holds a semicolon and is not quoted";
	}
	if (str_eq_nocase(key, str_view("uri"))) {
		return "a URI that holds a semicolon and is not quoted";
	}
	return no_pair;
}

static const char *take_pair(struct str *text, struct element *element)
{
	const struct {
		const char *key;
		struct str *value;
		const char *twice;
	} kept[] = {
		{"cert", &element->cert, "more than one Cert"},
		{"chain", &element->chain, "more than one Chain"},
		{"hash", &element->hash, "more than one Hash"},
	};
	size_t len = 0;
	struct str value;

	while (len < text->len && ascii_is_alnum(text->data[len])) {
		len++;
	}
	if (len == 0 || len == text->len || text->data[len] != '=') {
		return text->len > 0 ? element->bare : no_pair;
	}
	struct str key = {text->data, len};

	*text = str_from(*text, len + 1);
	const char *wrong = take_value(text, &value);

	if (wrong != NULL) {
		return wrong;
	}
	element->bare = what_if_bare(key);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		if (!str_eq_nocase(key, str_view(kept[i].key))) {
			continue;
		}
		if (kept[i].value->data != NULL) {
			return kept[i].twice;
		}
		*kept[i].value = value;
	}
	return NULL;
}

static const char *take_element(struct str text, struct element *element)
{
	for (;;) {
		const char *wrong = take_pair(&text, element);

		if (wrong != NULL || text.len == 0) {
			return wrong;
		}
		if (text.data[0] == ',') {
			return "more than one element";
		}
		if (text.data[0] != ';') {
			return "something behind a quoted value";
		}
		text = str_from(text, 1);
	}
}

static const char *check_hash(struct str hash, struct str der)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len;

	if (EVP_Digest(der.data, der.len, digest, &len, EVP_sha256(), NULL) != 1) {
		return "a digest that cannot be made";
	}
	if (hash.len != 2 * (size_t)len) {
		return "a Hash that is not SHA-256 in hexadecimal";
	}
	for (size_t i = 0; i < len; i++) {
		int high = ascii_hex_value(hash.data[2 * i]);
		int low = ascii_hex_value(hash.data[2 * i + 1]);

		if (high < 0 || low < 0) {
			return "a Hash that is not SHA-256 in hexadecimal";
		}
		if ((high << 4 | low) != digest[i]) {
			return "a Hash that is not the certificate's";
		}
	}
	return NULL;
}

/*
 * Envoy's Chain begins with the leaf, which is the Cert if there is one; the certificates behind it
 * are added.
 */
static const char *take_chain(struct str text, struct cert_sink *sink)
{
	struct cert_chain found = {.count = 0};
	struct cert_sink into = {&found, CERT_MAX_CERTS, sink->free, sink->left};
	const char *wrong = cert_codec_pem(str_trim(text), &into);
	struct cert_chain *chain = sink->chain;

	if (wrong != NULL) {
		return wrong;
	}
	if (chain->count > 0 && !str_eq(found.certs[0], chain->certs[0])) {
		return "a Chain that does not begin with the Cert";
	}
	*chain = found;
	return NULL;
}

const char *cert_codec_xfcc(struct str text, struct cert_sink *sink)
{
	struct element element = {.bare = no_pair};
	const char *wrong = take_element(text, &element);

	if (wrong != NULL) {
		return wrong;
	}
	if (element.cert.len == 0 && element.chain.len == 0) {
		return "no Cert and no Chain; Envoy sends one with "
		       "set_current_client_cert_details: cert";
	}
	struct cert_sink leaf = {sink->chain, 1, sink->free, sink->left};

	if (element.cert.len > 0) {
		wrong = cert_codec_pem(element.cert, &leaf);
	}
	if (wrong == NULL && element.chain.len > 0) {
		wrong = take_chain(element.chain, &leaf);
	}
	if (wrong == NULL && element.hash.data != NULL) {
		wrong = check_hash(element.hash, sink->chain->certs[0]);
	}
	return wrong;
}
