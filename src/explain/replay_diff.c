/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/json.h"
#include "explain/explain_private.h"
#include "explain/layout.h"
#include "explain/replay.h"

#include <stdio.h>

#define STATUS_TEXT_MAX 24
#define NOTES_MAX 3

/* One value of the decision, then and now. */
struct pair {
	const char *name;
	struct str then;
	struct str now;
};

struct pairs {
	struct pair items[7];
	char status_then[STATUS_TEXT_MAX];
	char status_now[STATUS_TEXT_MAX];
};

static void make_pairs(
	const struct explain_replay *then, const struct authz_decision *now, struct pairs *out)
{
	struct str rule = now->rule != NULL ? policy_rule_place(now->rule) : (struct str){NULL, 0};

	snprintf(out->status_then, sizeof(out->status_then), "%u", then->status);
	snprintf(out->status_now, sizeof(out->status_now), "%u", now->status);
	const struct pair pairs[] = {
		{"verdict", then->verdict, str_view(authz_verdict_word(now->verdict))},
		{"status", str_view(out->status_then), str_view(out->status_now)},
		{"reason", str_view(policy_reason_word(then->reason)),
			str_view(policy_reason_word(now->reason))},
		{"rule", then->rule, rule},
		{"policy", then->policy, explain_policy_name(now)},
		{"rdns", then->rdns, str_view(dns_fcrdns_status_word(now->names.status))},
		{"hostname", then->hostname, now->hostname},
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		out->items[i] = pairs[i];
	}
}

static bool differs(const struct pair *pair)
{
	return !str_eq(pair->then, pair->now);
}

static const char *note_on_certificate(
	const struct explain_replay *then, const struct authz_decision *now)
{
	if (then->cert_present && now->request->given_cert == NULL) {
		return "the request had a certificate, which the log does not hold; this decision "
		       "is one without it: give it with --cert FILE";
	}
	if (!then->cert_present && now->request->given_cert != NULL) {
		return "the request had no certificate; this decision is one with it";
	}
	if (now->identity != NULL && then->cert_sha256.data != NULL &&
		!str_eq(now->identity->sha256, then->cert_sha256)) {
		return "the certificate given is not the one that the request had";
	}
	return NULL;
}

static const char *note_on_reason(enum policy_reason reason)
{
	switch (reason) {
	case POLICY_REASON_BAD_INPUT:
	case POLICY_REASON_DUPLICATE_INPUT:
		return "what was wrong with the request is not in the log";
	case POLICY_REASON_CERT_UNVERIFIED:
		return "what the front end said of the certificate is not in the log: see "
		       "--verify-status";
	case POLICY_REASON_RATE:
		return "how many requests came then is not in the log: no client is above a rate "
		       "here";
	case POLICY_REASON_DNS_ERROR:
	case POLICY_REASON_REGEX_LIMIT:
	case POLICY_REASON_OVERLOAD:
	case POLICY_REASON_INTERNAL:
		return "it was an error, which need not happen again";
	default:
		return NULL;
	}
}

/* Notes about what the comparison cannot know; returns their number. */
static size_t take_notes(const struct explain_replay *then, const struct authz_decision *now,
	const char *notes[NOTES_MAX])
{
	const char *const all[NOTES_MAX] = {
		note_on_certificate(then, now),
		note_on_reason(then->reason),
		then->replaced ? "U+FFFD may stand for bytes that were no UTF-8" : NULL,
	};
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i] != NULL) {
			notes[count++] = all[i];
		}
	}
	return count;
}

static void append_word(struct bytes *out, const char *before, struct str word)
{
	if (word.data != NULL) {
		bytes_append_text(out, before);
		bytes_append_str(out, word);
	}
}

static void text_decided(const char *label, const struct pairs *pairs, bool then, struct bytes *out)
{
	static const char *const before[] = {
		"", ", status ", ", reason ", ", rule ", ", policy ", ", rdns ", ", hostname "};
	struct bytes text;

	bytes_init(&text, 0);
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		append_word(&text, before[i], then ? pairs->items[i].then : pairs->items[i].now);
	}
	explain_line(out, label, bytes_view(&text));
	bytes_clear(&text);
}

void explain_replay_text(
	const struct explain_replay *then, const struct authz_decision *now, struct bytes *out)
{
	const char *notes[NOTES_MAX];
	size_t count = take_notes(then, now, notes);
	struct pairs pairs;
	struct bytes text;

	make_pairs(then, now, &pairs);
	bytes_append_text(out, "\n");
	if (then->id.data != NULL) {
		explain_line(out, "Request id", then->id);
	}
	text_decided("Then", &pairs, true, out);
	text_decided("Now", &pairs, false, out);
	bytes_init(&text, 0);
	for (size_t i = 0; i < ARRAY_LEN(pairs.items); i++) {
		if (differs(&pairs.items[i])) {
			bytes_appendf(&text, "%s%s", text.len > 0 ? ", " : "", pairs.items[i].name);
		}
	}
	explain_line(out, "Differs", text.len > 0 ? bytes_view(&text) : str_view("in nothing"));
	bytes_reset(&text, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		explain_line(out, "Note", str_view(notes[i]));
	}
	for (size_t i = 0; i < then->cut.count; i++) {
		append_word(&text, i == 0 ? "the log holds only the beginning of " : ", ",
			then->cut.items[i]);
	}
	if (then->cut.count > 0) {
		explain_line(out, "Note", bytes_view(&text));
	}
	bytes_clear(&text);
}

void explain_replay_json(
	const struct explain_replay *then, const struct authz_decision *now, struct bytes *out)
{
	const char *notes[NOTES_MAX];
	size_t count = take_notes(then, now, notes);
	struct pairs pairs;

	make_pairs(then, now, &pairs);
	json_open(out, '{');
	json_member_str(out, "time", then->time);
	json_member_str(out, "id", then->id);
	for (size_t i = 0; i < ARRAY_LEN(pairs.items); i++) {
		json_key(out, pairs.items[i].name);
		if (pairs.items[i].then.data == pairs.status_then) {
			json_u64(out, then->status);
		} else {
			json_str(out, pairs.items[i].then);
		}
	}
	json_member_str_list(out, "cut", then->cut);
	json_member_open(out, "differs", '[');
	for (size_t i = 0; i < ARRAY_LEN(pairs.items); i++) {
		if (differs(&pairs.items[i])) {
			json_text(out, pairs.items[i].name);
		}
	}
	json_close(out, ']');
	json_member_open(out, "notes", '[');
	for (size_t i = 0; i < count; i++) {
		json_text(out, notes[i]);
	}
	json_close(out, ']');
	json_close(out, '}');
}
