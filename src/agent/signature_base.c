/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/signature_base.h"

#include "agent/query_param.h"

#include <string.h>

enum component {
	COMPONENT_METHOD,
	COMPONENT_TARGET_URI,
	COMPONENT_AUTHORITY,
	COMPONENT_SCHEME,
	COMPONENT_PATH,
	COMPONENT_QUERY,
	COMPONENT_QUERY_PARAM,
	COMPONENT_FIELD,  /* a whole header field */
	COMPONENT_MEMBER, /* one member of a header field that is a dictionary */
	COMPONENT_UNKNOWN
};

/* Derived components (RFC 9421 2.2) that an authorizer can know. */
static const struct {
	const char *name;
	enum component component;
} derived[] = {
	{"@method", COMPONENT_METHOD},
	{"@target-uri", COMPONENT_TARGET_URI},
	{"@authority", COMPONENT_AUTHORITY},
	{"@scheme", COMPONENT_SCHEME},
	{"@path", COMPONENT_PATH},
	{"@query", COMPONENT_QUERY},
	{"@query-param", COMPONENT_QUERY_PARAM},
};

/* The value of an item's only parameter, if it is a String of that name. */
static const struct agent_sf_value *only_parameter(
	const struct agent_sf_item *item, const char *name)
{
	const struct agent_sf_value *value = agent_sf_parameter(item->parameters, name);

	return value != NULL && value->type == AGENT_SF_STRING && item->parameters.count == 1
		       ? value
		       : NULL;
}

/* A field name (RFC 9110 5.1) in lower case, as components have it. */
static bool is_field_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!agent_sf_is_token_byte(c) || c == ':' || c == '/' || c != ascii_lower(c)) {
			return false;
		}
	}
	return name.len > 0;
}

/* The headers whose members can be components. */
static const struct agent_sf_list *dictionary_of(
	const struct agent_base_sources *sources, struct str name)
{
	if (str_eq_text(name, "signature-agent")) {
		return sources->signature_agent;
	}
	if (str_eq_text(name, "signature-input")) {
		return sources->signature_input;
	}
	return str_eq_text(name, "signature") ? sources->signature : NULL;
}

static bool has_dictionary(struct str name)
{
	return str_eq_text(name, "signature-agent") || str_eq_text(name, "signature-input") ||
	       str_eq_text(name, "signature");
}

static enum component component_of(const struct agent_sf_item *item)
{
	struct str name = item->value.text;

	for (size_t i = 0; i < ARRAY_LEN(derived); i++) {
		if (!str_eq_text(name, derived[i].name)) {
			continue;
		}
		bool good = derived[i].component == COMPONENT_QUERY_PARAM
				    ? only_parameter(item, "name") != NULL
				    : item->parameters.count == 0;

		return good ? derived[i].component : COMPONENT_UNKNOWN;
	}
	if (!is_field_name(name)) {
		return COMPONENT_UNKNOWN;
	}
	if (item->parameters.count == 0) {
		return COMPONENT_FIELD;
	}
	return has_dictionary(name) && only_parameter(item, "key") != NULL ? COMPONENT_MEMBER
									   : COMPONENT_UNKNOWN;
}

/* Two components of one identifier: the name, and the one parameter that each may have. */
static bool is_same(const struct agent_sf_item *a, const struct agent_sf_item *b)
{
	return str_eq(a->value.text, b->value.text) && a->parameters.count == b->parameters.count &&
	       (a->parameters.count == 0 || str_eq(a->parameters.items[0].value.text,
						    b->parameters.items[0].value.text));
}

enum agent_reason agent_components_check(const struct agent_sf_member *input)
{
	size_t query_params = 0;
	bool has_host = false;
	bool known = true;

	for (size_t i = 0; i < input->count; i++) {
		const struct agent_sf_item *item = &input->items[i];

		if (item->value.type != AGENT_SF_STRING ||
			str_eq_text(item->value.text, "@signature-params")) {
			return AGENT_MALFORMED;
		}
		enum component component = component_of(item);

		known = known && component != COMPONENT_UNKNOWN;
		query_params += component == COMPONENT_QUERY_PARAM;
		has_host = has_host || component == COMPONENT_AUTHORITY ||
			   component == COMPONENT_TARGET_URI;
		for (size_t j = 0; j < i && known; j++) {
			if (is_same(&input->items[j], item)) {
				return AGENT_MALFORMED;
			}
		}
	}
	if (!known) {
		return AGENT_UNKNOWN_COMPONENT;
	}
	if (query_params > AGENT_QUERY_PARAMS_MAX) {
		return AGENT_TOO_LARGE;
	}
	return has_host ? AGENT_GOOD : AGENT_NOT_COVERED;
}

/* Whether a value can stand in a line of the base: visible ASCII, and blanks inside. */
static bool is_line(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		if ((c < 0x20 && c != '\t') || c > 0x7e) {
			return false;
		}
	}
	return true;
}

static enum agent_reason append_line(struct str value, struct bytes *out)
{
	if (value.len > AGENT_BASE_MAX) {
		return AGENT_TOO_LARGE;
	}
	if (!is_line(value)) {
		return AGENT_UNKNOWN_COMPONENT;
	}
	bytes_append_str(out, value);
	return AGENT_GOOD;
}

static void append_lower(struct str text, struct bytes *out)
{
	for (size_t i = 0; i < text.len; i++) {
		bytes_append_u8(out, (uint8_t)ascii_lower(text.data[i]));
	}
}

static bool is_scheme(struct str scheme)
{
	return str_eq_nocase(scheme, str_view("https")) || str_eq_nocase(scheme, str_view("http"));
}

static enum agent_reason append_scheme(const struct agent_request *request, struct bytes *out)
{
	if (!is_scheme(request->scheme)) {
		return AGENT_UNSEEN_COMPONENT;
	}
	append_lower(request->scheme, out);
	return AGENT_GOOD;
}

/* One host and port (RFC 3986 3.2.2, 3.2.3) as a Host field has it, and not two of them, joined. */
static bool is_authority(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!ascii_is_alnum(c) && (c == '\0' || strchr("-._~%!$&'()*+;=:[]", c) == NULL)) {
			return false;
		}
	}
	return text.len > 0 && text.len <= AGENT_BASE_MAX;
}

/* Where the port begins, with its colon; the end, if there is no port. */
static size_t port_place(struct str authority)
{
	size_t i = authority.len;

	while (i > 0 && ascii_is_digit(authority.data[i - 1])) {
		i--;
	}
	return i > 0 && authority.data[i - 1] == ':' ? i - 1 : authority.len;
}

/* RFC 9421 2.2.3: in lower case, without the default port of the scheme. */
static enum agent_reason append_authority(const struct agent_request *request, struct bytes *out)
{
	struct str authority = request->authority;
	size_t place = port_place(authority);
	struct str port = str_from(authority, place);
	bool https = str_eq_nocase(request->scheme, str_view("https"));

	if (!is_authority(authority)) {
		return AGENT_UNSEEN_COMPONENT;
	}
	if (port.len > 0 && !is_scheme(request->scheme)) {
		return AGENT_UNSEEN_COMPONENT;
	}
	if (str_eq_text(port, ":") || str_eq_text(port, https ? ":443" : ":80")) {
		authority.len = place;
	}
	append_lower(authority, out);
	return AGENT_GOOD;
}

/* The origin form of a request target (RFC 9112 3.2.1), which has no fragment. */
static bool is_origin_form(struct str target)
{
	return str_starts_with(target, "/") && str_find(target, '#') == target.len;
}

static enum agent_reason append_target_uri(const struct agent_request *request, struct bytes *out)
{
	enum agent_reason reason = append_scheme(request, out);

	if (reason == AGENT_GOOD) {
		bytes_append_text(out, "://");
		reason = append_authority(request, out);
	}
	return reason == AGENT_GOOD ? append_line(request->target, out) : reason;
}

static enum agent_reason append_query(struct str query, struct bytes *out)
{
	bytes_append_u8(out, '?');
	return append_line(str_from(query, 1), out);
}

static enum agent_reason append_query_param(
	const struct agent_sf_item *item, struct str query, struct arena *arena, struct bytes *out)
{
	struct str name = only_parameter(item, "name")->text;

	switch (agent_query_param_write(str_from(query, 1), name, arena, out)) {
	case AGENT_QUERY_PARAM_FOUND:
		return AGENT_GOOD;
	case AGENT_QUERY_PARAM_ABSENT:
		return AGENT_UNSEEN_COMPONENT;
	case AGENT_QUERY_PARAM_UNKNOWN:
		break;
	}
	return AGENT_UNKNOWN_COMPONENT;
}

/* RFC 9421 2.1 */
static enum agent_reason append_field(
	const struct agent_request *request, struct str name, struct bytes *out)
{
	struct str value = {NULL, 0};

	if (str_eq_text(name, "signature-agent")) {
		value = request->signature_agent;
	} else if (str_eq_text(name, "signature-input")) {
		value = request->signature_input;
	} else if (str_eq_text(name, "signature")) {
		value = request->signature;
	} else if (request->header == NULL || !request->header(request->ctx, name, &value)) {
		return AGENT_UNSEEN_COMPONENT;
	}
	return value.data != NULL ? append_line(str_trim(value), out) : AGENT_UNSEEN_COMPONENT;
}

/* RFC 9421 2.1.2 */
static enum agent_reason append_member(const struct agent_sf_item *item,
	const struct agent_base_sources *sources, struct bytes *out)
{
	const struct agent_sf_member *member = agent_sf_find(
		dictionary_of(sources, item->value.text), only_parameter(item, "key")->text);

	if (member == NULL) {
		return AGENT_UNSEEN_COMPONENT;
	}
	return agent_sf_write_member(out, member) ? AGENT_GOOD : AGENT_NO_MEMORY;
}

static enum agent_reason append_value(const struct agent_sf_item *item,
	const struct agent_base_sources *sources, struct arena *arena, struct bytes *out)
{
	const struct agent_request *request = sources->request;
	enum component component = component_of(item);
	size_t mark = str_find(request->target, '?');
	struct str query = str_from(request->target, mark);

	switch (component) {
	case COMPONENT_METHOD:
		return request->method.len > 0 ? append_line(request->method, out)
					       : AGENT_UNSEEN_COMPONENT;
	case COMPONENT_AUTHORITY:
		return append_authority(request, out);
	case COMPONENT_SCHEME:
		return append_scheme(request, out);
	case COMPONENT_FIELD:
		return append_field(request, item->value.text, out);
	case COMPONENT_MEMBER:
		return append_member(item, sources, out);
	case COMPONENT_TARGET_URI:
	case COMPONENT_PATH:
	case COMPONENT_QUERY:
	case COMPONENT_QUERY_PARAM:
		break;
	case COMPONENT_UNKNOWN:
		return AGENT_UNKNOWN_COMPONENT;
	}
	if (!is_origin_form(request->target)) {
		return AGENT_UNSEEN_COMPONENT;
	}
	if (component == COMPONENT_TARGET_URI) {
		return append_target_uri(request, out);
	}
	if (component == COMPONENT_PATH) {
		return append_line((struct str){request->target.data, mark}, out);
	}
	return component == COMPONENT_QUERY ? append_query(query, out)
					    : append_query_param(item, query, arena, out);
}

enum agent_reason agent_base_write(const struct agent_sf_member *input,
	const struct agent_base_sources *sources, struct arena *arena, struct bytes *out)
{
	enum agent_reason reason;
	bool good = true;

	for (size_t i = 0; i < input->count && good; i++) {
		good = agent_sf_write_item(out, &input->items[i]) && bytes_append_text(out, ": ");
		reason = append_value(&input->items[i], sources, arena, out);

		if (reason != AGENT_GOOD) {
			return reason;
		}
		bytes_append_u8(out, '\n');
		if (out->len > AGENT_BASE_MAX) {
			return AGENT_TOO_LARGE;
		}
	}
	good = good && bytes_append_text(out, "\"@signature-params\": ") &&
	       agent_sf_write_member(out, input);
	if (out->failed) {
		return AGENT_NO_MEMORY;
	}
	return good && out->len <= AGENT_BASE_MAX ? AGENT_GOOD : AGENT_TOO_LARGE;
}
