/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/replay.h"

#include "explain/replay_line.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* A string member; false after writing *why. */
static bool take_string(
	json_t *object, const char *name, struct arena *arena, struct str *out, struct bytes *why)
{
	json_t *value = json_object_get(object, name);

	*out = (struct str){NULL, 0};
	if (value == NULL) {
		return true;
	}
	if (!json_is_string(value)) {
		bytes_appendf(why, "%s: expected a string", name);
		return false;
	}
	*out = arena_dup(arena, (struct str){json_string_value(value), json_string_length(value)});
	if (out->data == NULL) {
		bytes_append_text(why, "out of memory");
	}
	return out->data != NULL;
}

/* All members that are strings. */
static bool take_strings(
	json_t *object, struct arena *arena, struct explain_replay *out, struct bytes *why)
{
	struct str agent_status;
	const struct {
		const char *name;
		struct str *out;
	} members[] = {
		{"ip", &out->values[AUTHZ_INPUT_REMOTE_ADDR]},
		{"policy", &out->policy},
		{"method", &out->values[AUTHZ_INPUT_REQUEST_METHOD]},
		{"http_host", &out->values[AUTHZ_INPUT_HOST]},
		{"uri", &out->values[AUTHZ_INPUT_REQUEST_URI]},
		{"user_agent", &out->values[AUTHZ_INPUT_USER_AGENT]},
		{"cert_sha256", &out->cert_sha256},
		{"time", &out->time},
		{"id", &out->id},
		{"verdict", &out->verdict},
		{"rule", &out->rule},
		{"rdns", &out->rdns},
		{"hostname", &out->hostname},
		{"agent", &out->agent},
		{"agent_status", &agent_status},
	};

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (!take_string(object, members[i].name, arena, members[i].out, why)) {
			return false;
		}
	}
	out->values[AUTHZ_INPUT_DOORWARD_POLICY] = out->policy;
	if (str_eq_text(agent_status, AUTHZ_GIVEN_AGENT_INVALID) ||
		str_eq_text(agent_status, AUTHZ_GIVEN_AGENT_UNVERIFIED)) {
		out->agent = agent_status;
	}
	for (size_t i = 0; i < AUTHZ_INPUT_CERT; i++) {
		out->replaced =
			out->replaced || (out->values[i].len > 0 &&
						 memmem(out->values[i].data, out->values[i].len,
							 replacement, strlen(replacement)) != NULL);
	}
	return true;
}

static bool take_cut(
	json_t *object, struct arena *arena, struct explain_replay *out, struct bytes *why)
{
	json_t *cut = json_object_get(object, "cut");
	size_t count = json_array_size(cut);
	struct str *names = arena_alloc(arena, count, sizeof(*names));

	if (cut == NULL) {
		return true;
	}
	for (size_t i = 0; names != NULL && i < count; i++) {
		json_t *name = json_array_get(cut, i);

		names[i] = arena_dup(arena, str_view(json_string_value(name)));
		names = json_is_string(name) && names[i].data != NULL ? names : NULL;
	}
	if (!json_is_array(cut) || (names == NULL && count > 0)) {
		bytes_append_text(why, "cut: expected an array of names");
		return false;
	}
	out->cut = (struct str_list){names, count};
	return true;
}

static bool take_reason(struct str word, struct explain_replay *out, struct bytes *why)
{
	for (size_t i = 0; i < POLICY_REASON_COUNT; i++) {
		if (str_eq_text(word, policy_reason_word((enum policy_reason)i))) {
			out->reason = (enum policy_reason)i;
			return true;
		}
	}
	bytes_append_text(why, "reason: expected one that doorward(8) lists, not ");
	bytes_append_json(why, word);
	return false;
}

static bool is_verdict(struct str word)
{
	return str_eq_text(word, "allow") || str_eq_text(word, "deny") ||
	       str_eq_text(word, "error");
}

/* Checks that it is a decision that can be decided again. */
static bool check(struct str reason, struct explain_replay *out, struct bytes *why)
{
	struct str ip = out->values[AUTHZ_INPUT_REMOTE_ADDR];
	struct addr addr;

	if (out->verdict.data == NULL || reason.data == NULL) {
		bytes_append_text(why, "not a decision: it has no verdict or no reason");
		return false;
	}
	if (!is_verdict(out->verdict)) {
		bytes_append_text(why, "verdict: expected allow, deny or error, not ");
		bytes_append_json(why, out->verdict);
		return false;
	}
	if (!take_reason(reason, out, why)) {
		return false;
	}
	if (ip.data == NULL) {
		bytes_appendf(why,
			"it has no ip, so there is nothing to decide again (its reason is %s%s)",
			policy_reason_word(out->reason),
			out->reason == POLICY_REASON_NO_ADDRESS
				? ": the front end must pass the client's address, with nginx by "
				  "fastcgi_param REMOTE_ADDR $remote_addr"
				: "");
		return false;
	}
	if (!addr_parse(ip, &addr)) {
		bytes_append_text(why, "ip: expected an address, not ");
		bytes_append_json(why, ip);
		return false;
	}
	return true;
}

static bool take_object(
	json_t *object, struct arena *arena, struct explain_replay *out, struct bytes *why)
{
	json_t *status = json_object_get(object, "status");
	json_t *cert = json_object_get(object, "cert");
	struct str reason;

	if (!json_is_object(object)) {
		bytes_append_text(why, "expected a JSON object");
		return false;
	}
	if (!take_strings(object, arena, out, why) ||
		!take_string(object, "reason", arena, &reason, why) ||
		!take_cut(object, arena, out, why) || !check(reason, out, why)) {
		return false;
	}
	if (!json_is_integer(status) || json_integer_value(status) < 100 ||
		json_integer_value(status) > 599 || (cert != NULL && !json_is_string(cert))) {
		bytes_append_text(
			why, "expected status to be an HTTP status, and cert to be a string");
		return false;
	}
	out->status = (unsigned)json_integer_value(status);
	out->cert_present = cert != NULL;
	return true;
}

/* The line as a JSON value, NULL after writing *why. */
static json_t *load_line(struct str line, struct bytes *why)
{
	json_error_t error;
	json_t *object;
	struct bytes text;

	if (line.len > EXPLAIN_REPLAY_LINE_MAX) {
		bytes_appendf(why, "expected at most %d bytes", EXPLAIN_REPLAY_LINE_MAX);
		return NULL;
	}
	bytes_init(&text, 0);
	if (!replay_line_json(str_trim(line), &text)) {
		bytes_append_text(why, "expected a line of the decision log");
		bytes_clear(&text);
		return NULL;
	}
	object = json_loadb(
		(const char *)text.data, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	bytes_clear(&text);
	if (object == NULL) {
		bytes_appendf(why, "expected one JSON object, column %d: ", error.column);
		bytes_append_json(why, str_view(error.text));
	}
	return object;
}

bool explain_replay_has_id(struct str line, struct str id)
{
	struct bytes why;

	bytes_init(&why, 0);
	json_t *object = load_line(line, &why);
	json_t *value = json_object_get(object, "id");
	bool has = json_is_string(value) && json_object_get(object, "verdict") != NULL &&
		   str_eq((struct str){json_string_value(value), json_string_length(value)}, id);

	json_decref(object);
	bytes_clear(&why);
	return has;
}

bool explain_replay_read(
	struct str line, struct arena *arena, struct explain_replay *out, struct bytes *why)
{
	struct explain_replay replay = {.reason = POLICY_REASON_RULE};
	json_t *object = load_line(line, why);

	if (object == NULL) {
		return false;
	}
	bool good = take_object(object, arena, &replay, why);

	json_decref(object);
	if (good) {
		*out = replay;
	}
	return good;
}
