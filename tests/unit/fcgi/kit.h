/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_FCGI_KIT_H
#define DW_TEST_FCGI_KIT_H

#include "base/bytes.h"
#include "base/list.h"
#include "base/reader.h"
#include "base/str.h"
#include "base/util.h"
#include "fcgi/app.h"

#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>

/* Byte streams, and an application that writes down what it is told. Shared with the fuzz targets.
 */

static inline void wire_record_padded(struct bytes *out, unsigned type, unsigned id,
	const void *content, size_t len, unsigned padding)
{
	uint8_t header[8] = {1, (uint8_t)type};

	put_u16(header + 2, (uint16_t)id);
	put_u16(header + 4, (uint16_t)len);
	header[6] = (uint8_t)padding;
	bytes_append(out, header, sizeof(header));
	bytes_append(out, content, len);
	for (unsigned i = 0; i < padding; i++) {
		bytes_append_u8(out, 0xaa);
	}
}

static inline void wire_record(
	struct bytes *out, unsigned type, unsigned id, const void *content, size_t len)
{
	wire_record_padded(out, type, id, content, len, 0);
}

static inline void wire_begin(struct bytes *out, unsigned id, unsigned role, unsigned flags)
{
	const uint8_t body[8] = {(uint8_t)(role >> 8), (uint8_t)role, (uint8_t)flags};

	wire_record(out, FCGI_BEGIN_REQUEST, id, body, sizeof(body));
}

static inline void wire_empty(struct bytes *out, unsigned type, unsigned id)
{
	wire_record(out, type, id, NULL, 0);
}

static inline void wire_length(struct bytes *out, size_t len)
{
	uint8_t four[4];

	if (len < 128) {
		bytes_append_u8(out, (uint8_t)len);
	} else {
		put_u32(four, (uint32_t)len | 0x80000000);
		bytes_append(out, four, sizeof(four));
	}
}

static inline void wire_pair(struct bytes *out, struct str name, struct str value)
{
	wire_length(out, name.len);
	wire_length(out, value.len);
	bytes_append_str(out, name);
	bytes_append_str(out, value);
}

/* One PARAMS record with one pair. */
static inline void wire_param(struct bytes *out, unsigned id, const char *name, const char *value)
{
	struct bytes pair = {0};

	wire_pair(&pair, str_view(name), str_view(value));
	wire_record(out, FCGI_PARAMS, id, pair.data, pair.len);
	bytes_clear(&pair);
}

/* A whole request as nginx writes it. */
static inline void wire_request(struct bytes *out, unsigned id, unsigned flags)
{
	wire_begin(out, id, FCGI_RESPONDER, flags);
	wire_param(out, id, "REMOTE_ADDR", "192.0.2.1");
	wire_empty(out, FCGI_PARAMS, id);
	wire_empty(out, FCGI_STDIN, id);
}

/* What a server says when the application answers `output`. */
static inline void wire_answer(struct bytes *out, unsigned id, const char *output)
{
	const uint8_t end[8] = {0};
	unsigned padding = (unsigned)(-strlen(output) & 7);

	wire_record(out, FCGI_STDOUT, id, output, strlen(output));
	out->data[out->len - strlen(output) - 2] = (uint8_t)padding;
	bytes_append(out, end, padding);
	wire_empty(out, FCGI_STDOUT, id);
	wire_record(out, FCGI_END_REQUEST, id, end, sizeof(end));
}

static inline void wire_end(struct bytes *out, unsigned id, unsigned protocol_status)
{
	const uint8_t end[8] = {0, 0, 0, 0, (uint8_t)protocol_status};

	wire_record(out, FCGI_END_REQUEST, id, end, sizeof(end));
}

/* The application: one line an event, with the number of its request, in the order of calls. */
struct recorder {
	struct bytes events;
	struct list pending; /* not answered */
	unsigned begun;
	unsigned active;
	bool defer; /* answers come from recorder_answer alone */
	struct str answer;
	void (*reply)(struct fcgi_request *request, struct str output);
};

struct recorded {
	struct recorder *recorder;
	struct fcgi_request *request;
	struct list entry;
	unsigned number;
};

static inline void recorded_free(struct recorded *r)
{
	list_remove(&r->entry);
	r->recorder->active--;
	free(r);
}

/* Answers the oldest request that waits; false if none does. */
static inline bool recorder_answer(struct recorder *recorder)
{
	struct list *entry = list_first(&recorder->pending);

	if (entry == NULL) {
		return false;
	}
	struct recorded *r = CONTAINER_OF(entry, struct recorded, entry);
	struct fcgi_request *request = r->request;

	recorded_free(r);
	recorder->reply(request, recorder->answer);
	return true;
}

static inline void recorder_params(
	struct bytes *events, unsigned number, struct fcgi_params *params)
{
	static const char *const words[] = {
		[FCGI_PARAMS_OVERSIZE] = "oversize",
		[FCGI_PARAMS_TRUNCATED] = "truncated",
		[FCGI_PARAMS_NO_MEMORY] = "no memory",
	};
	struct str name;
	struct str value;

	while (fcgi_params_next(params, &name, &value)) {
		bytes_appendf(events, "%u ", number);
		bytes_append_str(events, name);
		bytes_append_text(events, "=");
		bytes_append_str(events, value);
		bytes_append_text(events, "\n");
	}
	if (params->fault != FCGI_PARAMS_SOUND) {
		bytes_appendf(events, "%u %s\n", number, words[params->fault]);
	}
}

static inline void *recorder_request(
	void *ctx, struct fcgi_request *request, enum fcgi_role role, struct fcgi_params *params)
{
	struct recorder *recorder = ctx;
	unsigned number = recorder->begun++;

	bytes_appendf(&recorder->events, "%u begin %d\n", number, (int)role);
	recorder_params(&recorder->events, number, params);
	bytes_appendf(&recorder->events, "%u ready\n", number);
	if (!recorder->defer) {
		recorder->reply(request, recorder->answer);
		return NULL;
	}
	struct recorded *r = calloc(1, sizeof(*r));

	*r = (struct recorded){.recorder = recorder, .request = request, .number = number};
	list_append(&recorder->pending, &r->entry);
	recorder->active++;
	return r;
}

static inline void recorder_abort(void *app_request)
{
	struct recorded *r = app_request;

	bytes_appendf(&r->recorder->events, "%u abort\n", r->number);
	recorded_free(r);
}

static inline void recorder_init(
	struct recorder *recorder, void (*reply)(struct fcgi_request *, struct str))
{
	*recorder = (struct recorder){.reply = reply, .answer = str_view("Status: 200\r\n\r\n")};
	list_init(&recorder->pending);
}

static inline struct fcgi_app recorder_app(struct recorder *recorder)
{
	return (struct fcgi_app){
		.ctx = recorder,
		.request = recorder_request,
		.abort = recorder_abort,
	};
}

#endif
