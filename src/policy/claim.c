/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/claim.h"

#include "policy/http_host.h"
#include "policy/policy.h"
#include "policy/text.h"

#include <stdio.h>
#include <string.h>

bool policy_claim_uri_names_host(struct str uri)
{
	return uri.len > 0 && uri.data[0] != '/';
}

/* An absolute URL's host counts; if another Host came with it, servers differ. */
static bool read_host(struct policy_claim_reader *reader, const struct policy_facts *facts)
{
	struct str uri = facts->claims[POLICY_CLAIM_URI];
	struct str host;

	if (!policy_http_host_read(reader->text, reader->room, POLICY_PATH_MAX, &reader->text)) {
		return false;
	}
	if (!policy_claim_uri_names_host(uri)) {
		return true;
	}
	char *rest = reader->room + reader->text.len;

	return (facts->claims_disputed & 1U << POLICY_CLAIM_URI) == 0 &&
	       policy_path_scan(uri, &reader->path) == POLICY_PATH_GOOD &&
	       policy_http_host_read(
		       reader->path.host, rest, POLICY_PATH_MAX - reader->text.len, &host) &&
	       str_eq(host, reader->text);
}

/* Whether all servers treat the method alike: frameworks differ about small letters. */
static bool is_method(struct str method)
{
	for (size_t i = 0; i < method.len; i++) {
		char c = method.data[i];
		bool capital = ascii_is_alpha(c) && c != ascii_lower(c);

		if (!capital && !ascii_is_digit(c) && c != '-' && c != '_') {
			return false;
		}
	}
	return true;
}

bool policy_claim_begin(struct policy_claim_reader *reader, const struct policy_field *field,
	const struct policy_facts *facts)
{
	reader->form = field->form;
	reader->text = facts->claims[field->claim];
	reader->ways = 0;
	reader->done = false;
	if ((facts->claims_disputed >> field->claim & 1) != 0) {
		return false;
	}
	if (reader->form != POLICY_FORM_OPTIONAL && reader->text.len == 0) {
		return false;
	}
	switch (reader->form) {
	case POLICY_FORM_PATH:
		return policy_path_scan(reader->text, &reader->path) == POLICY_PATH_GOOD;
	case POLICY_FORM_HOST:
		return read_host(reader, facts);
	case POLICY_FORM_METHOD:
		return is_method(reader->text);
	case POLICY_FORM_OPTIONAL:
	case POLICY_FORM_RAW:
		break;
	}
	return true;
}

bool policy_claim_next(struct policy_claim_reader *reader, struct str *text)
{
	if (reader->done) {
		return false;
	}
	if (reader->form != POLICY_FORM_PATH) {
		reader->done = true;
		*text = reader->text;
		return true;
	}
	*text = policy_path_read(&reader->path, reader->ways, reader->room);
	/* The next subset of the ways; after the last subset comes the empty one. */
	reader->ways = (reader->ways - reader->path.ways) & reader->path.ways;
	reader->done = reader->ways == 0;
	return true;
}

unsigned policy_claims_read(const struct policy_field *field, const struct policy_facts *facts)
{
	unsigned claims = 1U << field->claim;

	if (field->form == POLICY_FORM_HOST &&
		policy_claim_uri_names_host(facts->claims[POLICY_CLAIM_URI])) {
		claims |= 1U << POLICY_CLAIM_URI;
	}
	return claims;
}

static void explain_uri(struct str uri, char out[POLICY_CLAIM_WHY_MAX])
{
	char quoted[POLICY_QUOTE_MAX];
	struct policy_path path;
	enum policy_path_flaw flaw = policy_path_scan(uri, &path);
	int len = snprintf(out, POLICY_CLAIM_WHY_MAX, "uri %s has no single path: %s",
		policy_quote(uri, quoted),
		flaw == POLICY_PATH_GOOD ? "servers differ on " : policy_path_flaw_text(flaw));
	const char *separator = "";

	for (unsigned i = 0; flaw == POLICY_PATH_GOOD && i < POLICY_PATH_WAYS; i++) {
		if ((path.ways >> i & 1) != 0) {
			len += snprintf(out + len, POLICY_CLAIM_WHY_MAX - (size_t)len, "%s%s",
				separator, policy_path_way_text((enum policy_path_way)(1U << i)));
			separator = ", ";
		}
	}
}

const char *policy_claim_explain(
	enum policy_claim claim, const struct policy_facts *facts, char out[POLICY_CLAIM_WHY_MAX])
{
	struct str text = facts->claims[claim];
	struct str uri = facts->claims[POLICY_CLAIM_URI];
	char room[POLICY_PATH_MAX];
	char quoted[POLICY_QUOTE_MAX];
	char in_uri[POLICY_QUOTE_MAX];
	struct str host;

	policy_quote(text, quoted);
	if (claim == POLICY_CLAIM_URI) {
		explain_uri(text, out);
	} else if (claim == POLICY_CLAIM_HTTP_HOST && policy_claim_uri_names_host(uri) &&
		   policy_http_host_read(text, room, sizeof(room), &host)) {
		snprintf(out, POLICY_CLAIM_WHY_MAX, "http_host %s is not the host of uri %s",
			quoted, policy_quote(uri, in_uri));
	} else if (claim == POLICY_CLAIM_HTTP_HOST) {
		snprintf(out, POLICY_CLAIM_WHY_MAX,
			"http_host %s is not a host name or address, with or without a port",
			quoted);
	} else {
		snprintf(out, POLICY_CLAIM_WHY_MAX, "%s %s is not in capitals",
			policy_claim_word(claim), quoted);
	}
	return out;
}
