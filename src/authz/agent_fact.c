/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/agent_fact.h"

#include "agent/nonces.h"
#include "authz/agent_text.h"
#include "base/clock.h"
#include "policy/claim.h"
#include "policy/http_host.h"

#include <string.h>

#define HOST_ROOM 256  /* a name has at most 253 bytes (RFC 1035 3.1) */
#define IPV6_NETWORK 8 /* bytes: a client has its /64 */
#define CLIENT_BYTES_MAX 17

/* The header fields of a request for one verification. */
struct fields {
	const struct authz_input *input;
	struct arena *arena;
	bool starved; /* out of memory: what was found is not the whole */
};

/*
 * Fields that the front end writes for its own question, or that are about one connection (RFC
 * 9110 7.6.1): the client's are not known.
 */
static bool is_of_question(struct str name)
{
	static const char *const names[] = {"host", "connection", "content-length", "expect",
		"forwarded", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "via",
		"x-real-ip"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq_text(name, names[i])) {
			return true;
		}
	}
	return str_starts_with(name, "x-forwarded-") || str_starts_with(name, "x-original-");
}

/* All lines of the field, joined (RFC 9421 2.1). False: it is not known, or no memory. */
static bool join_lines(struct fields *f, struct str name, struct str *value)
{
	const struct authz_fields *fields = f->input->fields;
	struct bytes joined;
	size_t lines = 0;

	bytes_init(&joined, 0);
	for (size_t i = 0; fields != NULL && i < fields->count; i++) {
		const struct authz_field *field = &fields->items[i];

		if (authz_field_is(field, name)) {
			bytes_append_text(&joined, lines++ > 0 ? ", " : "");
			bytes_append_str(&joined, str_trim(field->value));
		}
	}
	if (lines > 0) {
		*value = arena_dup(f->arena, bytes_view(&joined));
		f->starved = f->starved || joined.failed || value->data == NULL;
	}
	bytes_clear(&joined);
	return lines > 0 && !f->starved;
}

static bool find_field(void *ctx, struct str name, struct str *value)
{
	return !is_of_question(name) && join_lines(ctx, name, value);
}

/* One of the headers of the signature itself; absent if its lines are not known. */
static struct str signature_field(struct fields *f, enum authz_input_name name, const char *field)
{
	struct str value = f->input->values[name];

	if ((f->input->duplicates >> name & 1) != 0 && !join_lines(f, str_view(field), &value)) {
		return (struct str){NULL, 0};
	}
	return value;
}

/* Absent if two values came that differ, of which one may be the client's. */
static struct str claim_of(const struct authz_input *input, enum authz_input_name name)
{
	return (input->duplicates >> name & 1) != 0 ? (struct str){NULL, 0} : input->values[name];
}

static bool is_same_host(struct str a, struct str b)
{
	char room[2][HOST_ROOM];
	struct str hosts[2];

	return policy_http_host_read(a, room[0], HOST_ROOM, &hosts[0]) &&
	       policy_http_host_read(b, room[1], HOST_ROOM, &hosts[1]) &&
	       str_eq(hosts[0], hosts[1]);
}

/*
 * The Host with its port. nginx says the host that it chose, without the port, and the field beside
 * it; where a request names two hosts, neither counts.
 */
static struct str authority_of(const struct authz_input *input)
{
	struct str host = claim_of(input, AUTHZ_INPUT_HOST);
	struct str authority = claim_of(input, AUTHZ_INPUT_DOORWARD_AUTHORITY);
	struct str absent = {NULL, 0};

	if (policy_claim_uri_names_host(input->values[AUTHZ_INPUT_REQUEST_URI])) {
		return absent;
	}
	if (authority.len == 0) {
		return host;
	}
	return host.len == 0 || is_same_host(host, authority) ? authority : absent;
}

static struct str target_of(const struct authz_input *input)
{
	struct str uri = claim_of(input, AUTHZ_INPUT_REQUEST_URI);

	return str_starts_with(uri, "/") ? uri : (struct str){NULL, 0};
}

static struct str client_of(const struct addr *ip, uint8_t room[CLIENT_BYTES_MAX])
{
	size_t len = ip->family == ADDR_V4 ? sizeof(ip->bytes) : IPV6_NETWORK;

	room[0] = (uint8_t)ip->family;
	memcpy(room + 1, ip->bytes, len);
	return (struct str){(const char *)room, 1 + len};
}

static bool came_twice(const struct authz_input *input)
{
	static const unsigned headers = 1U << AUTHZ_INPUT_SIGNATURE_INPUT |
					1U << AUTHZ_INPUT_SIGNATURE |
					1U << AUTHZ_INPUT_SIGNATURE_AGENT;

	return (input->duplicates & headers) != 0;
}

/* Whether a signature counts once (agent_nonce). */
static bool counts_once(const struct authz *a)
{
	return a->decision.policy->agent_nonce == POLICY_NONCE_ONCE && !a->request.is_trial;
}

static enum agent_step verify(struct authz *a, struct agent_result *result)
{
	const struct authz_input *input = &a->request.input;
	struct fields fields = {.input = input, .arena = &a->arena};
	uint8_t client[CLIENT_BYTES_MAX];
	const struct agent_request request = {
		.signature_input =
			signature_field(&fields, AUTHZ_INPUT_SIGNATURE_INPUT, "signature-input"),
		.signature = signature_field(&fields, AUTHZ_INPUT_SIGNATURE, "signature"),
		.signature_agent =
			signature_field(&fields, AUTHZ_INPUT_SIGNATURE_AGENT, "signature-agent"),
		.method = claim_of(input, AUTHZ_INPUT_REQUEST_METHOD),
		.scheme = claim_of(input, AUTHZ_INPUT_REQUEST_SCHEME),
		.authority = authority_of(input),
		.target = target_of(input),
		.header = find_field,
		.ctx = &fields,
		.client = client_of(&a->decision.trusted.ip, client),
	};
	int64_t wall_s = a->request.wall_s;

	if (came_twice(input) && (input->fields == NULL || input->fields->overflow)) {
		*result =
			(struct agent_result){.state = AGENT_UNVERIFIED, .reason = AGENT_TOO_LARGE};
		return AGENT_DONE;
	}
	if (authz_agent_verifier_ask(a->env->agent_verifier, a->env->agent_keys, &request, wall_s,
		    &a->agent_wait, result) == AGENT_WAIT) {
		return AGENT_WAIT;
	}
	if (fields.starved) {
		*result =
			(struct agent_result){.state = AGENT_UNVERIFIED, .reason = AGENT_NO_MEMORY};
	}
	if (counts_once(a)) {
		agent_nonces_take(a->env->agent_nonces, result, wall_s);
	}
	return AGENT_DONE;
}

/* A signature that names one agent is of no other one, whether it can be verified or not. */
static void set_facts(struct policy_facts *facts, struct authz_agent *agent, bool is_only_claim)
{
	facts->agents_state = POLICY_FACT_KNOWN;
	if (agent->state == AGENT_VERIFIED) {
		facts->agents = (struct str_list){&agent->url, 1};
	} else if (agent->state == AGENT_UNVERIFIED) {
		facts->agents_state =
			is_only_claim ? POLICY_FACT_KNOWN_IN_PART : POLICY_FACT_UNKNOWN;
		facts->possible_agents = (struct str_list){&agent->url, is_only_claim};
	}
}

static void suppose(struct str given, struct agent_result *result)
{
	if (str_eq_text(given, AUTHZ_GIVEN_AGENT_INVALID)) {
		*result = (struct agent_result){.state = AGENT_INVALID, .reason = AGENT_MISMATCH};
	} else if (str_eq_text(given, AUTHZ_GIVEN_AGENT_UNVERIFIED)) {
		*result = (struct agent_result){
			.state = AGENT_UNVERIFIED, .reason = AGENT_UNKNOWN_KEY};
	} else {
		*result = (struct agent_result){
			.state = AGENT_VERIFIED, .reason = AGENT_GOOD, .url = given};
	}
}

static void conclude(struct authz *a, bool is_only_claim)
{
	a->decision.agent.is_known = true;
	set_facts(&a->facts, &a->decision.agent, is_only_claim);
}

static void on_nonce(void *ctx, bool used)
{
	struct authz *a = ctx;

	if (used) {
		a->decision.agent.reason = AGENT_REPLAYED;
		a->decision.agent.state = agent_reason_state(AGENT_REPLAYED);
	}
	conclude(a, false);
	a->agent_wait.done(a->agent_wait.ctx);
}

/*
 * Asks the store for the nonce of a verified signature, which is new here. False: this machine
 * decides alone.
 */
static bool ask_store(struct authz *a, const struct agent_result *result)
{
	uint8_t id[AGENT_NONCE_ID_LEN];
	uint64_t now_ms = clock_ms();

	if (!counts_once(a) || a->env->shared == NULL || !agent_nonce_id(result, id)) {
		return false;
	}
	uint64_t deadline_ms = authz_rates_deadline_ms(&a->fetch.rates);
	uint64_t life_ms = (uint64_t)(result->expires_s - a->request.wall_s) * 1000;

	a->nonce_wait = (struct shared_nonce_wait){.done = on_nonce, .ctx = a};
	return shared_nonces_take(a->env->shared, str_from_bytes(id, sizeof(id)), life_ms,
		(uint32_t)(deadline_ms > now_ms ? deadline_ms - now_ms : 0), &a->nonce_wait);
}

enum authz_step authz_agent_take(struct authz *a)
{
	struct authz_agent *agent = &a->decision.agent;
	struct agent_result result = {.state = AGENT_UNSIGNED, .reason = AGENT_NO_SIGNATURE};

	if (agent->is_known) {
		return AUTHZ_DONE;
	}
	if (authz_agent_is_queued(&a->agent_wait) || a->nonce_wait.question != NULL) {
		return AUTHZ_WAIT;
	}
	if (a->request.given_agent.data != NULL) {
		suppose(a->request.given_agent, &result);
	} else if (authz_input_is_signed(&a->request.input) && a->env->agent_verifier == NULL) {
		result =
			(struct agent_result){.state = AGENT_UNVERIFIED, .reason = AGENT_NO_MEMORY};
	} else if (authz_input_is_signed(&a->request.input) && verify(a, &result) == AGENT_WAIT) {
		return AUTHZ_WAIT;
	}
	agent->state = result.state;
	agent->reason = result.reason;
	if (result.url.len > 0) {
		agent->url = arena_dup(&a->arena, result.url);
		if (agent->url.data == NULL && agent->state == AGENT_VERIFIED) {
			agent->state = AGENT_UNVERIFIED;
			agent->reason = AGENT_NO_MEMORY;
		}
	}
	if (agent->state == AGENT_VERIFIED && ask_store(a, &result)) {
		return AUTHZ_WAIT;
	}
	conclude(a, result.is_only_claim && agent->url.data != NULL);
	return AUTHZ_DONE;
}

bool authz_agent_is_overload(const struct authz *a)
{
	enum agent_reason reason = a->decision.agent.reason;

	return reason == AGENT_BUSY || reason == AGENT_NONCES_FULL || reason == AGENT_NO_MEMORY;
}

void authz_agent_explain(struct authz *a)
{
	struct bytes text;

	bytes_init(&text, 0);
	authz_agent_text(&a->decision.agent, &text);
	authz_decision_detail_take(&a->decision, &a->arena, &text);
}

void authz_agent_bound(struct authz *a)
{
	const struct authz_agent *agent = &a->decision.agent;

	if (agent->is_known &&
		(agent->state != AGENT_UNSIGNED || authz_input_is_signed(&a->request.input))) {
		authz_decision_hold_until(&a->decision, a->request.wall_s, AUTHZ_BOUND_AGENT);
	}
}
