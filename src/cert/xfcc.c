/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/codec.h"

#include "base/hex.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

/*
 * X-Forwarded-Client-Cert as Envoy's HTTP connection manager writes it: elements between commas,
 * pairs between semicolons, KEY=VALUE, keys in any case. Cert, Chain and Subject are quoted, and a
 * backslash in quotes escapes the next byte. By, URI and DNS are never quoted, although names in a
 * certificate may have semicolons and commas. By and Hash come first, URI and DNS last.
 */
struct element {
	struct str cert;
	struct str chain;
	struct str hash;
	bool in_name;   /* the last of Envoy's keys was a By, URI or DNS, without quotes */
	bool has_names; /* a URI or DNS of the client's came */
};

static const char no_pair[] = "no key and equals sign where a pair must begin";

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
 * The rest of a name behind a semicolon. It is not mistaken for a pair that counts: that has a key,
 * and take_kept refuses a client's own.
 */
static const char *take_rest_of_name(struct str *text, const struct element *element)
{
	bool quoted = text->len > 0 && text->data[0] == '"';
	struct str rest;
	const char *wrong = quoted || !element->in_name ? no_pair : take_value(text, &rest);

	return wrong == NULL && rest.len == 0 ? no_pair : wrong;
}

/*
 * Takes the value of one of the keys that count; *known: it is one. A URI or DNS may contain such a
 * pair, as the client chose it. Envoy's own come before: it is a second one, or, where Envoy sends
 * no Cert, that of another certificate than the Hash's.
 */
static const char *take_kept(struct str key, struct str value, struct element *element, bool *known)
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

	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		if (!str_eq_nocase(key, str_view(kept[i].key))) {
			continue;
		}
		*known = true;
		if (kept[i].value->data != NULL) {
			return kept[i].twice;
		}
		if (element->has_names && element->hash.data == NULL) {
			return "a Cert, Chain or Hash behind a URI or DNS, without a Hash before "
			       "it";
		}
		*kept[i].value = value;
	}
	return NULL;
}

static const char *take_pair(struct str *text, struct element *element)
{
	size_t len = 0;
	struct str value;

	while (len < text->len && ascii_is_alnum(text->data[len])) {
		len++;
	}
	if (len == 0 || len == text->len || text->data[len] != '=') {
		return take_rest_of_name(text, element);
	}
	struct str key = {text->data, len};

	*text = str_from(*text, len + 1);
	bool quoted = text->len > 0 && text->data[0] == '"';
	bool of_client = str_eq_nocase(key, str_view("uri")) || str_eq_nocase(key, str_view("dns"));
	bool name = of_client || str_eq_nocase(key, str_view("by"));
	bool known = name || str_eq_nocase(key, str_view("subject"));
	const char *wrong = take_value(text, &value);

	if (known) {
		element->in_name = name && !quoted;
		element->has_names = element->has_names || of_client;
	} else if (wrong == NULL) {
		wrong = take_kept(key, value, element, &known);
		element->in_name = element->in_name && !known;
	}
	return wrong;
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
	uint8_t digest[SHA256_DIGEST_LENGTH];
	uint8_t said[SHA256_DIGEST_LENGTH];

	if (!hex_decode(hash, said, sizeof(said))) {
		return "a Hash that is not SHA-256 in hexadecimal";
	}
	if (EVP_Digest(der.data, der.len, digest, NULL, EVP_sha256(), NULL) != 1) {
		return "a digest that cannot be made";
	}
	return memcmp(said, digest, sizeof(said)) == 0 ? NULL
						       : "a Hash that is not the certificate's";
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
	struct element element = {.in_name = false};

	if (text.data[0] == '[' || text.data[0] == '{') {
		return "it is JSON; expected Envoy's text format (set_client_cert_format)";
	}
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
		wrong = wrong == cert_chain_in_pem ? "more than one certificate in Cert" : wrong;
	}
	if (wrong == NULL && element.chain.len > 0) {
		wrong = take_chain(element.chain, &leaf);
	}
	if (wrong == NULL && element.hash.data != NULL) {
		wrong = check_hash(element.hash, sink->chain->certs[0]);
	}
	return wrong;
}
