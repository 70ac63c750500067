/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BENCH_RECORDS_H
#define DW_BENCH_RECORDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* FastCGI 1.0 as the benchmarks' own programs speak it, which share nothing with the server. */

#define RECORD_HEADER 8

enum {
	FCGI_BEGIN = 1,
	FCGI_END = 3,
	FCGI_PAIRS = 4,
	FCGI_BODY = 5,
	FCGI_ANSWER = 6,
};

static inline size_t put_record(
	uint8_t *out, unsigned type, unsigned id, const void *data, size_t len)
{
	const uint8_t header[RECORD_HEADER] = {
		1, (uint8_t)type, 0, (uint8_t)id, (uint8_t)(len >> 8), (uint8_t)len, 0, 0};

	memcpy(out, header, sizeof(header));
	if (len > 0) {
		memcpy(out + sizeof(header), data, len);
	}
	return sizeof(header) + len;
}

#endif
