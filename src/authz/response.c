/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/response.h"

#include "authz/decision_log.h"
#include "authz/header_text.h"
#include "base/clock.h"
#include "policy/rule.h"

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

struct header_writer {
	struct bytes *out;
	const char *prefix;
	unsigned chosen; /* bit 1 << enum policy_header */
};

static bool is_chosen(const struct header_writer *w, enum policy_header header)
{
	return (w->chosen >> header & 1) != 0;
}

static void begin_header(const struct header_writer *w, const char *name)
{
	bytes_append_text(w->out, w->prefix);
	bytes_append_text(w->out, name);
	bytes_append_text(w->out, ": ");
}

/* Writes a header, if the policy chose it; nothing without a value. */
static void header(const struct header_writer *w, enum policy_header header, struct str value)
{
	if (value.len > 0 && is_chosen(w, header)) {
		begin_header(w, policy_header_name(header));
		authz_header_append(w->out, value, (struct str){NULL, 0});
		bytes_append_text(w->out, "\r\n");
	}
}

static size_t san_count(const struct cert_identity *identity)
{
	return identity->dns.count + identity->ip_count + identity->email.count +
	       identity->uri.count + identity->upn.count + identity->srv.count +
	       identity->smtp_utf8.count;
}

static void san_header(const struct header_writer *w, const struct cert_identity *identity)
{
	if (!is_chosen(w, POLICY_HEADER_CERT_SAN) || san_count(identity) == 0) {
		return;
	}
	begin_header(w, policy_header_name(POLICY_HEADER_CERT_SAN));
	authz_header_append_san(w->out, identity);
	bytes_append_text(w->out, "\r\n");
}

/* Names of OpenSSL and object identifiers, which have no commas. */
static void list_header(
	const struct header_writer *w, enum policy_header header, struct str_list values)
{
	if (values.count == 0 || !is_chosen(w, header)) {
		return;
	}
	begin_header(w, policy_header_name(header));
	for (size_t i = 0; i < values.count; i++) {
		bytes_append_text(w->out, i > 0 ? ", " : "");
		authz_header_append(w->out, values.items[i], (struct str){NULL, 0});
	}
	bytes_append_text(w->out, "\r\n");
}

/* The parameters, beside those that always count, whose values decide in the policy. */
static void vary_header(const struct header_writer *w, const struct policy *policy)
{
	static const char *const params[] = {
		[POLICY_CLAIM_USER_AGENT] = "HTTP_USER_AGENT",
		[POLICY_CLAIM_URI] = "REQUEST_URI",
		[POLICY_CLAIM_METHOD] = "REQUEST_METHOD",
		[POLICY_CLAIM_HTTP_HOST] = "HTTP_HOST",
	};
	unsigned claims = policy_rules_claims(policy->rules);
	const char *separator = "";

	/* A URI in absolute form names the host. */
	if ((claims >> POLICY_CLAIM_HTTP_HOST & 1) != 0) {
		claims |= 1U << POLICY_CLAIM_URI;
	}
	begin_header(w, "X-Doorward-Vary");
	for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
		if ((claims >> i & 1) != 0) {
			bytes_append_text(w->out, separator);
			bytes_append_text(w->out, params[i]);
			separator = ", ";
		}
	}
	if (policy_rules_need_agent(policy->rules)) {
		/* A response to a signed request is not kept: what else is signed need not count.
		 */
		bytes_append_text(w->out, separator);
		bytes_append_text(w->out, "HTTP_SIGNATURE_INPUT");
		separator = ", ";
	}
	bytes_append_text(w->out, separator[0] == '\0' ? "-\r\n" : "\r\n");
}

static void certificate_headers(const struct header_writer *w, const struct authz_decision *d)
{
	const struct cert_identity *identity = d->identity;
	char not_after[CLOCK_TEXT_MAX];

	header(w, POLICY_HEADER_CERT_SUBJECT, identity->subject);
	header(w, POLICY_HEADER_CERT_ISSUER, identity->issuer);
	header(w, POLICY_HEADER_CERT_SERIAL, identity->serial);
	header(w, POLICY_HEADER_CERT_FINGERPRINT, identity->sha256);
	san_header(w, identity);
	clock_format(identity->not_after, not_after);
	header(w, POLICY_HEADER_CERT_NOT_AFTER, str_view(not_after));
	list_header(w, POLICY_HEADER_CERT_EKU, identity->eku);
	list_header(w, POLICY_HEADER_CERT_POLICIES, identity->policies);
	list_header(w, POLICY_HEADER_CERT_KEY, identity->key);
	header(w, POLICY_HEADER_CERT_SPKI, identity->spki);
	header(w, POLICY_HEADER_CERT_ISSUER_SPKI, d->chain_keys.issuer);
	header(w, POLICY_HEADER_CERT_ANCHOR, d->chain_keys.anchor);
}

static void client_headers(const struct header_writer *w, const struct authz_decision *d)
{
	header(w, POLICY_HEADER_HOSTNAME, d->hostname);
	header(w, POLICY_HEADER_RDNS, str_view(dns_fcrdns_status_word(d->names.status)));
	if (d->cert_verified) {
		certificate_headers(w, d);
	}
	if (d->agent.state == AGENT_VERIFIED) {
		header(w, POLICY_HEADER_AGENT, d->agent.url);
	}
	if (d->policy != NULL) {
		header(w, POLICY_HEADER_POLICY, d->policy->name);
	}
	header(w, POLICY_HEADER_REASON, str_view(policy_reason_word(d->reason)));
	if (d->rule != NULL) {
		header(w, POLICY_HEADER_RULE, policy_rule_place(d->rule));
	}
	if (d->policy != NULL && authz_input_asks_vary(&d->request->input)) {
		vary_header(w, d->policy);
	}
}

static void append_head(
	const struct authz_decision *d, enum authz_response_form form, struct bytes *out)
{
	bool authorizer = form == AUTHZ_RESPONSE_AUTHORIZER;
	struct header_writer w = {
		.out = out,
		.prefix = authorizer ? "Variable-" : "",
		.chosen = d->policy != NULL ? d->policy->response_headers : ~0U,
	};

	bytes_appendf(out, "Status: %u %s\r\n", d->status, phrase_of(d->status));
	if (d->verdict == AUTHZ_ALLOW || !authorizer) {
		client_headers(&w, d);
	}
}

/*
 * Over HTTP the response ends with the head: nginx reads no body for auth_request, and would not
 * keep a connection on which one comes.
 */
static void append_tail(
	const struct authz_decision *d, enum authz_response_form form, struct bytes *out)
{
	bool body = d->verdict != AUTHZ_ALLOW && form != AUTHZ_RESPONSE_HTTP;

	if (body || form == AUTHZ_RESPONSE_RESPONDER) {
		bytes_append_text(out, "Content-Type: text/plain\r\n");
	}
	bytes_append_text(out, "\r\n");
	if (body) {
		bytes_appendf(out, "%u %s\n", d->status, phrase_of(d->status));
	}
}

static const char id_header[] = "X-Doorward-Id: ";
static const char id_variable[] = "Variable-X-Doorward-Id: ";

static const char *id_header_of(const struct authz_decision *d, enum authz_response_form form)
{
	if (d->policy != NULL && (d->policy->response_headers >> POLICY_HEADER_ID & 1) == 0) {
		return NULL;
	}
	return form == AUTHZ_RESPONSE_AUTHORIZER && d->verdict == AUTHZ_ALLOW ? id_variable
									      : id_header;
}

struct authz_response authz_response_make(const struct authz_decision *d,
	enum authz_response_form form, const struct config *config, struct bytes *room)
{
	struct authz_response response = {
		.verdict = d->verdict, .reason = d->reason, .id_header = id_header_of(d, form)};

	response.log_fields_cut = authz_decision_log_fields(d, config, room);
	size_t head = room->len;

	append_head(d, form, room);
	size_t tail = room->len;

	append_tail(d, form, room);
	if (!room->failed) {
		struct str all = bytes_view(room);

		response.log_fields = (struct str){all.data, head};
		response.head = (struct str){all.data + head, tail - head};
		response.tail = str_from(all, tail);
	}
	return response;
}

#define DIGITS_MAX 10

/* nginx reads Cache-Control only if X-Accel-Expires did not come before it. */
static const char for_nginx[] = "X-Accel-Expires: ";
static const char for_all[] = "\r\nCache-Control: max-age=";
static const char for_none[] = "\r\nCache-Control: no-store\r\n";
static const char line_end[] = "\r\n";

#define LINES_MAX                                                                                  \
	(sizeof(id_variable) + AUTHZ_REQUEST_ID_LEN + sizeof(line_end) + sizeof(for_nginx) +       \
		sizeof(for_none) + 2 * DIGITS_MAX)

static char *put_id(char *at, const char *header, const struct authz_request_id *id)
{
	at = header == id_header ? mempcpy(at, id_header, sizeof(id_header) - 1)
				 : mempcpy(at, id_variable, sizeof(id_variable) - 1);
	at = mempcpy(at, id->text, sizeof(id->text));
	return mempcpy(at, line_end, sizeof(line_end) - 1);
}

static char *put_caching(char *at, bool none, uint32_t max_age_s)
{
	char digits[DIGITS_MAX];
	char *number = digits + DIGITS_MAX;

	do {
		*--number = (char)('0' + max_age_s % 10);
		max_age_s /= 10;
	} while (max_age_s > 0);
	size_t len = (size_t)(digits + DIGITS_MAX - number);

	at = mempcpy(at, for_nginx, sizeof(for_nginx) - 1);
	at = mempcpy(at, number, len);
	if (none) {
		return mempcpy(at, for_none, sizeof(for_none) - 1);
	}
	at = mempcpy(at, for_all, sizeof(for_all) - 1);
	at = mempcpy(at, number, len);
	return mempcpy(at, line_end, sizeof(line_end) - 1);
}

void authz_response_append(const struct authz_response *response, enum authz_response_form form,
	uint32_t max_age_s, const struct authz_request_id *id, struct bytes *out)
{
	char lines[LINES_MAX];
	char *at = lines;

	if (response->id_header != NULL) {
		at = put_id(at, response->id_header, id);
	}
	if (form != AUTHZ_RESPONSE_AUTHORIZER) {
		at = put_caching(at,
			form == AUTHZ_RESPONSE_HTTP && response->verdict != AUTHZ_ALLOW, max_age_s);
	}
	bytes_append_str(out, response->head);
	bytes_append(out, lines, (size_t)(at - lines));
	bytes_append_str(out, response->tail);
	out->failed = out->failed || response->head.len == 0;
}
