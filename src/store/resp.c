/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/resp.h"

#include <stdlib.h>
#include <string.h>

#define KEEP ((size_t)64 * 1024) /* bytes of memory kept from one reply to the next */
#define VALUES_KEEP 1024u
#define CRLF 2u

void store_command_begin(struct bytes *out, size_t count)
{
	bytes_append_u8(out, '*');
	bytes_append_u64(out, count);
	bytes_append(out, "\r\n", CRLF);
}

void store_command_add(struct bytes *out, struct str argument)
{
	bytes_append_u8(out, '$');
	bytes_append_u64(out, argument.len);
	bytes_append(out, "\r\n", CRLF);
	bytes_append_str(out, argument);
	bytes_append(out, "\r\n", CRLF);
}

static enum store_read fail(struct store_reply_reader *r, const char *why)
{
	r->fault = why;
	return STORE_READ_BAD;
}

/* A decimal number with at most one minus sign before it; no other spelling is sent. */
static bool read_number(struct str text, int64_t *out)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	uint64_t value;

	if (!str_to_u64(str_from(text, negative ? 1 : 0),
		    negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX, &value)) {
		return false;
	}
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* A value has ended, and with it the arrays that it completes. */
static enum store_read end_value(struct store_reply_reader *r)
{
	while (r->depth > 0 && --r->awaited[r->depth - 1] == 0) {
		r->depth--;
	}
	return r->depth == 0 ? STORE_READ_REPLY : STORE_READ_MORE;
}

static enum store_read begin_string(struct store_reply_reader *r, struct str length)
{
	int64_t len;

	if (!read_number(length, &len) || len < -1) {
		return fail(r, "the length of a string is not a number");
	}
	if (len == -1) {
		return end_value(r);
	}
	if ((uint64_t)len > STORE_REPLY_BYTES_MAX) {
		return fail(r, "a reply is larger than one megabyte");
	}
	r->body_left = (size_t)len + CRLF;
	return STORE_READ_MORE;
}

static enum store_read begin_array(struct store_reply_reader *r, struct str length)
{
	int64_t count;

	if (!read_number(length, &count) || count < -1) {
		return fail(r, "the length of an array is not a number");
	}
	if (count <= 0) {
		return end_value(r);
	}
	if ((uint64_t)count > STORE_REPLY_VALUES_MAX - r->value_count) {
		return fail(r, "a reply has too many values");
	}
	if (r->depth == STORE_REPLY_DEPTH_MAX) {
		return fail(r, "a reply has too many arrays in each other");
	}
	r->value_count += (uint32_t)count;
	r->awaited[r->depth++] = (uint32_t)count;
	return STORE_READ_MORE;
}

/* `line` is without its CR LF. */
static enum store_read take_line(struct store_reply_reader *r, struct str line)
{
	struct str rest = str_from(line, 1);
	int64_t number;

	switch (line.len > 0 ? line.data[0] : '\0') {
	case '+':
	case '-':
		return end_value(r);
	case ':':
		return read_number(rest, &number) ? end_value(r)
						  : fail(r, "an integer is not a number");
	case '$':
		return begin_string(r, rest);
	case '*':
		return begin_array(r, rest);
	default:
		return fail(r, "it does not speak RESP2");
	}
}

/* Moves input into r->bytes up to the end of the line, and takes the line if it is complete. */
static enum store_read read_line(struct store_reply_reader *r, struct str *input)
{
	size_t at = str_find(*input, '\n');
	size_t len = at < input->len ? at + 1 : at;

	if (r->bytes.len - r->line_from + len > STORE_REPLY_LINE_MAX) {
		return fail(r, "a line is too long");
	}
	if (!bytes_append(&r->bytes, input->data, len)) {
		return fail(r, "a reply is larger than one megabyte");
	}
	*input = str_from(*input, len);
	struct str line = str_from(bytes_view(&r->bytes), r->line_from);

	if (line.data[line.len - 1] != '\n') {
		return STORE_READ_MORE;
	}
	if (line.len < CRLF || str_find(line, '\r') != line.len - CRLF) {
		return fail(r, "a line does not end in CR LF");
	}
	line.len -= CRLF;
	r->line_from = r->bytes.len;
	return take_line(r, line);
}

static enum store_read read_body(struct store_reply_reader *r, struct str *input)
{
	size_t len = input->len < r->body_left ? input->len : r->body_left;

	if (!bytes_append(&r->bytes, input->data, len)) {
		return fail(r, "a reply is larger than one megabyte");
	}
	*input = str_from(*input, len);
	r->body_left -= len;
	if (r->body_left > 0) {
		return STORE_READ_MORE;
	}
	if (memcmp(r->bytes.data + r->bytes.len - CRLF, "\r\n", CRLF) != 0) {
		return fail(r, "a string is longer than its length");
	}
	r->line_from = r->bytes.len;
	return end_value(r);
}

/* What is read here was checked before, when it came. */
struct builder {
	struct str rest;
	struct store_reply *free;
};

static struct str next_line(struct builder *b)
{
	size_t len = str_find(b->rest, '\r');
	struct str line = {b->rest.data, len};

	b->rest = str_from(b->rest, len + CRLF);
	return line;
}

static void build(struct builder *b, struct store_reply *value);

static void build_array(struct builder *b, struct store_reply *value, int64_t count)
{
	struct store_reply *items = b->free;

	if (count < 0) {
		value->type = STORE_REPLY_NULL;
		return;
	}
	value->type = STORE_REPLY_ARRAY;
	if (count == 0) {
		return;
	}
	b->free += count;
	value->items = items;
	value->count = (size_t)count;
	for (size_t i = 0; i < value->count; i++) {
		build(b, &items[i]);
	}
}

static void build(struct builder *b, struct store_reply *value)
{
	struct str line = next_line(b);
	struct str rest = str_from(line, 1);
	int64_t number = 0;
	bool numeric = line.data[0] == ':' || line.data[0] == '$' || line.data[0] == '*';
	bool good = !numeric || read_number(rest, &number);

	*value = (struct store_reply){.type = STORE_REPLY_NULL};
	if (!good) {
		return;
	}
	switch (line.data[0]) {
	case '+':
	case '-':
		value->type = line.data[0] == '+' ? STORE_REPLY_STATUS : STORE_REPLY_ERROR;
		value->text = rest;
		break;
	case ':':
		value->type = STORE_REPLY_INTEGER;
		value->integer = number;
		break;
	case '$':
		if (number >= 0) {
			value->type = STORE_REPLY_STRING;
			value->text = (struct str){b->rest.data, (size_t)number};
			b->rest = str_from(b->rest, (size_t)number + CRLF);
		}
		break;
	default:
		build_array(b, value, number);
		break;
	}
}

static enum store_read give_out(struct store_reply_reader *r, struct store_reply *reply)
{
	if (r->value_count > r->value_max) {
		free(r->values);
		r->values = calloc(r->value_count, sizeof(*r->values));
		r->value_max = r->values != NULL ? r->value_count : 0;
		if (r->values == NULL) {
			return fail(r, "out of memory");
		}
	}
	struct builder b = {bytes_view(&r->bytes), r->values};

	build(&b, reply);
	r->whole = true;
	return STORE_READ_REPLY;
}

static void begin_reply(struct store_reply_reader *r)
{
	bytes_reset(&r->bytes, KEEP);
	r->bytes.max = STORE_REPLY_BYTES_MAX;
	r->line_from = 0;
	r->value_count = 0;
	r->whole = false;
	if (r->value_max > VALUES_KEEP) {
		free(r->values);
		r->values = NULL;
		r->value_max = 0;
	}
}

enum store_read store_reply_read(
	struct store_reply_reader *r, struct str *input, struct store_reply *reply)
{
	if (r->whole || r->bytes.len == 0) {
		begin_reply(r);
	}
	while (input->len > 0) {
		enum store_read read = r->body_left > 0 ? read_body(r, input) : read_line(r, input);

		if (read == STORE_READ_REPLY) {
			return give_out(r, reply);
		}
		if (read == STORE_READ_BAD) {
			return read;
		}
	}
	return STORE_READ_MORE;
}

bool store_reply_reader_is_inside(const struct store_reply_reader *r)
{
	return !r->whole && r->bytes.len > 0;
}

void store_reply_reader_clear(struct store_reply_reader *r)
{
	bytes_clear(&r->bytes);
	free(r->values);
	*r = (struct store_reply_reader){.depth = 0};
}
