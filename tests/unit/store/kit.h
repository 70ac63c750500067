/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_STORE_KIT_H
#define DW_TEST_STORE_KIT_H

#include "store/resp.h"

#include <stdlib.h>
#include <string.h>

/* Writes a reply down: +OK -ERR :1 "text" nil [..]; bytes beyond ASCII and quotes as \xx. */
static inline void kit_write_reply(const struct store_reply *reply, struct bytes *out)
{
	switch (reply->type) {
	case STORE_REPLY_STATUS:
	case STORE_REPLY_ERROR:
		bytes_append_u8(out, reply->type == STORE_REPLY_STATUS ? '+' : '-');
		bytes_append_str(out, reply->text);
		break;
	case STORE_REPLY_INTEGER:
		bytes_appendf(out, ":%lld", (long long)reply->integer);
		break;
	case STORE_REPLY_STRING:
		bytes_append_json(out, reply->text);
		break;
	case STORE_REPLY_NULL:
		bytes_append_text(out, "nil");
		break;
	case STORE_REPLY_ARRAY:
		bytes_append_u8(out, '[');
		for (size_t i = 0; i < reply->count; i++) {
			bytes_append_text(out, i > 0 ? " " : "");
			kit_write_reply(&reply->items[i], out);
		}
		bytes_append_u8(out, ']');
		break;
	}
}

/*
 * Reads `input` in pieces of `first` bytes and then of `step`, each from memory of exactly its
 * size, and writes down the replies and the fault, one a line. Returns whether a reply was left
 * incomplete.
 */
static inline bool kit_read(struct str input, size_t first, size_t step, struct bytes *out)
{
	struct store_reply_reader reader = {.depth = 0};
	size_t len = first < input.len ? first : input.len;
	enum store_read read = STORE_READ_MORE;
	struct store_reply reply;

	while (read != STORE_READ_BAD && input.len > 0) {
		char *copy = malloc(len > 0 ? len : 1);
		struct str rest = {copy, len};

		if (copy == NULL) {
			abort();
		}
		memcpy(copy, input.data, len);
		do {
			read = store_reply_read(&reader, &rest, &reply);
			if (read == STORE_READ_REPLY) {
				kit_write_reply(&reply, out);
				bytes_append_u8(out, '\n');
			}
		} while (read == STORE_READ_REPLY);
		if (read == STORE_READ_MORE && rest.len != 0) {
			abort();
		}
		free(copy);
		input = str_from(input, len);
		len = step < input.len ? step : input.len;
	}
	if (read == STORE_READ_BAD) {
		bytes_appendf(out, "bad: %s\n", reader.fault);
	}
	bool inside = read != STORE_READ_BAD && store_reply_reader_is_inside(&reader);

	store_reply_reader_clear(&reader);
	return inside;
}

#endif
