/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* What nginx's module reads from doorward: it does not depend on how the stream is cut, and a good
 * response has its texts inside it. First byte: the size of the pieces, less one. */

#include "../contrib/nginx-module/ngx_http_doorward_record.c"

#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RESPONSE_MAX 4096

struct seen {
	size_t len;
	unsigned char bytes[RESPONSE_MAX];
};

static void add(struct seen *seen, const void *data, size_t len)
{
	if (len > 0 && len <= RESPONSE_MAX - seen->len) {
		memcpy(seen->bytes + seen->len, data, len);
		seen->len += len;
	}
}

/* From memory of exactly the size of the piece. False once the stream is bad. */
static bool read_piece(
	ngx_http_doorward_reader_t *reader, const uint8_t *data, size_t len, struct seen *seen)
{
	unsigned char *copy = malloc(len);
	const unsigned char *p = copy;
	ngx_http_doorward_event_e what;
	ngx_http_doorward_event_t event;

	memcpy(copy, data, len);
	do {
		what = ngx_http_doorward_record_read(reader, &p, copy + len, &event);
		check(p >= copy && p <= copy + len);
		if (what == NGX_HTTP_DOORWARD_STDOUT || what == NGX_HTTP_DOORWARD_VALUES) {
			add(seen, event.piece.data, event.piece.len);
		} else if (what == NGX_HTTP_DOORWARD_END) {
			check(event.id != 0);
			add(seen, &event.id, sizeof(event.id));
			add(seen, &event.complete, sizeof(event.complete));
		}
	} while (what != NGX_HTTP_DOORWARD_MORE && what != NGX_HTTP_DOORWARD_BAD);
	check(what == NGX_HTTP_DOORWARD_BAD || p == copy + len);
	free(copy);
	return what == NGX_HTTP_DOORWARD_MORE;
}

static void read_all(const uint8_t *data, size_t size, size_t step, struct seen *seen)
{
	ngx_http_doorward_reader_t reader = {0};
	bool good = true;

	seen->len = 0;
	for (size_t at = 0; good && at < size; at += step) {
		good = read_piece(&reader, data + at, size - at < step ? size - at : step, seen);
	}
}

static void check_inside(ngx_http_doorward_text_t text, const unsigned char *data, size_t len)
{
	check(text.len == 0 ||
		(text.data >= data && text.len <= len && text.data <= data + len - text.len));
	for (size_t i = 0; i < text.len; i++) {
		check(text.data[i] >= 0x20 && text.data[i] != 0x7f);
	}
}

static void check_response(const uint8_t *data, size_t len)
{
	unsigned char *copy = malloc(len > 0 ? len : 1);
	ngx_http_doorward_response_t response;
	ngx_http_doorward_text_t value = {NULL, 0};

	if (len > 0) {
		memcpy(copy, data, len);
	}
	if (ngx_http_doorward_response_read(copy, len, &response) == 0) {
		check(response.status >= 100 && response.status <= 999);
		check(response.expires < 1000000000);
		check_inside(response.vary, copy, len);
		for (size_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
			check_inside(response.fields[i], copy, len);
		}
	}
	if (ngx_http_doorward_pairs_find((ngx_http_doorward_text_t){copy, len},
		    (ngx_http_doorward_text_t){copy, len % 3}, &value) == 0) {
		check(value.data >= copy && value.data + value.len <= copy + len);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seen whole;
	static struct seen cut;

	if (size < 2) {
		return 0;
	}
	read_all(data + 1, size - 1, size, &whole);
	read_all(data + 1, size - 1, (size_t)data[0] + 1, &cut);
	check(whole.len == cut.len && memcmp(whole.bytes, cut.bytes, whole.len) == 0);
	read_all(data + 1, size - 1, 1, &cut);
	check(whole.len == cut.len && memcmp(whole.bytes, cut.bytes, whole.len) == 0);
	check_response(whole.bytes, whole.len);
	check_response(data + 1, size - 1);
	return 0;
}
