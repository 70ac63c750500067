/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/record.h"

#include "authz/packed_fields.h"
#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

/* In the order of enum authz_decision_text, from AUTHZ_TEXT_METHOD on. */
static const struct {
	enum authz_input_name name;
	uint16_t max;
} claims[AUTHZ_DECISION_CLAIMS] = {
	{AUTHZ_INPUT_REQUEST_METHOD, RECENT_METHOD_MAX},
	{AUTHZ_INPUT_HOST, RECENT_HOST_MAX},
	{AUTHZ_INPUT_REQUEST_URI, RECENT_URI_MAX},
	{AUTHZ_INPUT_USER_AGENT, RECENT_USER_AGENT_MAX},
};

/*
 * In little code: after the system calls of a request it is not in the processor's cache, and to
 * load it costs more than to copy the claims.
 */
static void keep_claims(struct recent_record *record, const struct authz_input *input)
{
	char *at = record->claims;

	record->claims_cut = 0;
	for (unsigned i = 0; i < AUTHZ_DECISION_CLAIMS; i++) {
		struct str claim = input->values[claims[i].name];

		if (claim.data == NULL) {
			record->claim_lens[i] = RECENT_CLAIM_ABSENT;
			continue;
		}
		if (claim.len > claims[i].max) {
			claim.len = claims[i].max;
			record->claims_cut |= 1U << (AUTHZ_TEXT_METHOD + i);
		}
		record->claim_lens[i] = (uint16_t)claim.len;
		memcpy(at, claim.data, claim.len);
		at += claim.len;
	}
}

void recent_record_fill(struct recent_record *record, struct recent_fields *fields,
	const struct authz_decision_log_request *request, uint64_t now_us)
{
	record->fields = recent_fields_ref(fields);
	record->at_us = now_us;
	record->wall_s = request->wall_s;
	record->duration_us = request->duration_us;
	record->max_age_s = request->max_age_s;
	record->id = *request->id;
	keep_claims(record, request->input);
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
