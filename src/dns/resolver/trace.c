/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/trace.h"

#include "base/bytes.h"

#include <string.h>

#define ANSWER_TEXT_MAX 65536
#define OVER_TCP " (tcp)"

/* The operator of a zone chooses the text: what cannot be seen is escaped. */
static void append_text(struct bytes *out, const struct dns_text *text)
{
	bytes_append_text(out, "\"");
	bytes_append_visible(out, str_from_bytes(text->octets, text->len));
	bytes_append_text(out, "\"");
}

static void append_answer(struct bytes *text, const struct dns_step *step)
{
	const struct dns_answer *answer = step->answer;
	char name[DNS_NAME_TEXT_MAX];
	char addr[ADDR_TEXT_MAX];

	if (step->status == DNS_STATUS_CNAME) {
		dns_name_to_text(&answer->target, name);
		bytes_appendf(text, "CNAME %s", name);
		return;
	}
	if (step->status != DNS_STATUS_DATA) {
		bytes_append_text(text, dns_status_word(step->status));
		return;
	}
	for (size_t i = 0; i < answer->count; i++) {
		if (i > 0) {
			bytes_append_text(text, ", ");
		}
		if (step->type == DNS_TYPE_A || step->type == DNS_TYPE_AAAA) {
			addr_format(&answer->addrs[i], addr);
			bytes_append_text(text, addr);
		} else if (step->type == DNS_TYPE_TXT) {
			append_text(text, &answer->texts[i]);
		} else {
			dns_name_to_text(&answer->names[i], name);
			bytes_append_text(text, name);
		}
	}
	if (answer->left_out > 0) {
		bytes_appendf(
			text, "%s%zu more", answer->count > 0 ? " and " : "", answer->left_out);
	}
}

void dns_trace_step(const struct dns_fcrdns_trace *trace, const struct dns_step *step,
	const struct endpoint *upstreams)
{
	char name[DNS_NAME_TEXT_MAX];
	char server[ENDPOINT_TEXT_MAX + sizeof(OVER_TCP)] = "";
	struct dns_fcrdns_trace_step told = {.type = step->type,
		.ttl_s = (uint32_t)((step->expires_ms - step->now_ms) / 1000),
		.us = step->us,
		.cached = step->source == DNS_SOURCE_CACHE,
		.joined = step->joined};
	struct bytes answer;

	bytes_init(&answer, ANSWER_TEXT_MAX);
	append_answer(&answer, step);
	dns_name_to_text(step->name, name);
	told.name = str_view(name);
	told.answer = bytes_view(&answer);
	switch (step->source) {
	case DNS_SOURCE_ZONE:
		told.server = str_view("static_zone");
		break;
	case DNS_SOURCE_CACHE:
		told.server = str_view("cache");
		break;
	case DNS_SOURCE_UPSTREAM:
		endpoint_format(&upstreams[step->upstream], server);
		if (step->tcp) {
			memcpy(server + strlen(server), OVER_TCP, sizeof(OVER_TCP));
		}
		told.server = str_view(server);
		break;
	case DNS_SOURCE_SELF:
		told.server = str_view("none");
		break;
	}
	trace->step(trace->ctx, &told);
	bytes_clear(&answer);
}
