/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"
#include "unit/fcgi/kit.h"

/* Reads all of `input`, from memory of exactly its size, and writes down what comes, pieces of
 * content joined. False once the stream is bad. */
static bool read_all(
	struct fcgi_record_reader *reader, const uint8_t *data, size_t len, struct bytes *events)
{
	uint8_t *copy = calloc(len > 0 ? len : 1, 1);
	struct str rest = str_from_bytes(copy, len);
	struct str piece;
	bool good = true;
	bool more = true;

	memcpy(copy, data, len);
	while (good && more) {
		const struct fcgi_record *r = &reader->record;

		switch (fcgi_record_read(reader, &rest, &piece)) {
		case FCGI_READ_MORE:
			assert_int_equal(rest.len, 0);
			more = false;
			break;
		case FCGI_READ_HEADER:
			bytes_appendf(events, "<%u %u %u %u:", r->type, r->id, r->content_len,
				r->padding_len);
			break;
		case FCGI_READ_CONTENT:
			assert_true(piece.len > 0);
			bytes_append_str(events, piece);
			break;
		case FCGI_READ_END:
			bytes_append_text(events, ">");
			break;
		case FCGI_READ_BAD:
			bytes_append_text(events, "BAD");
			good = false;
			break;
		}
	}
	free(copy);
	return good;
}

static void a_stream(struct bytes *stream)
{
	wire_record_padded(stream, FCGI_PARAMS, 0x1234, "abcdefgh", 8, 3);
	wire_empty(stream, FCGI_PARAMS, 65535);
	wire_record_padded(stream, 255, 0, "", 0, 255);
	wire_record_padded(stream, FCGI_STDIN, 1, "xyz", 3, 5);
	wire_record(stream, FCGI_ABORT_REQUEST, 1, "", 0);
}

static const char stream_events[] = "<4 4660 8 3:abcdefgh><4 65535 0 0:><255 0 0 255:>"
				    "<5 1 3 5:xyz><2 1 0 0:>";

static void assert_events(const struct bytes *events, const char *expected)
{
	assert_bytes(events->data, events->len, expected, strlen(expected));
}

static void reads_a_stream_however_it_is_split(void **state)
{
	struct bytes stream = {0};
	struct bytes events = {0};

	a_stream(&stream);
	for (size_t a = 0; a <= stream.len; a++) {
		for (size_t b = a; b <= stream.len; b += 1 + (b % 7)) {
			struct fcgi_record_reader reader = {0};

			bytes_reset(&events, 4096);
			assert_true(read_all(&reader, stream.data, a, &events));
			assert_true(read_all(&reader, stream.data + a, b - a, &events));
			assert_true(read_all(&reader, stream.data + b, stream.len - b, &events));
			assert_events(&events, stream_events);
			assert_true(fcgi_record_reader_is_between(&reader));
		}
	}
	bytes_clear(&events);
	bytes_clear(&stream);
}

static void reads_byte_by_byte(void **state)
{
	struct bytes stream = {0};
	struct bytes events = {0};
	struct fcgi_record_reader reader = {0};

	a_stream(&stream);
	for (size_t i = 0; i < stream.len; i++) {
		assert_true(read_all(&reader, stream.data + i, 1, &events));
	}
	assert_events(&events, stream_events);
	bytes_clear(&events);
	bytes_clear(&stream);
}

static void knows_when_it_stands_between_records(void **state)
{
	struct bytes stream = {0};
	struct bytes events = {0};
	struct fcgi_record_reader reader = {0};

	assert_true(fcgi_record_reader_is_between(&reader));
	wire_record_padded(&stream, FCGI_STDIN, 1, "xyz", 3, 5);
	for (size_t i = 0; i < stream.len; i++) {
		assert_true(read_all(&reader, stream.data + i, 1, &events));
		assert_int_equal(fcgi_record_reader_is_between(&reader), i == stream.len - 1);
	}
	bytes_clear(&events);
	bytes_clear(&stream);
}

static void content_ends_before_the_padding_comes(void **state)
{
	const uint8_t header[8] = {1, FCGI_PARAMS, 0, 1, 0, 0, 8, 0};
	struct bytes events = {0};
	struct fcgi_record_reader reader = {0};

	assert_true(read_all(&reader, header, sizeof(header), &events));
	assert_events(&events, "<4 1 0 8:>");
	bytes_clear(&events);
}

static void refuses_another_version_at_its_first_byte(void **state)
{
	for (unsigned version = 0; version < 256; version++) {
		const uint8_t byte = (uint8_t)version;
		struct bytes stream = {0};
		struct bytes events = {0};
		struct fcgi_record_reader reader = {0};

		a_stream(&stream);
		assert_true(read_all(&reader, stream.data, stream.len, &events));
		assert_int_equal(read_all(&reader, &byte, 1, &events), version == 1);
		bytes_clear(&events);
		bytes_clear(&stream);
	}
}

static void reads_the_longest_record(void **state)
{
	uint8_t *content = malloc(65535);
	struct bytes stream = {0};
	struct bytes events = {0};
	struct fcgi_record_reader reader = {0};

	memset(content, 'c', 65535);
	wire_record_padded(&stream, FCGI_PARAMS, 1, content, 65535, 255);
	for (size_t at = 0; at < stream.len; at += 4099) {
		size_t len = stream.len - at < 4099 ? stream.len - at : 4099;

		assert_true(read_all(&reader, stream.data + at, len, &events));
	}
	assert_int_equal(events.len, strlen("<4 1 65535 255:") + 65535 + 1);
	assert_memory_equal(events.data + strlen("<4 1 65535 255:"), content, 65535);
	assert_true(fcgi_record_reader_is_between(&reader));
	bytes_clear(&events);
	bytes_clear(&stream);
	free(content);
}

static void builds_what_it_reads(void **state)
{
	const struct fcgi_record record = {
		.type = FCGI_STDOUT, .id = 0x1234, .content_len = 0xabcd, .padding_len = 7};
	const uint8_t expected[8] = {1, 6, 0x12, 0x34, 0xab, 0xcd, 7, 0};
	uint8_t header[8];

	fcgi_record_build(&record, header);
	assert_memory_equal(header, expected, sizeof(header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_stream_however_it_is_split),
		cmocka_unit_test(reads_byte_by_byte),
		cmocka_unit_test(knows_when_it_stands_between_records),
		cmocka_unit_test(content_ends_before_the_padding_comes),
		cmocka_unit_test(refuses_another_version_at_its_first_byte),
		cmocka_unit_test(reads_the_longest_record),
		cmocka_unit_test(builds_what_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
