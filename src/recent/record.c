/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/record.h"

#include "base/clock.h"
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static const uint16_t claim_max[] = {16, 128, 256, 256};

/* In the order of enum authz_decision_text. */
static const enum authz_input_name claims[] = {AUTHZ_INPUT_REQUEST_METHOD, AUTHZ_INPUT_HOST,
	AUTHZ_INPUT_REQUEST_URI, AUTHZ_INPUT_USER_AGENT};

static_assert(ARRAY_LEN(claims) == AUTHZ_DECISION_CLAIMS, "one for each claim");
static_assert(ARRAY_LEN(claim_max) == AUTHZ_DECISION_CLAIMS, "one for each claim");

void recent_record_fill(struct recent_record *record, const struct authz_response *response,
	const struct authz_decision_log_request *request, uint64_t now_us)
{
	const struct str fields = response->recent_fields;
	char *at = record->text;

	record->at_us = now_us;
	record->wall_s = request->wall_s;
	record->duration_us = request->duration_us;
	record->max_age_s = request->max_age_s;
	record->cut = response->recent_fields_cut;
	record->id = *request->id;
	record->claims_present = 0;
	record->fields_len = (uint16_t)(fields.len <= RECENT_FIELDS_MAX ? fields.len : 0);
	at = mempcpy(at, fields.data, record->fields_len);
	for (unsigned i = 0; i < AUTHZ_DECISION_CLAIMS; i++) {
		struct str claim = request->input->values[claims[i]];

		if (claim.len > claim_max[i]) {
			claim.len = claim_max[i];
			record->cut |= 1U << (AUTHZ_TEXT_METHOD + i);
		}
		record->claim_lens[i] = (uint16_t)claim.len;
		if (claim.data != NULL) {
			record->claims_present |= (uint8_t)(1U << i);
			at = mempcpy(at, claim.data, claim.len);
		}
	}
}

/*
 * The text of a member of the record's fields, as JSON has it; absent: the fields have no such
 * member. No text can hold what is searched for, because quotes in texts are escaped.
 */
static struct str member(const struct recent_record *record, const char *key)
{
	struct str fields = {record->text, record->fields_len};
	size_t len = strlen(key);
	const char *at = memmem(fields.data, fields.len, key, len);

	if (at == NULL) {
		return (struct str){NULL, 0};
	}
	struct str value = str_from(fields, (size_t)(at - fields.data) + len);

	value.len = str_find(value, '"');
	return value;
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

static bool is_from(const struct recent_record *record, const struct prefix *prefix)
{
	struct prefix ip; /* of cut addresses a network */

	return prefix_parse(member(record, "\"ip\":\""), &ip) && prefix_contains(prefix, &ip.addr);
}

bool recent_record_matches(const struct recent_record *record, const struct recent_query *q)
{
	const struct str id = {record->id.text, sizeof(record->id.text)};

	return (q->id.len == 0 || str_eq(id, q->id)) &&
	       (!q->denied || !str_eq_text(member(record, "\"verdict\":\""), "allow")) &&
	       (q->reason.len == 0 || str_eq(member(record, "\"reason\":\""), q->reason)) &&
	       (q->policy.len == 0 || str_eq(member(record, "\"policy\":\""), q->policy)) &&
	       (q->host.len == 0 || is_within(member(record, "\"hostname\":\""), q->host)) &&
	       (!q->by_address || is_from(record, &q->address));
}

static void write_claims(const struct recent_record *record, struct bytes *out)
{
	const char *at = record->text + record->fields_len;

	for (unsigned i = 0; i < AUTHZ_DECISION_CLAIMS; i++) {
		if ((record->claims_present >> i & 1) != 0) {
			json_member_str(out,
				authz_decision_text_word(
					(enum authz_decision_text)(AUTHZ_TEXT_METHOD + i)),
				(struct str){at, record->claim_lens[i]});
		}
		at += record->claim_lens[i];
	}
}

static void write_cut(const struct recent_record *record, struct bytes *out)
{
	if (record->cut == 0) {
		return;
	}
	json_member_open(out, "cut", '[');
	for (unsigned i = 0; i < AUTHZ_TEXTS; i++) {
		if ((record->cut >> i & 1) != 0) {
			json_text(out, authz_decision_text_word((enum authz_decision_text)i));
		}
	}
	json_close(out, ']');
}

void recent_record_write(const struct recent_record *record, struct bytes *out)
{
	char time[CLOCK_TEXT_MAX];

	clock_format(record->wall_s, time);
	json_open(out, '{');
	json_member_str(out, "id", (struct str){record->id.text, sizeof(record->id.text)});
	json_member_text(out, "time", time);
	if (record->fields_len > 0) {
		bytes_append_text(out, ",");
		bytes_append(out, record->text, record->fields_len);
	}
	write_claims(record, out);
	json_member_u64(out, "max_age", record->max_age_s);
	json_key(out, "ms");
	bytes_appendf(out, "%" PRIu64 ".%03u", record->duration_us / 1000,
		(unsigned)(record->duration_us % 1000));
	write_cut(record, out);
	json_close(out, '}');
}
