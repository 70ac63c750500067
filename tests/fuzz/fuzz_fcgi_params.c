/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* The parameter decoder: the same pairs and the same end however the stream is cut, never past the
 * bound. First two bytes: the bound; third: the size of the pieces, less one. */

#include "fcgi/params.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const uint8_t *data, size_t size, size_t max, size_t step, struct bytes *out)
{
	enum fcgi_params_result result = FCGI_PARAMS_MORE;
	struct fcgi_params p;
	size_t used = 0;

	fcgi_params_init(&p, max);
	for (size_t at = 0; result == FCGI_PARAMS_MORE && at < size; at += step) {
		struct str piece = str_from_bytes(data + at, size - at < step ? size - at : step);
		struct str name;
		struct str value;

		while ((result = fcgi_params_next(&p, &piece, &name, &value)) == FCGI_PARAMS_PAIR) {
			used += 2 + name.len + value.len;
			bytes_append_str(out, name);
			bytes_append_u8(out, '=');
			bytes_append_str(out, value);
			bytes_append_u8(out, '\n');
		}
		if (p.partial.len > max || (result == FCGI_PARAMS_MORE && piece.len > 0)) {
			abort();
		}
	}
	if (used > max) {
		abort();
	}
	bytes_append_u8(out, (uint8_t)result);
	bytes_append_u8(out, result == FCGI_PARAMS_MORE && fcgi_params_is_between(&p));
	fcgi_params_clear(&p);
}

static void compare(const struct bytes *a, const struct bytes *b)
{
	if (a->len != b->len || memcmp(a->data, b->data, a->len) != 0) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes whole = {0};
	struct bytes pieces = {0};

	if (size < 4) {
		return 0;
	}
	size_t max = (size_t)data[0] << 8 | data[1];
	size_t step = (size_t)data[2] + 1;

	read_all(data + 3, size - 3, max, size, &whole);
	read_all(data + 3, size - 3, max, step, &pieces);
	compare(&whole, &pieces);
	bytes_reset(&pieces, SIZE_MAX);
	read_all(data + 3, size - 3, max, 1, &pieces);
	compare(&whole, &pieces);
	bytes_clear(&whole);
	bytes_clear(&pieces);
	return 0;
}
