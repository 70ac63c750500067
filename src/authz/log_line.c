/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/log_line_private.h"

#include "authz/packed_fields.h"
#include "base/json.h"

static void begin_field(struct authz_log_line *l, const char *name)
{
	if (l->form == AUTHZ_LOG_JSON) {
		json_key(&l->out, name);
	} else {
		bytes_append_u8(&l->out, ' ');
		bytes_append_text(&l->out, name);
		bytes_append_u8(&l->out, '=');
	}
}

void authz_log_number(struct authz_log_line *l, const char *name, uint64_t value)
{
	if (l->form == AUTHZ_LOG_PACKED) {
		authz_packed_number(&l->out, name, value);
		return;
	}
	begin_field(l, name);
	bytes_append_u64(&l->out, value);
}

void authz_log_milliseconds(struct authz_log_line *l, const char *name, uint64_t us)
{
	const uint8_t decimals[] = {'.', (uint8_t)('0' + us / 100 % 10),
		(uint8_t)('0' + us / 10 % 10), (uint8_t)('0' + us % 10)};

	authz_log_number(l, name, us / 1000);
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

void authz_log_literal(struct authz_log_line *l, const char *name, const char *literal)
{
	if (l->form == AUTHZ_LOG_PACKED) {
		authz_packed_word(&l->out, name, literal);
	} else {
		authz_log_word(l, name, str_view(literal));
	}
}

void authz_log_word(struct authz_log_line *l, const char *name, struct str value)
{
	if (value.len == 0) {
		return;
	}
	if (l->form == AUTHZ_LOG_PACKED) {
		authz_packed_text(&l->out, name, value);
		return;
	}
	begin_field(l, name);
	if (l->form == AUTHZ_LOG_JSON || needs_quotes(value)) {
		bytes_append_json(&l->out, value);
	} else {
		bytes_append_str(&l->out, value);
	}
}

void authz_log_prefix(struct authz_log_line *l, const char *name, const struct prefix *value)
{
	char text[PREFIX_TEXT_MAX];

	if (value->addr.family == ADDR_NONE) {
		return;
	}
	if (l->form == AUTHZ_LOG_PACKED) {
		authz_packed_prefix(&l->out, name, value);
		return;
	}
	prefix_format(value, text);
	authz_log_word(l, name, str_view(text));
}

static void text_up_to(
	struct authz_log_line *l, enum authz_decision_text field, struct str value, size_t max)
{
	if (value.data == NULL) {
		return;
	}
	if (value.len > max) {
		value.len = max;
		l->cut |= 1u << field;
	}
	if (l->form == AUTHZ_LOG_PACKED) {
		authz_packed_text(&l->out, authz_decision_text_word(field), value);
		return;
	}
	begin_field(l, authz_decision_text_word(field));
	bytes_append_json(&l->out, value);
}

void authz_log_claim(struct authz_log_line *l, enum authz_decision_text field, struct str value)
{
	text_up_to(l, field, value, l->claim_max);
}

void authz_log_detail(struct authz_log_line *l, const char *detail)
{
	text_up_to(l, AUTHZ_TEXT_DETAIL, str_view(detail), l->detail_max);
}

void authz_log_cut(struct authz_log_line *l)
{
	const char *comma = "";

	if (l->cut == 0) {
		return;
	}
	begin_field(l, "cut");
	if (l->form == AUTHZ_LOG_JSON) {
		json_open(&l->out, '[');
	}
	for (unsigned i = 0; i < AUTHZ_TEXTS; i++) {
		if ((l->cut & 1u << i) == 0) {
			continue;
		}
		if (l->form == AUTHZ_LOG_JSON) {
			json_text(&l->out, authz_decision_text_word((enum authz_decision_text)i));
		} else {
			bytes_appendf(&l->out, "%s%s", comma,
				authz_decision_text_word((enum authz_decision_text)i));
			comma = ",";
		}
	}
	if (l->form == AUTHZ_LOG_JSON) {
		json_close(&l->out, ']');
	}
}
