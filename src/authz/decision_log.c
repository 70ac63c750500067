/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/decision_log.h"

#include "authz/header_text.h"
#include "authz/trusted_input_text.h"
#include "base/json.h"
#include "base/util.h"

#include <string.h>

#define CLAIM_MAX 256  /* bytes of a client's claim that go into the log */
#define DETAIL_MAX 768 /* of doorward's own explanation, which ends with the key that helps */
#define CLAIMED_MAX 3u
#define SPACE_KEEP ((size_t)16 * 1024)

static const char *const text_fields[] = {
	[AUTHZ_TEXT_DETAIL] = "detail",
	[AUTHZ_TEXT_POLICY] = "policy",
	[AUTHZ_TEXT_CERT_SUBJECT] = "cert_subject",
	[AUTHZ_TEXT_CERT_SAN] = "cert_san",
	[AUTHZ_TEXT_IGNORED] = "ignored",
	[AUTHZ_TEXT_METHOD] = "method",
	[AUTHZ_TEXT_HTTP_HOST] = "http_host",
	[AUTHZ_TEXT_URI] = "uri",
	[AUTHZ_TEXT_USER_AGENT] = "user_agent",
};

/* One line, written as text or as JSON by the same calls. */
struct line {
	struct bytes out;
	bool json;
	unsigned cut;     /* bits 1 << enum authz_decision_text */
	size_t claim_max; /* bytes of a text of the client's */
	size_t detail_max;
	bool cut_addresses; /* see authz_decision_recent_fields */
};

static bool is_wanted(const struct config_log *log, enum authz_verdict verdict)
{
	return log_enabled(LOG_LEVEL_INFO) &&
	       (log->decisions == CONFIG_DECISIONS_ALL ||
		       (log->decisions == CONFIG_DECISIONS_DENIED && verdict != AUTHZ_ALLOW));
}

static void begin_field(struct line *l, const char *name)
{
	if (l->json) {
		json_key(&l->out, name);
	} else {
		bytes_append_u8(&l->out, ' ');
		bytes_append_text(&l->out, name);
		bytes_append_u8(&l->out, '=');
	}
}

static void number(struct line *l, const char *name, uint64_t value)
{
	begin_field(l, name);
	bytes_append_u64(&l->out, value);
}

/* With microseconds. */
static void milliseconds(struct line *l, const char *name, uint64_t us)
{
	const uint8_t decimals[] = {'.', (uint8_t)('0' + us / 100 % 10),
		(uint8_t)('0' + us / 10 % 10), (uint8_t)('0' + us % 10)};

	number(l, name, us / 1000);
	bytes_append(&l->out, decimals, sizeof(decimals));
}

static bool needs_quotes(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] <= ' ' || value.data[i] > '~' || value.data[i] == '"') {
			return true;
		}
	}
	return false;
}

/* A word, which mostly needs no quotes in text. */
static void word(struct line *l, const char *name, struct str value)
{
	if (value.len == 0) {
		return;
	}
	begin_field(l, name);
	if (l->json || needs_quotes(value)) {
		bytes_append_json(&l->out, value);
	} else {
		bytes_append_str(&l->out, value);
	}
}

/* Text of a client or front end, cut and quoted. */
static void text_up_to(struct line *l, enum authz_decision_text field, struct str value, size_t max)
{
	if (value.data == NULL) {
		return;
	}
	if (value.len > max) {
		value.len = max;
		l->cut |= 1u << field;
	}
	begin_field(l, text_fields[field]);
	bytes_append_json(&l->out, value);
}

static void claim(struct line *l, enum authz_decision_text field, struct str value)
{
	text_up_to(l, field, value, l->claim_max);
}

/* The alternative names that rules read, as in X-Client-Cert-San. */
static void append_cert_san(struct line *l, const struct cert_identity *identity)
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
		claim(l, AUTHZ_TEXT_CERT_SAN, bytes_view(&text));
	}
	bytes_clear(&text);
}

static void append_certificate(struct line *l, const struct authz_decision *d)
{
	if (!d->cert_present) {
		return;
	}
	word(l, "cert", str_view(d->cert_verified ? "verified" : "refused"));
	if (d->identity != NULL) {
		claim(l, AUTHZ_TEXT_CERT_SUBJECT, d->identity->subject);
		word(l, "cert_sha256", d->identity->sha256);
		if (d->verdict != AUTHZ_ALLOW) {
			append_cert_san(l, d->identity);
			word(l, "cert_issuer_spki", d->chain_keys.issuer);
			word(l, "cert_anchor", d->chain_keys.anchor);
		}
	}
}

/* The names of the PTR that are not confirmed; host names need no quotes. */
static void append_claimed(struct line *l, const struct authz_decision *d)
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
	word(l, "ptr", bytes_view(&text));
	bytes_clear(&text);
}

static void append_ignored(
	struct line *l, const struct authz_decision *d, const struct config_frontend *frontend)
{
	struct bytes text;

	if (d->trusted.ignored == AUTHZ_INPUT_COUNT) {
		return;
	}
	bytes_init(&text, 0);
	authz_trusted_ignored_text(&d->trusted, frontend, &text);
	claim(l, AUTHZ_TEXT_IGNORED, bytes_view(&text));
	bytes_clear(&text);
}

/* Providers and crawlers put addresses into the names of their hosts. */
static void append_host_end(struct line *l, struct str name)
{
	size_t from = name.len;
	unsigned labels = 0;

	while (from > 0 && (name.data[from - 1] != '.' || ++labels < 2)) {
		from--;
	}
	if (from > 0) {
		struct bytes text;

		bytes_init(&text, 0);
		bytes_append_text(&text, "*.");
		bytes_append_str(&text, str_from(name, from));
		word(l, "hostname", bytes_view(&text));
		bytes_clear(&text);
	} else {
		word(l, "hostname", name);
	}
}

static void append_client(
	struct line *l, const struct authz_decision *d, const struct config_frontend *frontend)
{
	const struct addr *ip = &d->trusted.ip;
	char text[PREFIX_TEXT_MAX];

	if (l->cut_addresses && ip->family != ADDR_NONE) {
		const struct prefix network = prefix_of(ip, ip->family == ADDR_V4 ? 24 : 48);

		prefix_format(&network, text);
		word(l, "ip", str_view(text));
		word(l, "rdns", str_view(dns_fcrdns_status_word(d->names.status)));
		append_host_end(l, d->hostname);
		append_certificate(l, d);
		return;
	}
	addr_format(ip, text);
	word(l, "ip", str_view(text));
	word(l, "rdns", str_view(dns_fcrdns_status_word(d->names.status)));
	word(l, "hostname", d->hostname);
	append_claimed(l, d);
	if (d->names.pin != NULL) {
		word(l, "kept_out", d->names.kept_out);
		word(l, "pin", d->names.pin->place);
	}
	append_certificate(l, d);
	append_ignored(l, d, frontend);
}

static void append_decision(
	struct line *l, const struct authz_decision *d, const struct config_frontend *frontend)
{
	word(l, "verdict", str_view(authz_verdict_word(d->verdict)));
	number(l, "status", d->status);
	word(l, "reason", str_view(policy_reason_word(d->reason)));
	if (d->detail != NULL && !l->cut_addresses) {
		text_up_to(l, AUTHZ_TEXT_DETAIL, str_view(d->detail), l->detail_max);
	}
	if (d->rule != NULL) {
		word(l, "rule", policy_rule_place(d->rule));
	}
	if (d->policy != NULL) {
		word(l, "policy", d->policy->name);
	} else {
		claim(l, AUTHZ_TEXT_POLICY, d->request->input.values[AUTHZ_INPUT_DOORWARD_POLICY]);
	}
	append_client(l, d, frontend);
}

unsigned authz_decision_log_fields(
	const struct authz_decision *d, const struct config *config, struct bytes *out)
{
	const struct config_log *log = &config->log;
	struct line line = {.out = *out,
		.json = log->sink.format == LOG_JSON,
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
		struct line line = {.out = *out,
			.json = true,
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
	struct line line = {.out = *out, .json = true};

	word(&line, "verdict", str_view(authz_verdict_word(d->verdict)));
	number(&line, "status", d->status);
	word(&line, "reason", str_view(policy_reason_word(d->reason)));
	*out = line.out;
	return line.cut;
}

const char *authz_decision_text_word(enum authz_decision_text text)
{
	return text_fields[text];
}

static void append_cut(struct line *l)
{
	const char *comma = "";

	if (l->cut == 0) {
		return;
	}
	begin_field(l, "cut");
	if (l->json) {
		json_open(&l->out, '[');
	}
	for (size_t i = 0; i < ARRAY_LEN(text_fields); i++) {
		if ((l->cut & 1u << i) == 0) {
			continue;
		}
		if (l->json) {
			json_text(&l->out, text_fields[i]);
		} else {
			bytes_appendf(&l->out, "%s%s", comma, text_fields[i]);
			comma = ",";
		}
	}
	if (l->json) {
		json_close(&l->out, ']');
	}
}

static void append_request(struct line *l, const struct authz_decision_log_request *request)
{
	const struct str *values = request->input->values;

	claim(l, AUTHZ_TEXT_METHOD, values[AUTHZ_INPUT_REQUEST_METHOD]);
	claim(l, AUTHZ_TEXT_HTTP_HOST, values[AUTHZ_INPUT_HOST]);
	claim(l, AUTHZ_TEXT_URI, values[AUTHZ_INPUT_REQUEST_URI]);
	claim(l, AUTHZ_TEXT_USER_AGENT, values[AUTHZ_INPUT_USER_AGENT]);
	number(l, "max_age", request->max_age_s);
	milliseconds(l, "ms", request->duration_us);
	if (request->left_out > 0) {
		number(l, "left_out", request->left_out);
	}
	append_cut(l);
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
	struct line l = {.out = space->line,
		.json = log->sink.format == LOG_JSON,
		.cut = request->fields_cut,
		.claim_max = CLAIM_MAX};

	if (l.json) {
		bytes_append_text(&l.out, "{");
		word(&l, "time", when(space, request->wall_s));
	} else {
		bytes_append_text(&l.out, "doorward: decision:");
	}
	word(&l, "id", (struct str){request->id->text, sizeof(request->id->text)});
	if (l.json) {
		bytes_append_text(&l.out, ",");
	}
	bytes_append_str(&l.out, fields);
	append_request(&l, request);
	if (l.json) {
		bytes_append_text(&l.out, "}");
	}
	if (!l.out.failed) {
		log_line(bytes_view(&l.out));
	}
	space->line = l.out;
}
