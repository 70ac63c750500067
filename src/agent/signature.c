/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/signature.h"

#include "base/base64.h"

#include <string.h>

/* Signers need a few of each; the bounds keep the cost of a hostile header small. */
static const struct agent_sf_limits limits = {
	.bytes = AGENT_HEADER_MAX, .members = 16, .items = 32, .parameters = 16};

static enum agent_reason reason_of(enum agent_sf_status status, bool repeats)
{
	switch (status) {
	case AGENT_SF_OK:
		return repeats ? AGENT_MALFORMED : AGENT_GOOD;
	case AGENT_SF_MALFORMED:
		return AGENT_MALFORMED;
	case AGENT_SF_TOO_LARGE:
		return AGENT_TOO_LARGE;
	case AGENT_SF_NO_MEMORY:
		break;
	}
	return AGENT_NO_MEMORY;
}

static enum agent_reason parse_dictionary(
	struct str text, struct arena *arena, struct agent_sf_list *out)
{
	*out = (struct agent_sf_list){NULL, 0, false};
	enum agent_sf_status status = agent_sf_parse_dictionary(text, &limits, arena, out);

	return reason_of(status, out->repeats);
}

/* The older form: one String, without parameters. */
static enum agent_reason parse_string(struct str text, struct arena *arena, struct str *out)
{
	struct agent_sf_item item;
	bool repeats = false;
	enum agent_reason reason =
		reason_of(agent_sf_parse_item(text, &limits, arena, &item, &repeats), repeats);

	if (reason == AGENT_GOOD &&
		(item.value.type != AGENT_SF_STRING || item.parameters.count > 0)) {
		reason = AGENT_MALFORMED;
	}
	if (reason == AGENT_GOOD) {
		*out = item.value.text;
	}
	return reason;
}

enum agent_reason agent_headers_parse(struct str signature_input, struct str signature,
	struct str signature_agent, struct arena *arena, struct agent_headers *out)
{
	struct str agent = str_trim(signature_agent);
	enum agent_reason reason = parse_dictionary(signature_input, arena, &out->signature_input);

	out->signature_agent_string = (struct str){NULL, 0};
	out->signature_agent = (struct agent_sf_list){NULL, 0, false};
	if (reason == AGENT_GOOD) {
		reason = parse_dictionary(signature, arena, &out->signature);
	}
	if (reason == AGENT_GOOD) {
		reason =
			str_starts_with(agent, "\"")
				? parse_string(signature_agent, arena, &out->signature_agent_string)
				: parse_dictionary(signature_agent, arena, &out->signature_agent);
	}
	return reason;
}

static const struct agent_sf_value *parameter_of(
	const struct agent_sf_member *input, const char *key, enum agent_sf_type type)
{
	const struct agent_sf_value *value = agent_sf_parameter(input->parameters, key);

	return value != NULL && value->type == type ? value : NULL;
}

bool agent_signature_has_tag(const struct agent_sf_member *input)
{
	const struct agent_sf_value *tag =
		input->is_inner_list ? parameter_of(input, "tag", AGENT_SF_STRING) : NULL;

	return tag != NULL && str_eq_text(tag->text, AGENT_TAG);
}

/* A String that may be absent; false if it is there as something else. */
static bool read_optional(const struct agent_sf_member *input, const char *key, struct str *out)
{
	const struct agent_sf_value *value = agent_sf_parameter(input->parameters, key);

	if (value != NULL && value->type != AGENT_SF_STRING) {
		return false;
	}
	*out = value != NULL ? value->text : (struct str){NULL, 0};
	return true;
}

enum agent_reason agent_signature_read(
	const struct agent_sf_member *input, struct agent_signature *out)
{
	const struct agent_sf_value *created = parameter_of(input, "created", AGENT_SF_INTEGER);
	const struct agent_sf_value *expires = parameter_of(input, "expires", AGENT_SF_INTEGER);
	const struct agent_sf_value *keyid = parameter_of(input, "keyid", AGENT_SF_STRING);
	size_t len;

	if (created == NULL || expires == NULL || keyid == NULL ||
		!read_optional(input, "alg", &out->algorithm) ||
		!read_optional(input, "nonce", &out->nonce)) {
		return AGENT_NO_PARAMETER;
	}
	out->label = input->key;
	out->input = input;
	out->created_s = created->number;
	out->expires_s = expires->number;
	out->keyid = keyid->text;
	if (!base64_decode(BASE64_URL, keyid->text, out->thumbprint, AGENT_THUMBPRINT_LEN, &len) ||
		len != AGENT_THUMBPRINT_LEN) {
		return AGENT_UNKNOWN_KEY;
	}
	return AGENT_GOOD;
}

enum agent_reason agent_signature_check_times(
	const struct agent_signature *signature, int64_t wall_s, int64_t *until_s)
{
	*until_s = INT64_MAX;
	/* Both have at most 15 digits. */
	if (signature->expires_s <= signature->created_s ||
		signature->expires_s - signature->created_s > AGENT_LIFETIME_MAX_S) {
		return AGENT_LIFETIME;
	}
	if (signature->expires_s <= wall_s) {
		return AGENT_EXPIRED;
	}
	if (signature->created_s - AGENT_SKEW_S > wall_s) {
		*until_s = signature->created_s - AGENT_SKEW_S;
		return AGENT_NOT_YET;
	}
	*until_s = signature->expires_s;
	return AGENT_GOOD;
}

enum agent_reason agent_signature_check_algorithm(
	const struct agent_signature *signature, enum agent_algorithm *algorithm)
{
	*algorithm = AGENT_ALGORITHM_COUNT;
	if (signature->algorithm.data == NULL) {
		return AGENT_GOOD;
	}
	for (unsigned i = 0; i < AGENT_ALGORITHM_COUNT; i++) {
		if (str_eq_text(signature->algorithm, agent_algorithm_word(i))) {
			*algorithm = i;
			return AGENT_GOOD;
		}
	}
	return str_starts_with(signature->algorithm, "hmac-") ? AGENT_ALGORITHM
							      : AGENT_UNKNOWN_ALGORITHM;
}

/* The key of the member that an item of the components covers; false if it covers no member. */
static bool covered_member(const struct agent_sf_item *item, struct str *key)
{
	const struct agent_sf_value *value = agent_sf_parameter(item->parameters, "key");

	if (item->value.type != AGENT_SF_STRING || value == NULL ||
		value->type != AGENT_SF_STRING || item->parameters.count != 1 ||
		!str_eq_text(item->value.text, "signature-agent")) {
		return false;
	}
	*key = value->text;
	return true;
}

/* The key of the member of Signature-Agent that is the signature's own. */
static bool own_member(const struct agent_signature *signature, struct str *out)
{
	size_t covered = 0;
	struct str key;

	for (size_t i = 0; i < signature->input->count; i++) {
		if (!covered_member(&signature->input->items[i], &key)) {
			continue;
		}
		*out = key;
		if (str_eq(key, signature->label)) {
			return true;
		}
		covered++;
	}
	return covered == 1;
}

static bool covers_whole_header(const struct agent_signature *signature)
{
	for (size_t i = 0; i < signature->input->count; i++) {
		const struct agent_sf_item *item = &signature->input->items[i];

		if (item->value.type == AGENT_SF_STRING && item->parameters.count == 0 &&
			str_eq_text(item->value.text, "signature-agent")) {
			return true;
		}
	}
	return false;
}

/* The type of a member (an unknown one: false); it is a Token, `directory` if it is absent. */
static bool read_type(const struct agent_sf_item *item, enum agent_url_type *out)
{
	static const char *const words[] = {
		[AGENT_URL_DIRECTORY] = "directory",
		[AGENT_URL_JWKS_URI] = "jwks_uri",
		[AGENT_URL_CIMD] = "cimd",
	};
	const struct agent_sf_value *type = agent_sf_parameter(item->parameters, "type");

	*out = AGENT_URL_DIRECTORY;
	if (type == NULL) {
		return true;
	}
	for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
		if (type->type == AGENT_SF_TOKEN && str_eq_text(type->text, words[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

enum agent_reason agent_signature_agent(const struct agent_signature *signature,
	const struct agent_headers *headers, char room[AGENT_URL_MAX], struct str *url)
{
	enum agent_url_type type = AGENT_URL_DIRECTORY;
	struct str text = headers->signature_agent_string;
	struct str key;

	if (text.data != NULL) {
		if (!covers_whole_header(signature)) {
			return AGENT_NOT_COVERED;
		}
	} else if (headers->signature_agent.count == 0) {
		return AGENT_NO_SIGNATURE_AGENT;
	} else {
		if (!own_member(signature, &key)) {
			return AGENT_NOT_COVERED;
		}
		const struct agent_sf_member *member =
			agent_sf_find(&headers->signature_agent, key);

		if (member == NULL || member->is_inner_list ||
			member->items[0].value.type != AGENT_SF_STRING) {
			return AGENT_NO_SIGNATURE_AGENT;
		}
		if (!read_type(&member->items[0], &type)) {
			return AGENT_UNKNOWN_AGENT;
		}
		text = member->items[0].value.text;
	}
	return agent_url_read(type, text, room, url) ? AGENT_GOOD : AGENT_UNKNOWN_AGENT;
}

enum agent_reason agent_signature_bytes(const struct agent_signature *signature,
	const struct agent_headers *headers, struct str *out)
{
	const struct agent_sf_member *member = agent_sf_find(&headers->signature, signature->label);

	if (member == NULL || member->is_inner_list ||
		member->items[0].value.type != AGENT_SF_BYTES) {
		return AGENT_NO_SIGNATURE_BYTES;
	}
	*out = member->items[0].value.text;
	return AGENT_GOOD;
}
