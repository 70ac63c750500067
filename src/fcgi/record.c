/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/record.h"

#include "base/reader.h"

#include <assert.h>
#include <fastcgi.h>
#include <string.h>

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void parse_header(struct fcgi_record_reader *reader, const uint8_t header[FCGI_HEADER_LEN])
{
	reader->record.type = header[1];
	reader->record.id = (uint16_t)(header[2] << 8 | header[3]);
	reader->record.content_len = (uint16_t)(header[4] << 8 | header[5]);
	reader->record.padding_len = header[6];
	reader->content_left = reader->record.content_len;
	reader->padding_left = reader->record.padding_len;
	reader->ended = false;
}

static enum fcgi_read read_header(struct fcgi_record_reader *reader, struct str *input)
{
	static_assert(sizeof(reader->header) == FCGI_HEADER_LEN, "all of it fits");
	const uint8_t *whole = (const uint8_t *)input->data;
	size_t len = smaller(input->len, sizeof(reader->header) - reader->have);

	if (len == 0) {
		return FCGI_READ_MORE;
	}
	/* Mostly the header lies whole in the input, and is not copied. */
	if (len == sizeof(reader->header) && whole[0] == FCGI_VERSION_1) {
		reader->have = sizeof(reader->header);
		*input = str_from(*input, len);
		parse_header(reader, whole);
		return FCGI_READ_HEADER;
	}
	memcpy(reader->header + reader->have, input->data, len);
	reader->have = (uint8_t)(reader->have + len);
	*input = str_from(*input, len);
	/* The version is in the first byte, so a wrong one is rejected before the others come. */
	if (reader->header[0] != FCGI_VERSION_1) {
		return FCGI_READ_BAD;
	}
	if (reader->have < sizeof(reader->header)) {
		return FCGI_READ_MORE;
	}
	parse_header(reader, reader->header);
	return FCGI_READ_HEADER;
}

enum fcgi_read fcgi_record_read(
	struct fcgi_record_reader *reader, struct str *input, struct str *content)
{
	if (reader->have == sizeof(reader->header) && reader->ended) {
		size_t len = smaller(input->len, reader->padding_left);

		reader->padding_left = (uint8_t)(reader->padding_left - len);
		*input = str_from(*input, len);
		if (reader->padding_left > 0) {
			return FCGI_READ_MORE;
		}
		reader->have = 0;
	}
	if (reader->have < sizeof(reader->header)) {
		return read_header(reader, input);
	}
	if (reader->content_left == 0) {
		reader->ended = true;
		return FCGI_READ_END;
	}
	size_t len = smaller(input->len, reader->content_left);

	if (len == 0) {
		return FCGI_READ_MORE;
	}
	*content = (struct str){input->data, len};
	reader->content_left = (uint16_t)(reader->content_left - len);
	*input = str_from(*input, len);
	return FCGI_READ_CONTENT;
}

bool fcgi_record_reader_is_between(const struct fcgi_record_reader *reader)
{
	return reader->have == 0 || (reader->have == sizeof(reader->header) && reader->ended &&
					    reader->padding_left == 0);
}

void fcgi_record_build(const struct fcgi_record *record, uint8_t out[8])
{
	out[0] = FCGI_VERSION_1;
	out[1] = record->type;
	put_u16(out + 2, record->id);
	put_u16(out + 4, record->content_len);
	out[6] = record->padding_len;
	out[7] = 0;
}
