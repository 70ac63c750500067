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

/* The application: one line an event, with the number of its request, in the order of begins. */
struct recorder {
	struct bytes events;
	struct list pending; /* ready and not answered */
	unsigned begun;
	unsigned active;
	bool refuse; /* begin gives NULL */
	bool defer;  /* answers come from recorder_answer alone */
	struct str answer;
	void (*reply)(struct fcgi_request *request, struct str output);
};

struct recorded {
	struct recorder *recorder;
	struct fcgi_request *request;
	struct list entry;
	unsigned number;
	bool ready;
	bool bad;
};

static inline void recorded_free(struct recorded *r)
{
	list_remove(&r->entry);
	r->recorder->active--;
	free(r);
}

static inline void *recorder_begin(void *ctx, struct fcgi_request *request, enum fcgi_role role)
{
	struct recorder *recorder = ctx;
	struct recorded *r;

	if (recorder->refuse) {
		return NULL;
	}
	r = calloc(1, sizeof(*r));
	r->recorder = recorder;
	r->request = request;
	r->number = recorder->begun++;
	list_init(&r->entry);
	recorder->active++;
	bytes_appendf(&recorder->events, "%u begin %d\n", r->number, (int)role);
	return r;
}

static inline void recorder_param(void *app_request, struct str name, struct str value)
{
	struct recorded *r = app_request;
	struct bytes *events = &r->recorder->events;

	if (r->bad || r->ready) {
		abort();
	}
	bytes_appendf(events, "%u ", r->number);
	bytes_append_str(events, name);
	bytes_append_text(events, "=");
	bytes_append_str(events, value);
	bytes_append_text(events, "\n");
}

static inline void recorder_bad_params(void *app_request, enum fcgi_bad_params why)
{
	static const char *const words[] = {"oversize", "truncated", "no memory"};
	struct recorded *r = app_request;

	if (r->bad || r->ready) {
		abort();
	}
	r->bad = true;
	bytes_appendf(&r->recorder->events, "%u %s\n", r->number, words[why]);
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

static inline void recorder_ready(void *app_request)
{
	struct recorded *r = app_request;
	struct recorder *recorder = r->recorder;

	if (r->ready) {
		abort();
	}
	r->ready = true;
	bytes_appendf(&recorder->events, "%u ready\n", r->number);
	if (recorder->defer) {
		list_append(&recorder->pending, &r->entry);
		return;
	}
	struct fcgi_request *request = r->request;

	recorded_free(r);
	recorder->reply(request, recorder->answer);
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
		.begin = recorder_begin,
		.param = recorder_param,
		.bad_params = recorder_bad_params,
		.ready = recorder_ready,
		.abort = recorder_abort,
	};
}

#endif
