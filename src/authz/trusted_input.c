/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/trusted_input.h"

static bool is_trusted_proxy(const struct config_frontend *frontend, const struct addr *addr)
{
	for (size_t i = 0; i < frontend->trusted_proxy_count; i++) {
		if (prefix_contains(&frontend->trusted_proxies[i], addr)) {
			return true;
		}
	}
	return false;
}

bool authz_trusts_peer(const struct config_frontend *frontend, const struct addr *peer)
{
	return peer->family == ADDR_NONE || is_trusted_proxy(frontend, peer);
}

static bool are_headers_honoured(
	const struct authz_input *input, const struct config_frontend *frontend)
{
	struct addr peer;

	if (frontend->trust_headers || input->from_trusted_peer ||
		str_eq_text(input->values[AUTHZ_INPUT_DOORWARD_TRUST_HEADERS], "1")) {
		return true;
	}
	return frontend->trusted_proxy_count > 0 &&
	       addr_parse(input->values[AUTHZ_INPUT_REMOTE_ADDR], &peer) &&
	       is_trusted_proxy(frontend, &peer);
}

/*
 * A proxy may write the client's port behind its address, as Azure Application Gateway does. A zone
 * names an interface of that proxy's, and has no meaning here.
 */
static bool parse_item(struct str item, struct addr *out)
{
	struct endpoint endpoint;
	size_t last = item.len - 1;

	if (item.len > 2 && item.data[0] == '[' && item.data[last] == ']') {
		item = (struct str){item.data + 1, item.len - 2};
		return addr_parse(item, out) && str_find(item, ':') < item.len;
	}
	if (str_find(item, '%') < item.len || !endpoint_parse(item, UINT16_MAX, &endpoint)) {
		return false;
	}
	*out = endpoint.addr;
	return true;
}

static bool take_address(struct authz_trusted_input *trusted, enum authz_input_name source,
	struct str text, bool good, struct addr addr)
{
	trusted->source = source;
	trusted->address = good ? AUTHZ_CLIENT_ADDRESS_OK : AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS;
	trusted->ip = good ? addr : (struct addr){.family = ADDR_NONE};
	trusted->bad = good ? (struct str){NULL, 0} : text;
	return good;
}

static bool take_one(struct authz_trusted_input *trusted, const struct authz_input *input,
	enum authz_input_name source)
{
	struct str text = input->values[source];
	struct addr addr = {.family = ADDR_NONE};
	/* CGI's address has no port (RFC 3875 4.1.8). */
	bool good = source == AUTHZ_INPUT_REMOTE_ADDR ? addr_parse(text, &addr)
						      : parse_item(str_trim(text), &addr);

	return take_address(trusted, source, text, good, addr);
}

/* Cuts the last item off a line; false: it was the only one. */
static bool split_last(struct str *line, struct str *item)
{
	size_t start = line->len;

	while (start > 0 && line->data[start - 1] != ',') {
		start--;
	}
	*item = str_trim((struct str){line->data + start, line->len - start});
	line->len = start > 0 ? start - 1 : 0;
	return start > 0;
}

/*
 * Each proxy appends the address of its peer, so only the items to the right of the first untrusted
 * address were written by trusted proxies. If all are trusted, the leftmost is the client.
 */
static bool take_list(struct authz_trusted_input *trusted, const struct authz_input *input,
	const struct config_frontend *frontend)
{
	size_t left = input->more_line_count;
	struct str line =
		left > 0 ? input->more_lines[left - 1] : input->values[AUTHZ_INPUT_X_FORWARDED_FOR];
	struct str item;
	struct addr addr = {.family = ADDR_NONE};

	for (;;) {
		bool more = split_last(&line, &item);
		bool good = parse_item(item, &addr);

		if (!good || (!more && left == 0) || !is_trusted_proxy(frontend, &addr)) {
			return take_address(trusted, AUTHZ_INPUT_X_FORWARDED_FOR, item, good, addr);
		}
		if (!more) {
			left--;
			line = left > 0 ? input->more_lines[left - 1]
					: input->values[AUTHZ_INPUT_X_FORWARDED_FOR];
		}
	}
}

/* Both headers are configured to count: if they differ, one of them is the client's own. */
static void take_both(struct authz_trusted_input *trusted, const struct authz_input *input,
	const struct config_frontend *frontend)
{
	struct addr first;

	if (!take_one(trusted, input, AUTHZ_INPUT_X_REAL_IP)) {
		return;
	}
	first = trusted->ip;
	if (take_list(trusted, input, frontend) && !addr_eq(&first, &trusted->ip)) {
		trusted->apart[0] = first;
		trusted->apart[1] = trusted->ip;
		trusted->address = AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES;
		trusted->ip = (struct addr){.family = ADDR_NONE};
	}
}

/* The input that has the address, as configured, if identity headers count. */
static enum authz_input_name header_of(
	const struct authz_input *input, const struct config_frontend *frontend)
{
	switch (frontend->address) {
	case CONFIG_ADDRESS_REMOTE_ADDR:
		return AUTHZ_INPUT_REMOTE_ADDR;
	case CONFIG_ADDRESS_X_REAL_IP:
		return AUTHZ_INPUT_X_REAL_IP;
	case CONFIG_ADDRESS_X_FORWARDED_FOR:
		return AUTHZ_INPUT_X_FORWARDED_FOR;
	case CONFIG_ADDRESS_AUTO:
		break;
	}
	if (input->values[AUTHZ_INPUT_X_REAL_IP].data != NULL) {
		return AUTHZ_INPUT_X_REAL_IP;
	}
	return frontend->forwarded_for && input->values[AUTHZ_INPUT_X_FORWARDED_FOR].data != NULL
		       ? AUTHZ_INPUT_X_FORWARDED_FOR
		       : AUTHZ_INPUT_REMOTE_ADDR;
}

static void take_client(struct authz_trusted_input *trusted, const struct authz_input *input,
	const struct config_frontend *frontend)
{
	trusted->source = trusted->honoured ? header_of(input, frontend) : AUTHZ_INPUT_REMOTE_ADDR;
	if (input->values[trusted->source].data == NULL) {
		trusted->address = AUTHZ_CLIENT_ADDRESS_NO_ADDRESS;
	} else if (trusted->source == AUTHZ_INPUT_X_FORWARDED_FOR) {
		take_list(trusted, input, frontend);
	} else if (trusted->source == AUTHZ_INPUT_X_REAL_IP && frontend->forwarded_for &&
		   frontend->address == CONFIG_ADDRESS_AUTO &&
		   input->values[AUTHZ_INPUT_X_FORWARDED_FOR].data != NULL) {
		take_both(trusted, input, frontend);
	} else {
		take_one(trusted, input, trusted->source);
	}
}

static struct str value_of(const struct authz_input *input, enum cert_input name)
{
	return input->values[AUTHZ_INPUT_CERT + name];
}

/*
 * Whether the param counts or the header: the one that came, else the one that the front end could
 * send.
 */
static bool is_by_param(const struct authz_input *input, const struct cert_sources *sources,
	bool honoured, enum cert_input param, enum cert_input header)
{
	if (value_of(input, param).data != NULL) {
		return true;
	}
	return !honoured || sources->names[header].data == NULL ||
	       (value_of(input, header).data == NULL && sources->names[param].data != NULL);
}

/* The header, where the certificate is one; a text for "no value" is an empty one. */
static struct str said_of(const struct authz_input *input, const struct cert_sources *sources,
	bool by_param, enum cert_input name)
{
	struct str value = by_param ? (struct str){NULL, 0} : value_of(input, name);

	return sources->no_cert != NULL && str_eq_text(value, sources->no_cert) ? str_view("")
										: value;
}

void authz_client_certificate(const struct authz_input *input,
	const struct config_frontend *frontend, bool honoured, struct authz_trusted_cert *out)
{
	const struct cert_sources *sources = &frontend->cert;
	bool by_param = is_by_param(input, sources, honoured, CERT_INPUT_PARAM, CERT_INPUT_HEADER);
	struct str absent = {NULL, 0};

	*out = (struct authz_trusted_cert){
		.text = value_of(input, by_param ? CERT_INPUT_PARAM : CERT_INPUT_HEADER),
		.codec = by_param ? sources->param_codec : sources->header_codec,
		.list = sources->list,
		.cert_name = AUTHZ_INPUT_CERT + (by_param ? CERT_INPUT_PARAM : CERT_INPUT_HEADER),
	};
	if (sources->no_cert != NULL && str_eq_text(out->text, sources->no_cert)) {
		out->text = absent;
	}
	bool present = out->text.len > 0;

	if (!present) {
		by_param = is_by_param(input, sources, honoured, CERT_INPUT_STATUS_PARAM,
			CERT_INPUT_STATUS_HEADER);
	}
	enum cert_input status = by_param ? CERT_INPUT_STATUS_PARAM : CERT_INPUT_STATUS_HEADER;

	out->intermediates = by_param ? absent : value_of(input, CERT_INPUT_CHAIN);
	out->status_name = AUTHZ_INPUT_CERT + status;
	out->digest = said_of(input, sources, by_param, CERT_INPUT_DIGEST);
	out->subject = said_of(input, sources, by_param, CERT_INPUT_SUBJECT);
	out->issuer = said_of(input, sources, by_param, CERT_INPUT_ISSUER);
	out->verify_status = cert_sources_verify_status(sources, value_of(input, status),
		by_param ? absent : value_of(input, CERT_INPUT_FINDING), present);
}

/* Bits 1 << enum authz_input_name: headers that identify the client, but for its address. */
static const unsigned cert_headers =
	(1U << CERT_INPUT_HEADER | 1U << CERT_INPUT_CHAIN | 1U << CERT_INPUT_STATUS_HEADER |
		1U << CERT_INPUT_FINDING | 1U << CERT_INPUT_DIGEST | 1U << CERT_INPUT_SUBJECT |
		1U << CERT_INPUT_ISSUER)
	<< AUTHZ_INPUT_CERT;

/*
 * A header that may have another address than the one used, unless the configuration names its
 * source.
 */
static enum authz_input_name ignored_address(const struct authz_input *input,
	const struct config_frontend *frontend, const struct authz_trusted_input *trusted)
{
	bool is_header = trusted->honoured && trusted->source != AUTHZ_INPUT_REMOTE_ADDR;

	if (is_header || frontend->address == CONFIG_ADDRESS_REMOTE_ADDR) {
		return AUTHZ_INPUT_COUNT;
	}
	if (frontend->address != CONFIG_ADDRESS_X_FORWARDED_FOR &&
		input->values[AUTHZ_INPUT_X_REAL_IP].data != NULL) {
		return AUTHZ_INPUT_X_REAL_IP;
	}
	return frontend->address != CONFIG_ADDRESS_X_REAL_IP &&
			       input->values[AUTHZ_INPUT_X_FORWARDED_FOR].data != NULL
		       ? AUTHZ_INPUT_X_FORWARDED_FOR
		       : AUTHZ_INPUT_COUNT;
}

static enum authz_input_name ignored_of(const struct authz_input *input,
	const struct config_frontend *frontend, const struct authz_trusted_input *trusted)
{
	enum authz_input_name ignored = ignored_address(input, frontend, trusted);

	if (trusted->honoured || ignored == AUTHZ_INPUT_X_REAL_IP) {
		return ignored;
	}
	unsigned came = input->present & cert_headers;

	return came != 0 ? (enum authz_input_name)__builtin_ctz(came) : ignored;
}

static unsigned counted_in(const struct authz_input *input, bool honoured)
{
	static const unsigned address =
		1U << AUTHZ_INPUT_REMOTE_ADDR | 1U << AUTHZ_INPUT_X_REAL_IP |
		1U << AUTHZ_INPUT_X_FORWARDED_FOR | 1U << AUTHZ_INPUT_DOORWARD_TRUST_HEADERS;

	return input->present & ~address & ~(honoured ? 0 : cert_headers);
}

void authz_trust_input(const struct authz_input *input, const struct config_frontend *frontend,
	struct authz_trusted_input *out)
{
	bool honoured = are_headers_honoured(input, frontend);

	*out = (struct authz_trusted_input){
		.honoured = honoured, .counted = counted_in(input, honoured)};
	take_client(out, input, frontend);
	out->ignored = ignored_of(input, frontend, out);
}
