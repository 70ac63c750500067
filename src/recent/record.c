/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/record.h"

#include "authz/packed_fields.h"
#include "base/clock.h"
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static_assert(AUTHZ_TEXT_METHOD + 3 == AUTHZ_TEXT_USER_AGENT && AUTHZ_DECISION_CLAIMS == 4,
	"the claims and their order");

/*
 * memcpy, without the call, which costs more than to copy a claim of the usual length. The last
 * part may overlap the one before it. Returns the end.
 */
static inline char *put(char *to, const char *from, size_t len)
{
	if (len >= 16) {
		for (size_t at = 0; at < len - 16; at += 16) {
			memcpy(to + at, from + at, 16);
		}
		memcpy(to + len - 16, from + len - 16, 16);
	} else if (len >= 4) {
		size_t part = len >= 8 ? 8 : 4;

		memcpy(to, from, 4);
		memcpy(to + part - 4, from + part - 4, 4);
		memcpy(to + len - part, from + len - part, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else {
		for (size_t at = 0; at < len; at++) {
			to[at] = from[at];
		}
	}
	return to + len;
}

/* Appends a claim to the texts at `at`, and returns their end. */
static inline char *add_claim(struct recent_record *record, enum authz_decision_text text,
	size_t max, struct str claim, char *at)
{
	uint16_t *len = &record->claim_lens[text - AUTHZ_TEXT_METHOD];

	if (claim.data == NULL) {
		*len = RECENT_CLAIM_ABSENT;
		return at;
	}
	if (claim.len > max) {
		claim.len = max;
		record->claims_cut |= 1U << text;
	}
	*len = (uint16_t)claim.len;
	return put(at, claim.data, claim.len);
}

void recent_record_fill(struct recent_record *record, struct recent_fields *fields,
	const struct authz_decision_log_request *request, uint64_t now_us)
{
	const struct str *values = request->input->values;
	char *at = record->claims;

	record->fields = recent_fields_ref(fields);
	record->at_us = now_us;
	record->wall_s = request->wall_s;
	record->duration_us = request->duration_us;
	record->max_age_s = request->max_age_s;
	record->claims_cut = 0;
	record->id = *request->id;
	at = add_claim(record, AUTHZ_TEXT_METHOD, RECENT_METHOD_MAX,
		values[AUTHZ_INPUT_REQUEST_METHOD], at);
	at = add_claim(record, AUTHZ_TEXT_HTTP_HOST, RECENT_HOST_MAX, values[AUTHZ_INPUT_HOST], at);
	at = add_claim(record, AUTHZ_TEXT_URI, RECENT_URI_MAX, values[AUTHZ_INPUT_REQUEST_URI], at);
	add_claim(record, AUTHZ_TEXT_USER_AGENT, RECENT_USER_AGENT_MAX,
		values[AUTHZ_INPUT_USER_AGENT], at);
}

static struct str fields_of(const struct recent_copy *copy)
{
	return (struct str){copy->fields, copy->fields_len};
}

/* Absent: the record has no such text. */
static struct str text_of(const struct recent_copy *copy, const char *name)
{
	struct authz_packed_field field;

	return authz_packed_find(fields_of(copy), name, &field) ? field.text
								: (struct str){NULL, 0};
}

static bool is_within(struct str name, struct str part)
{
	for (size_t i = 0; part.len <= name.len && i <= name.len - part.len; i++) {
		if (str_eq_nocase((struct str){name.data + i, part.len}, part)) {
			return true;
		}
	}
	return false;
}

/* Of cut addresses the network counts. */
static bool is_from(const struct recent_copy *copy, const struct prefix *prefix)
{
	struct authz_packed_field ip;

	return authz_packed_find(fields_of(copy), "ip", &ip) && ip.kind == AUTHZ_PACKED_PREFIX &&
	       prefix_contains(prefix, &ip.prefix.addr);
}

bool recent_record_matches(const struct recent_copy *copy, const struct recent_query *q)
{
	const struct str id = {copy->record.id.text, sizeof(copy->record.id.text)};

	return (q->id.len == 0 || str_eq(id, q->id)) &&
	       (!q->denied || !str_eq_text(text_of(copy, "verdict"), "allow")) &&
	       (q->reason.len == 0 || str_eq(text_of(copy, "reason"), q->reason)) &&
	       (q->policy.len == 0 || str_eq(text_of(copy, "policy"), q->policy)) &&
	       (q->host.len == 0 || is_within(text_of(copy, "hostname"), q->host)) &&
	       (!q->by_address || is_from(copy, &q->address));
}

static void write_fields(struct str fields, struct bytes *out)
{
	struct authz_packed_field field;
	char text[PREFIX_TEXT_MAX];

	while (authz_packed_next(&fields, &field)) {
		switch (field.kind) {
		case AUTHZ_PACKED_TEXT:
		case AUTHZ_PACKED_WORD:
			json_member_str(out, field.name, field.text);
			break;
		case AUTHZ_PACKED_NUMBER:
			json_member_u64(out, field.name, field.number);
			break;
		case AUTHZ_PACKED_PREFIX:
			prefix_format(&field.prefix, text);
			json_member_text(out, field.name, text);
			break;
		}
	}
}

static void write_claims(const struct recent_record *record, struct bytes *out)
{
	const char *at = record->claims;

	for (unsigned i = 0; i < AUTHZ_DECISION_CLAIMS; i++) {
		if (record->claim_lens[i] != RECENT_CLAIM_ABSENT) {
			json_member_str(out,
				authz_decision_text_word(
					(enum authz_decision_text)(AUTHZ_TEXT_METHOD + i)),
				(struct str){at, record->claim_lens[i]});
			at += record->claim_lens[i];
		}
	}
}

static void write_cut(unsigned cut, struct bytes *out)
{
	if (cut == 0) {
		return;
	}
	json_member_open(out, "cut", '[');
	for (unsigned i = 0; i < AUTHZ_TEXTS; i++) {
		if ((cut >> i & 1) != 0) {
			json_text(out, authz_decision_text_word((enum authz_decision_text)i));
		}
	}
	json_close(out, ']');
}

void recent_record_write(const struct recent_copy *copy, struct bytes *out)
{
	const struct recent_record *record = &copy->record;
	char time[CLOCK_TEXT_MAX];

	clock_format(record->wall_s, time);
	json_open(out, '{');
	json_member_str(out, "id", (struct str){record->id.text, sizeof(record->id.text)});
	json_member_text(out, "time", time);
	write_fields(fields_of(copy), out);
	write_claims(record, out);
	json_member_u64(out, "max_age", record->max_age_s);
	json_key(out, "ms");
	bytes_appendf(out, "%" PRIu64 ".%03u", record->duration_us / 1000,
		(unsigned)(record->duration_us % 1000));
	write_cut(copy->fields_cut | record->claims_cut, out);
	json_close(out, '}');
}
