/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/structured_field.h"

#include "base/base64.h"

static int64_t power_of_ten(unsigned exponent)
{
	int64_t power = 1;

	while (exponent-- > 0) {
		power *= 10;
	}
	return power;
}

/* RFC 9651 4.1.4 */
static bool write_integer(struct bytes *out, int64_t number)
{
	int64_t end = power_of_ten(AGENT_SF_INTEGER_DIGITS);

	if (number <= -end || number >= end) {
		return false;
	}
	if (number < 0) {
		bytes_append_u8(out, '-');
	}
	return bytes_append_u64(out, (uint64_t)(number < 0 ? -number : number));
}

/* RFC 9651 4.1.5 */
static bool write_decimal(struct bytes *out, int64_t thousandths)
{
	int64_t one = power_of_ten(AGENT_SF_FRACTION_DIGITS);
	int64_t end = power_of_ten(AGENT_SF_DECIMAL_DIGITS) * one;

	if (thousandths <= -end || thousandths >= end) {
		return false;
	}
	int64_t size = thousandths < 0 ? -thousandths : thousandths;
	int64_t fraction = size % one;

	if (thousandths < 0) {
		bytes_append_u8(out, '-');
	}
	bytes_append_u64(out, (uint64_t)(size / one));
	bytes_append_u8(out, '.');
	do {
		one /= 10;
		bytes_append_u8(out, (uint8_t)('0' + fraction / one));
		fraction %= one;
	} while (fraction != 0);
	return !out->failed;
}

/* RFC 9651 4.1.6 */
static bool write_string(struct bytes *out, struct str text)
{
	size_t done = 0;

	bytes_append_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c < 0x20 || c > 0x7e) {
			return false;
		}
		if (c == '"' || c == '\\') {
			bytes_append(out, text.data + done, i - done);
			bytes_append_u8(out, '\\');
			done = i;
		}
	}
	bytes_append_str(out, str_from(text, done));
	return bytes_append_u8(out, '"');
}

/* RFC 9651 4.1.7 */
static bool write_token(struct bytes *out, struct str text)
{
	if (text.len == 0 || (text.data[0] != '*' && !ascii_is_alpha(text.data[0]))) {
		return false;
	}
	for (size_t i = 1; i < text.len; i++) {
		if (!agent_sf_is_token_byte(text.data[i])) {
			return false;
		}
	}
	return bytes_append_str(out, text);
}

/* RFC 9651 4.1.8 */
static bool write_bytes(struct bytes *out, struct str text)
{
	bytes_append_u8(out, ':');
	uint8_t *room = bytes_reserve(out, BASE64_DIGITS_MAX(text.len) + 1);

	if (room == NULL) {
		return false;
	}
	out->len += base64_encode(BASE64_PADDED, text.data, text.len, (char *)room);
	return bytes_append_u8(out, ':');
}

/* RFC 9651 4.1.11 */
static bool write_display_string(struct bytes *out, struct str text)
{
	bytes_append_text(out, "%\"");
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '%' || c == '"' || c < 0x20 || c > 0x7e) {
			bytes_append_u8(out, '%');
			bytes_append_hex(out, &c, 1);
		} else {
			bytes_append_u8(out, (uint8_t)c);
		}
	}
	return bytes_append_u8(out, '"');
}

bool agent_sf_write_value(struct bytes *out, const struct agent_sf_value *value)
{
	switch (value->type) {
	case AGENT_SF_INTEGER:
		return write_integer(out, value->number);
	case AGENT_SF_DECIMAL:
		return write_decimal(out, value->number);
	case AGENT_SF_STRING:
		return write_string(out, value->text);
	case AGENT_SF_TOKEN:
		return write_token(out, value->text);
	case AGENT_SF_BYTES:
		return write_bytes(out, value->text);
	case AGENT_SF_BOOLEAN:
		return bytes_append_text(out, value->number != 0 ? "?1" : "?0");
	case AGENT_SF_DATE:
		return bytes_append_u8(out, '@') && write_integer(out, value->number);
	case AGENT_SF_DISPLAY_STRING:
		return write_display_string(out, value->text);
	}
	return false;
}

/* RFC 9651 4.1.1.3 */
static bool write_key(struct bytes *out, struct str key)
{
	if (key.len == 0 || !((key.data[0] >= 'a' && key.data[0] <= 'z') || key.data[0] == '*')) {
		return false;
	}
	for (size_t i = 1; i < key.len; i++) {
		if (!agent_sf_is_key_byte(key.data[i])) {
			return false;
		}
	}
	return bytes_append_str(out, key);
}

static bool is_true(const struct agent_sf_value *value)
{
	return value->type == AGENT_SF_BOOLEAN && value->number != 0;
}

bool agent_sf_write_parameters(struct bytes *out, struct agent_sf_parameters parameters)
{
	for (size_t i = 0; i < parameters.count; i++) {
		const struct agent_sf_parameter *parameter = &parameters.items[i];

		bytes_append_u8(out, ';');
		if (!write_key(out, parameter->key)) {
			return false;
		}
		if (is_true(&parameter->value)) {
			continue;
		}
		bytes_append_u8(out, '=');
		if (!agent_sf_write_value(out, &parameter->value)) {
			return false;
		}
	}
	return !out->failed;
}

bool agent_sf_write_item(struct bytes *out, const struct agent_sf_item *item)
{
	return agent_sf_write_value(out, &item->value) &&
	       agent_sf_write_parameters(out, item->parameters);
}

bool agent_sf_write_member(struct bytes *out, const struct agent_sf_member *member)
{
	if (!member->is_inner_list) {
		return agent_sf_write_item(out, &member->items[0]);
	}
	bytes_append_u8(out, '(');
	for (size_t i = 0; i < member->count; i++) {
		if (i > 0) {
			bytes_append_u8(out, ' ');
		}
		if (!agent_sf_write_item(out, &member->items[i])) {
			return false;
		}
	}
	return bytes_append_u8(out, ')') && agent_sf_write_parameters(out, member->parameters);
}

bool agent_sf_write_list(struct bytes *out, const struct agent_sf_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0) {
			bytes_append_text(out, ", ");
		}
		if (!agent_sf_write_member(out, &list->members[i])) {
			return false;
		}
	}
	return !out->failed;
}

bool agent_sf_write_dictionary(struct bytes *out, const struct agent_sf_list *dictionary)
{
	for (size_t i = 0; i < dictionary->count; i++) {
		const struct agent_sf_member *member = &dictionary->members[i];

		if (i > 0) {
			bytes_append_text(out, ", ");
		}
		if (!write_key(out, member->key)) {
			return false;
		}
		if (!member->is_inner_list && is_true(&member->items[0].value)) {
			if (!agent_sf_write_parameters(out, member->items[0].parameters)) {
				return false;
			}
		} else if (!bytes_append_u8(out, '=') || !agent_sf_write_member(out, member)) {
			return false;
		}
	}
	return !out->failed;
}
