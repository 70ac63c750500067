/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/response.h"

#include "base/clock.h"

static const struct {
	unsigned status;
	const char *phrase;
} phrases[] = {
	{200, "OK"}, {401, "Unauthorized"}, {403, "Forbidden"}, {503, "Service Unavailable"}};

static const char *phrase_of(unsigned status)
{
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		if (phrases[i].status == status) {
			return phrases[i].phrase;
		}
	}
	return "";
}

/* Printable ASCII as it is but for the bytes in `special`; all else as \HH (RFC 4514 2.4). */
static void append_escaped(struct bytes *out, struct str text, struct str special)
{
	size_t plain = 0; /* where those bytes begin that are not written yet */

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c < 0x20 || c >= 0x7f || str_find(special, c) < special.len) {
			bytes_append(out, text.data + plain, i - plain);
			bytes_appendf(out, "\\%02X", (uint8_t)c);
			plain = i + 1;
		}
	}
	bytes_append_str(out, str_from(text, plain));
}

static void append_san(struct bytes *out, const char *kind, struct str name, size_t start)
{
	bytes_append_text(out, out->len > start ? ", " : "");
	bytes_append_text(out, kind);
	append_escaped(out, name, str_view(", \"\\"));
}

static void append_san_list(struct bytes *out, const char *kind, struct str_list list, size_t start)
{
	for (size_t i = 0; i < list.count; i++) {
		append_san(out, kind, list.items[i], start);
	}
}

void authz_response_san(const struct cert_identity *identity, struct bytes *out)
{
	size_t start = out->len;

	append_san_list(out, "DNS:", identity->dns, start);
	for (size_t i = 0; i < identity->ip_count; i++) {
		char text[ADDR_TEXT_MAX];

		addr_format(&identity->ip[i], text);
		append_san(out, "IP:", str_view(text), start);
	}
	append_san_list(out, "email:", identity->email, start);
	append_san_list(out, "URI:", identity->uri, start);
}

struct header_writer {
	struct bytes *out;
	const char *prefix;
};

static void begin_header(const struct header_writer *w, const char *name)
{
	bytes_append_text(w->out, w->prefix);
	bytes_append_text(w->out, name);
	bytes_append_text(w->out, ": ");
}

/* Headers without a value are left out. */
static void header(const struct header_writer *w, const char *name, struct str value)
{
	if (value.len > 0) {
		begin_header(w, name);
		append_escaped(w->out, value, (struct str){NULL, 0});
		bytes_append_text(w->out, "\r\n");
	}
}

static void certificate_headers(const struct header_writer *w, const struct cert_identity *identity)
{
	char not_after[CLOCK_TEXT_MAX];

	header(w, "X-Client-Cert-Subject", identity->subject);
	header(w, "X-Client-Cert-Issuer", identity->issuer);
	header(w, "X-Client-Cert-Serial", identity->serial);
	header(w, "X-Client-Cert-Fingerprint", identity->sha256);
	if (identity->dns.count + identity->ip_count + identity->email.count + identity->uri.count >
		0) {
		begin_header(w, "X-Client-Cert-San");
		authz_response_san(identity, w->out);
		bytes_append_text(w->out, "\r\n");
	}
	clock_format(identity->not_after, not_after);
	header(w, "X-Client-Cert-Not-After", str_view(not_after));
}

static void client_headers(const struct header_writer *w, const struct authz *a)
{
	header(w, "X-Client-Hostname", a->hostname);
	header(w, "X-Client-Rdns", str_view(dns_fcrdns_status_word(authz_rdns_status(a))));
	if (a->cert_verified) {
		certificate_headers(w, a->identity);
	}
	if (a->policy != NULL) {
		header(w, "X-Doorward-Policy", a->policy->name);
	}
	header(w, "X-Doorward-Reason", str_view(policy_reason_word(a->reason)));
	if (a->rule != NULL) {
		header(w, "X-Doorward-Rule", policy_rule_place(a->rule));
	}
}

void authz_response_head(const struct authz *a, enum fcgi_role role, struct bytes *out)
{
	bool authorizer = role == FCGI_ROLE_AUTHORIZER;
	struct header_writer w = {out, authorizer ? "Variable-" : ""};

	bytes_appendf(out, "Status: %u %s\r\n", a->status, phrase_of(a->status));
	if (a->verdict == AUTHZ_ALLOW || !authorizer) {
		client_headers(&w, a);
	}
}

#define DIGITS_MAX 10

void authz_response_caching(
	uint32_t max_age_s, enum fcgi_role role, bool to_client, struct bytes *out)
{
	/* nginx reads Cache-Control only where it has not seen the other before. */
	static const char for_nginx[] = "X-Accel-Expires: ";
	static const char for_all[] = "\r\nCache-Control: max-age=";
	static const char for_none[] = "\r\nCache-Control: no-store\r\n";
	char text[sizeof(for_nginx) + sizeof(for_none) + 2 * DIGITS_MAX];
	char digits[DIGITS_MAX];
	char *number = digits + DIGITS_MAX;
	char *at = text;

	if (role == FCGI_ROLE_AUTHORIZER) {
		return;
	}
	do {
		*--number = (char)('0' + max_age_s % 10);
		max_age_s /= 10;
	} while (max_age_s > 0);
	size_t len = (size_t)(digits + DIGITS_MAX - number);

	at = mempcpy(at, for_nginx, sizeof(for_nginx) - 1);
	at = mempcpy(at, number, len);
	if (to_client) {
		at = mempcpy(at, for_none, sizeof(for_none) - 1);
	} else {
		at = mempcpy(at, for_all, sizeof(for_all) - 1);
		at = mempcpy(at, number, len);
		at = mempcpy(at, "\r\n", 2);
	}
	bytes_append(out, text, (size_t)(at - text));
}

void authz_response_tail(const struct authz *a, enum fcgi_role role, struct bytes *out)
{
	bool allowed = a->verdict == AUTHZ_ALLOW;

	if (!allowed || role != FCGI_ROLE_AUTHORIZER) {
		bytes_append_text(out, "Content-Type: text/plain\r\n");
	}
	bytes_append_text(out, "\r\n");
	if (!allowed) {
		bytes_appendf(out, "%u %s\n", a->status, phrase_of(a->status));
	}
}

void authz_response_build(const struct authz *a, enum fcgi_role role, struct bytes *out)
{
	authz_response_head(a, role, out);
	authz_response_caching(a->max_age_s, role, false, out);
	authz_response_tail(a, role, out);
}
