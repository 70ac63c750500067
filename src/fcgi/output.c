/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/output.h"

#include "base/util.h"
#include "fcgi/record.h"

#include <fastcgi.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void append_record(struct bytes *out, uint8_t type, uint16_t id, struct str content)
{
	struct fcgi_record record = {
		.type = type,
		.id = id,
		.content_len = (uint16_t)content.len,
		.padding_len = (uint8_t)(-content.len & 7),
	};
	uint8_t *at = bytes_reserve(out, FCGI_HEADER_LEN + content.len + record.padding_len);

	if (at == NULL) {
		return;
	}
	fcgi_record_build(&record, at);
	if (content.len > 0) {
		memcpy(at + FCGI_HEADER_LEN, content.data, content.len);
	}
	memset(at + FCGI_HEADER_LEN + content.len, 0, record.padding_len);
	out->len += FCGI_HEADER_LEN + content.len + record.padding_len;
}

void fcgi_output_stream(struct bytes *out, uint8_t type, uint16_t id, struct str content)
{
	while (content.len > 0) {
		size_t len = content.len < FCGI_MAX_LENGTH ? content.len : FCGI_MAX_LENGTH;

		append_record(out, type, id, (struct str){content.data, len});
		content = str_from(content, len);
	}
	append_record(out, type, id, (struct str){NULL, 0});
}

void fcgi_output_end(struct bytes *out, uint16_t id, uint8_t protocol_status)
{
	const FCGI_EndRequestBody body = {.protocolStatus = protocol_status};

	append_record(out, FCGI_END_REQUEST, id, str_from_bytes(&body, sizeof(body)));
}

void fcgi_output_unknown_type(struct bytes *out, uint8_t type)
{
	const FCGI_UnknownTypeBody body = {.type = type};

	append_record(
		out, FCGI_UNKNOWN_TYPE, FCGI_NULL_REQUEST_ID, str_from_bytes(&body, sizeof(body)));
}

static const struct variable {
	enum fcgi_variable bit;
	const char *name;
} variables_known[] = {
	{FCGI_VARIABLE_MAX_CONNS, FCGI_MAX_CONNS},
	{FCGI_VARIABLE_MAX_REQS, FCGI_MAX_REQS},
	{FCGI_VARIABLE_MPXS_CONNS, FCGI_MPXS_CONNS},
	{FCGI_VARIABLE_GENERATION, "DOORWARD_GENERATION"},
};

unsigned fcgi_variable_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(variables_known); i++) {
		if (str_eq_text(name, variables_known[i].name)) {
			return variables_known[i].bit;
		}
	}
	return 0;
}

#define VALUE_MAX 24 /* bytes, with NUL */

static void format_value(
	enum fcgi_variable variable, const struct fcgi_limits *limits, char out[VALUE_MAX])
{
	uint32_t each = limits->max_requests_per_connection;

	switch (variable) {
	case FCGI_VARIABLE_MAX_CONNS:
		snprintf(out, VALUE_MAX, "%" PRIu32, limits->max_connections);
		break;
	case FCGI_VARIABLE_MAX_REQS:
		snprintf(out, VALUE_MAX, "%" PRIu64, (uint64_t)limits->max_connections * each);
		break;
	case FCGI_VARIABLE_MPXS_CONNS:
		snprintf(out, VALUE_MAX, "%d", each > 1);
		break;
	case FCGI_VARIABLE_GENERATION:
		snprintf(out, VALUE_MAX, "%016" PRIx64, limits->generation);
		break;
	}
}

void fcgi_output_values(struct bytes *out, unsigned variables, const struct fcgi_limits *limits)
{
	char content[192];
	size_t len = 0;

	/* Names and values are shorter than 128 bytes: one byte for each length. */
	for (size_t i = 0; i < ARRAY_LEN(variables_known); i++) {
		const struct variable *v = &variables_known[i];
		char value[VALUE_MAX];

		if ((variables & v->bit) == 0) {
			continue;
		}
		format_value(v->bit, limits, value);
		len += (size_t)snprintf(content + len, sizeof(content) - len, "%c%c%s%s",
			(int)strlen(v->name), (int)strlen(value), v->name, value);
	}
	append_record(
		out, FCGI_GET_VALUES_RESULT, FCGI_NULL_REQUEST_ID, (struct str){content, len});
}
