/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "believe.h"

static bool is_trusted_proxy(const struct config_frontend *frontend, const struct addr *addr)
{
	for (size_t i = 0; i < frontend->trusted_proxy_count; i++) {
		if (prefix_contains(&frontend->trusted_proxies[i], addr)) {
			return true;
		}
	}
	return false;
}

bool believe_peer(const struct config_frontend *frontend, const struct addr *peer)
{
	return peer->family == ADDR_NONE || is_trusted_proxy(frontend, peer);
}

static bool are_headers_honoured(const struct input *input, const struct config_frontend *frontend)
{
	struct str remote = input->values[INPUT_REMOTE_ADDR];
	struct addr peer;

	if (frontend->trust_headers || remote.data == NULL ||
		str_eq_text(input->values[INPUT_DOORWARD_TRUST_HEADERS], "1")) {
		return true;
	}
	return frontend->trusted_proxy_count > 0 && addr_parse(remote, &peer) &&
	       is_trusted_proxy(frontend, &peer);
}

/*
 * Each proxy appends the address it was asked from, so only what stands to the right of the first
 * untrusted address was written by proxies that are trusted. If all of them are, the leftmost is
 * the client.
 */
static enum believe_address rightmost_untrusted(
	struct str list, const struct config_frontend *frontend, struct addr *out)
{
	struct addr addr;
	size_t end = list.len;

	for (;;) {
		size_t start = end;

		while (start > 0 && list.data[start - 1] != ',') {
			start--;
		}
		struct str item = str_trim((struct str){list.data + start, end - start});

		if (!addr_parse(item, &addr)) {
			return BELIEVE_BAD_ADDRESS;
		}
		if (start == 0 || !is_trusted_proxy(frontend, &addr)) {
			*out = addr;
			return BELIEVE_OK;
		}
		end = start - 1;
	}
}

/*
 * X-Real-IP if honoured; X-Forwarded-For from the right, past the trusted proxies, if honoured and
 * configured; REMOTE_ADDR.
 */
static enum believe_address address_of(const struct input *input,
	const struct config_frontend *frontend, bool honoured, struct addr *out)
{
	struct str real_ip = input->values[INPUT_X_REAL_IP];
	struct str forwarded = input->values[INPUT_X_FORWARDED_FOR];
	struct str source = input->values[INPUT_REMOTE_ADDR];

	if (honoured && real_ip.data != NULL) {
		source = real_ip;
	} else if (honoured && frontend->forwarded_for && forwarded.data != NULL) {
		return rightmost_untrusted(forwarded, frontend, out);
	}
	if (source.data == NULL) {
		return BELIEVE_NO_ADDRESS;
	}
	return addr_parse(source, out) ? BELIEVE_OK : BELIEVE_BAD_ADDRESS;
}

static struct str value_of(const struct input *input, enum cert_input name)
{
	return input->values[INPUT_CERT + name];
}

static struct str param_or_header(
	const struct input *input, enum cert_input param, enum cert_input header, bool honoured)
{
	struct str value = value_of(input, param);

	return value.data != NULL || !honoured ? value : value_of(input, header);
}

void believe_certificate(const struct input *input, const struct config_frontend *frontend,
	bool honoured, struct believe_cert *out)
{
	const struct cert_sources *sources = &frontend->cert;
	bool is_param = value_of(input, CERT_INPUT_PARAM).data != NULL;
	struct str absent = {NULL, 0};

	*out = (struct believe_cert){
		.text = param_or_header(input, CERT_INPUT_PARAM, CERT_INPUT_HEADER, honoured),
		.codec = is_param ? sources->param_codec : sources->header_codec,
		.list = sources->list,
		.intermediates = honoured ? value_of(input, CERT_INPUT_CHAIN) : absent,
	};
	if (sources->no_cert != NULL && str_eq_text(out->text, sources->no_cert)) {
		out->text = absent;
	}
	struct str status =
		param_or_header(input, CERT_INPUT_STATUS_PARAM, CERT_INPUT_STATUS_HEADER, honoured);

	/* A param beside it may speak of another certificate: that of a proxy in between. */
	if (out->text.len > 0 && !is_param &&
		value_of(input, CERT_INPUT_STATUS_HEADER).data != NULL) {
		status = value_of(input, CERT_INPUT_STATUS_HEADER);
	}
	out->word = cert_sources_word(sources, status,
		honoured ? value_of(input, CERT_INPUT_FINDING) : absent, out->text.len > 0);
}

/* Identity headers beside X-Forwarded-For, which counts only where it is configured. */
static const enum input_name identity[] = {INPUT_X_REAL_IP, INPUT_CERT + CERT_INPUT_HEADER,
	INPUT_CERT + CERT_INPUT_CHAIN, INPUT_CERT + CERT_INPUT_STATUS_HEADER,
	INPUT_CERT + CERT_INPUT_FINDING};

static enum input_name ignored_of(
	const struct input *input, const struct config_frontend *frontend, bool honoured)
{
	if (honoured) {
		return INPUT_COUNT;
	}
	for (size_t i = 0; i < ARRAY_LEN(identity); i++) {
		if (input->values[identity[i]].data != NULL) {
			return identity[i];
		}
	}
	return frontend->forwarded_for && input->values[INPUT_X_FORWARDED_FOR].data != NULL
		       ? INPUT_X_FORWARDED_FOR
		       : INPUT_COUNT;
}

static unsigned counted_in(const struct input *input, bool honoured)
{
	static const unsigned address = 1U << INPUT_REMOTE_ADDR | 1U << INPUT_X_REAL_IP |
					1U << INPUT_X_FORWARDED_FOR |
					1U << INPUT_DOORWARD_TRUST_HEADERS;
	unsigned counted = input->present & ~address;

	for (size_t i = 0; !honoured && i < ARRAY_LEN(identity); i++) {
		counted &= ~(1U << identity[i]);
	}
	return counted;
}

void believe(const struct input *input, const struct config_frontend *frontend, struct belief *out)
{
	bool honoured = are_headers_honoured(input, frontend);

	*out = (struct belief){
		.honoured = honoured,
		.counted = counted_in(input, honoured),
		.ignored = ignored_of(input, frontend, honoured),
	};
	out->address = address_of(input, frontend, honoured, &out->ip);
}
