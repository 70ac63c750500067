/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * The parameter decoder: the input is a stream, whole. The pairs lie in it one behind the other,
 * each behind its two lengths, to the end or to the fault; encoded again they are the same pairs.
 */

#include "fcgi/params.h"
#include "fuzz/check.h"
#include "unit/fcgi/kit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As FastCGI 1.0, 3.4 has it. */
static size_t length_at(const uint8_t **at)
{
	const uint8_t *b = *at;
	bool wide = (b[0] & 0x80) != 0;

	*at += wide ? 4 : 1;
	return wide ? (size_t)(b[0] & 0x7f) << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3]
		    : b[0];
}

/* Where the pair ends that begins at `at`. */
static const uint8_t *check_pair(const uint8_t *at, struct str name, struct str value)
{
	size_t name_len = length_at(&at);
	size_t value_len = length_at(&at);

	check(name.len == name_len && value.len == value_len);
	check((const uint8_t *)name.data == at && value.data == name.data + name_len);
	return at + name_len + value_len;
}

/* From memory of exactly the size of the stream. All pairs are written to *again. */
static enum fcgi_params_fault read_all(const uint8_t *data, size_t size, struct bytes *again)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	const uint8_t *at = copy;
	struct str name;
	struct str value;

	if (size > 0) {
		memcpy(copy, data, size);
	}
	struct fcgi_params p = {str_from_bytes(copy, size), FCGI_PARAMS_SOUND};

	while (fcgi_params_next(&p, &name, &value)) {
		at = check_pair(at, name, value);
		check((size_t)(copy + size - at) == p.rest.len);
		check(p.rest.len == 0 || (const uint8_t *)p.rest.data == at);
		wire_pair(again, name, value);
	}
	check(p.fault == (at == copy + size ? FCGI_PARAMS_SOUND : FCGI_PARAMS_TRUNCATED));
	check(!fcgi_params_next(&p, &name, &value));
	free(copy);
	return p.fault;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes again = {0};
	struct bytes third = {0};

	read_all(data, size, &again);
	check(again.len <= size);
	check(read_all(again.data, again.len, &third) == FCGI_PARAMS_SOUND);
	check(third.len == again.len);
	check(again.len == 0 || memcmp(third.data, again.data, again.len) == 0);
	bytes_clear(&again);
	bytes_clear(&third);
	return 0;
}
