/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/decision_log.h"

#include "authz/cut.h"
#include "authz/header_text.h"
#include "authz/log_line_private.h"
#include "authz/trusted_input_text.h"
#include "base/json.h"
#include "base/util.h"

#include <string.h>

#define CLAIM_MAX 256  /* bytes of a client's claim that go into the log */
#define DETAIL_MAX 768 /* of doorward's own explanation, which ends with the key that helps */
#define CLAIMED_MAX 3u
#define SPACE_KEEP ((size_t)16 * 1024)

static enum authz_log_form form_of(const struct config_log *log)
{
	return log->sink.format == LOG_JSON ? AUTHZ_LOG_JSON : AUTHZ_LOG_TEXT;
}

static bool is_wanted(const struct config_log *log, enum authz_verdict verdict)
{
	return log_enabled(LOG_LEVEL_INFO) &&
	       (log->decisions == CONFIG_DECISIONS_ALL ||
		       (log->decisions == CONFIG_DECISIONS_DENIED && verdict != AUTHZ_ALLOW));
}

/* The alternative names that rules read, as in X-Client-Cert-San. */
static void append_cert_san(struct authz_log_line *l, const struct cert_identity *identity)
{
	static const char more[] = "...";
	struct bytes text;

	bytes_init(&text, 0);
	authz_header_append_san(&text, identity);
	if (text.len > l->claim_max) {
		text.len = l->claim_max - strlen(more);
		bytes_append_text(&text, more);
	}
	if (text.len > 0 && !text.failed) {
		authz_log_claim(l, AUTHZ_TEXT_CERT_SAN, bytes_view(&text));
	}
	bytes_clear(&text);
}

static void append_certificate(struct authz_log_line *l, const struct authz_decision *d)
{
	if (!d->cert_present) {
		return;
	}
	authz_log_literal(l, "cert", d->cert_verified ? "verified" : "refused");
	if (d->identity != NULL) {
		authz_log_claim(l, AUTHZ_TEXT_CERT_SUBJECT, d->identity->subject);
		authz_log_word(l, "cert_sha256", d->identity->sha256);
		if (d->verdict != AUTHZ_ALLOW) {
			append_cert_san(l, d->identity);
			authz_log_word(l, "cert_issuer_spki", d->chain_keys.issuer);
			authz_log_word(l, "cert_anchor", d->chain_keys.anchor);
		}
	}
}

/* The names of the PTR that are not confirmed; host names need no quotes. */
static void append_claimed(struct authz_log_line *l, const struct authz_decision *d)
{
	const struct dns_fcrdns_result *rdns = d->names.rdns;
	struct bytes text;

	if (rdns == NULL || rdns->ptr.count == 0 || rdns->names.count > 0) {
		return;
	}
	bytes_init(&text, 0);
	for (size_t i = 0; i < rdns->ptr.count && i < CLAIMED_MAX; i++) {
		bytes_append_text(&text, i > 0 ? "," : "");
		bytes_append_str(&text, rdns->ptr.items[i]);
	}
	if (rdns->ptr.count > CLAIMED_MAX) {
		bytes_append_text(&text, ",...");
	}
	authz_log_word(l, "ptr", bytes_view(&text));
	bytes_clear(&text);
}

static void append_ignored(struct authz_log_line *l, const struct authz_decision *d,
	const struct config_frontend *frontend)
{
	struct bytes text;

	if (d->trusted.ignored == AUTHZ_INPUT_COUNT) {
		return;
	}
	bytes_init(&text, 0);
	authz_trusted_ignored_text(&d->trusted, frontend, &text);
	authz_log_claim(l, AUTHZ_TEXT_IGNORED, bytes_view(&text));
	bytes_clear(&text);
}

/* The agent that signed the request; or the one that is claimed, and why it is not verified. */
static void append_agent(struct authz_log_line *l, const struct authz_agent *agent)
{
	if (!agent->is_known) {
		return;
	}
	if (agent->state == AGENT_VERIFIED) {
		authz_log_word(l, "agent", agent->url);
	}
	authz_log_literal(l, "agent_status", agent_state_word(agent->state));
	if (agent->state == AGENT_INVALID || agent->state == AGENT_UNVERIFIED) {
		authz_log_literal(l, "agent_reason", agent_reason_word(agent->reason));
		authz_log_word(l, "agent_claimed", agent->url);
	}
}

/* Where a rule asks for it. */
static void append_network(struct authz_log_line *l, const struct authz_network *network)
{
	if (network->asn_known) {
		authz_log_number(l, "asn", network->asn);
	}
	if (network->country_known) {
		authz_log_word(l, "country", str_view(network->country));
	}
}

static void append_client(struct authz_log_line *l, const struct authz_decision *d,
	const struct config_frontend *frontend)
{
	const struct addr *ip = &d->trusted.ip;
	const struct prefix whole = {*ip, (uint8_t)addr_bits(ip)};

	if (l->cut_addresses && ip->family != ADDR_NONE) {
		const struct prefix network = authz_cut_address(ip);
		struct bytes host;

		authz_log_prefix(l, "ip", &network);
		authz_log_literal(l, "rdns", dns_fcrdns_status_word(d->names.status));
		bytes_init(&host, 0);
		authz_cut_host(d->hostname, &host);
		authz_log_word(l, "hostname", bytes_view(&host));
		bytes_clear(&host);
		append_certificate(l, d);
		append_network(l, &d->network);
		append_agent(l, &d->agent);
		return;
	}
	authz_log_prefix(l, "ip", &whole);
	authz_log_literal(l, "rdns", dns_fcrdns_status_word(d->names.status));
	authz_log_word(l, "hostname", d->hostname);
	append_claimed(l, d);
	if (d->names.pin != NULL) {
		authz_log_word(l, "kept_out", d->names.kept_out);
		authz_log_word(l, "pin", d->names.pin->place);
	}
	append_certificate(l, d);
	append_network(l, &d->network);
	append_agent(l, &d->agent);
	append_ignored(l, d, frontend);
}

static void append_decision(struct authz_log_line *l, const struct authz_decision *d,
	const struct config_frontend *frontend)
{
	authz_log_literal(l, "verdict", authz_verdict_word(d->verdict));
	authz_log_number(l, "status", d->status);
	authz_log_literal(l, "reason", policy_reason_word(d->reason));
	if (d->detail != NULL && !l->cut_addresses) {
		authz_log_detail(l, d->detail);
	}
	if (d->rule != NULL) {
		authz_log_word(l, "rule", policy_rule_place(d->rule));
	}
	if (d->policy != NULL) {
		authz_log_word(l, "policy", d->policy->name);
	} else {
		authz_log_claim(l, AUTHZ_TEXT_POLICY,
			d->request->input.values[AUTHZ_INPUT_DOORWARD_POLICY]);
	}
	append_client(l, d, frontend);
}

unsigned authz_decision_log_fields(
	const struct authz_decision *d, const struct config *config, struct bytes *out)
{
	const struct config_log *log = &config->log;
	struct authz_log_line line = {.out = *out,
		.form = form_of(log),
		.claim_max = CLAIM_MAX,
		.detail_max = DETAIL_MAX};

	if (!is_wanted(log, d->verdict)) {
		return 0;
	}
	append_decision(&line, d, &config->frontend);
	*out = line.out;
	return line.cut;
}

unsigned authz_decision_recent_fields(const struct authz_decision *d, const struct config *config,
	bool cut_addresses, size_t max, struct bytes *out)
{
	static const struct {
		size_t claim;
		size_t detail;
	} rounds[] = {{CLAIM_MAX, 384}, {96, 96}, {16, 16}};

	for (size_t i = 0; i < ARRAY_LEN(rounds); i++) {
		struct authz_log_line line = {.out = *out,
			.form = AUTHZ_LOG_PACKED,
			.claim_max = rounds[i].claim,
			.detail_max = rounds[i].detail,
			.cut_addresses = cut_addresses};

		append_decision(&line, d, &config->frontend);
		*out = line.out;
		if (out->failed || out->len <= max) {
			return line.cut;
		}
		out->len = 0;
	}
	struct authz_log_line line = {.out = *out, .form = AUTHZ_LOG_PACKED};

	authz_log_literal(&line, "verdict", authz_verdict_word(d->verdict));
	authz_log_number(&line, "status", d->status);
	authz_log_literal(&line, "reason", policy_reason_word(d->reason));
	*out = line.out;
	return line.cut;
}

static void append_request(
	struct authz_log_line *l, const struct authz_decision_log_request *request)
{
	const struct str *values = request->input->values;

	authz_log_claim(l, AUTHZ_TEXT_METHOD, values[AUTHZ_INPUT_REQUEST_METHOD]);
	authz_log_claim(l, AUTHZ_TEXT_HTTP_HOST, values[AUTHZ_INPUT_HOST]);
	authz_log_claim(l, AUTHZ_TEXT_URI, values[AUTHZ_INPUT_REQUEST_URI]);
	authz_log_claim(l, AUTHZ_TEXT_USER_AGENT, values[AUTHZ_INPUT_USER_AGENT]);
	authz_log_number(l, "max_age", request->max_age_s);
	authz_log_milliseconds(l, "ms", request->duration_us);
	if (request->left_out > 0) {
		authz_log_number(l, "left_out", request->left_out);
	}
	authz_log_cut(l);
}

void authz_decision_log_space_init(struct authz_decision_log_space *space)
{
	*space = (struct authz_decision_log_space){.when_s = INT64_MIN};
}

void authz_decision_log_space_clear(struct authz_decision_log_space *space)
{
	bytes_clear(&space->line);
}

static struct str when(struct authz_decision_log_space *space, int64_t wall_s)
{
	if (space->when_s != wall_s) {
		space->when_s = wall_s;
		clock_format(wall_s, space->when);
	}
	return str_view(space->when);
}

void authz_decision_log_line(const struct config_log *log, enum authz_verdict verdict,
	struct str fields, const struct authz_decision_log_request *request,
	struct authz_decision_log_space *space)
{
	if (!is_wanted(log, verdict) || fields.len == 0) {
		return;
	}
	bytes_reset(&space->line, SPACE_KEEP);
	struct authz_log_line l = {.out = space->line,
		.form = form_of(log),
		.cut = request->fields_cut,
		.claim_max = CLAIM_MAX};

	if (l.form == AUTHZ_LOG_JSON) {
		bytes_append_text(&l.out, "{");
		authz_log_word(&l, "time", when(space, request->wall_s));
	} else {
		bytes_append_text(&l.out, "doorward: decision:");
	}
	authz_log_word(&l, "id", (struct str){request->id->text, sizeof(request->id->text)});
	if (l.form == AUTHZ_LOG_JSON) {
		bytes_append_text(&l.out, ",");
	}
	bytes_append_str(&l.out, fields);
	append_request(&l, request);
	if (l.form == AUTHZ_LOG_JSON) {
		bytes_append_text(&l.out, "}");
	}
	if (!l.out.failed) {
		log_line(bytes_view(&l.out));
	}
	space->line = l.out;
}
