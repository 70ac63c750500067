/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* The record codec: what it reads does not depend on how the stream is cut. First byte: the size of
 * the pieces, less one. */

#include "fcgi/record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A running FNV-1a hash of all that was read. */
static void add(uint64_t *digest, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++) {
		*digest = (*digest ^ bytes[i]) * 0x100000001b3;
	}
}

static bool read_piece(struct fcgi_record_reader *reader, struct str input, uint64_t *digest)
{
	struct str piece;

	for (;;) {
		switch (fcgi_record_read(reader, &input, &piece)) {
		case FCGI_READ_MORE:
			if (input.len != 0) {
				abort();
			}
			return true;
		case FCGI_READ_HEADER:
			add(digest, &reader->record.type, 1);
			add(digest, &reader->record.id, 2);
			break;
		case FCGI_READ_CONTENT:
			if (piece.len == 0 || piece.len > reader->record.content_len) {
				abort();
			}
			add(digest, piece.data, piece.len);
			break;
		case FCGI_READ_END:
			add(digest, "end", 3);
			break;
		case FCGI_READ_BAD:
			add(digest, "bad", 3);
			return false;
		}
	}
}

static uint64_t read_all(const uint8_t *data, size_t size, size_t step)
{
	struct fcgi_record_reader reader = {0};
	uint64_t digest = 0xcbf29ce484222325;
	bool good = true;

	for (size_t at = 0; good && at < size; at += step) {
		size_t len = size - at < step ? size - at : step;

		good = read_piece(&reader, str_from_bytes(data + at, len), &digest);
	}
	bool between = good && fcgi_record_reader_is_between(&reader);

	add(&digest, &between, 1);
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2) {
		return 0;
	}
	uint64_t whole = read_all(data + 1, size - 1, size);

	if (read_all(data + 1, size - 1, (size_t)data[0] + 1) != whole ||
		read_all(data + 1, size - 1, 1) != whole) {
		abort();
	}
	return 0;
}
