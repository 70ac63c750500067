/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BENCH_RECORDS_H
#define DW_BENCH_RECORDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* FastCGI 1.0 for the benchmarks' own programs, without code of the server. */

#define RECORD_HEADER 8

/* doorward's response for a client with a name and a certificate, after the status. */
#define ANSWER_HEADERS                                                                             \
	"X-Client-Hostname: c0.bench.example\r\n"                                                  \
	"X-Client-Rdns: verified\r\n"                                                              \
	"X-Client-Cert-Subject: CN=client,O=Bench\r\n"                                             \
	"X-Client-Cert-Issuer: CN=bench\r\n"                                                       \
	"X-Client-Cert-Serial: 1001\r\n"                                                           \
	"X-Client-Cert-Fingerprint: "                                                              \
	"0000000000000000000000000000000000000000000000000000000000000000\r\n"                     \
	"X-Client-Cert-Not-After: 2036-01-01T00:00:00Z\r\n"                                        \
	"X-Doorward-Policy: default\r\n"                                                           \
	"X-Doorward-Reason: rule\r\n"                                                              \
	"X-Doorward-Rule: /tmp/doorward-bench-12345678/1/doorward.conf:18\r\n"                     \
	"X-Accel-Expires: 300\r\n"                                                                 \
	"Cache-Control: max-age=300\r\n"

enum {
	FCGI_BEGIN = 1,
	FCGI_END = 3,
	FCGI_PAIRS = 4,
	FCGI_BODY = 5,
	FCGI_ANSWER = 6,
};

static inline void put_header(uint8_t *out, unsigned type, unsigned id, size_t len)
{
	const uint8_t header[RECORD_HEADER] = {
		1, (uint8_t)type, 0, (uint8_t)id, (uint8_t)(len >> 8), (uint8_t)len, 0, 0};

	memcpy(out, header, sizeof(header));
}

static inline size_t put_record(
	uint8_t *out, unsigned type, unsigned id, const void *data, size_t len)
{
	put_header(out, type, id, len);
	if (len > 0) {
		memcpy(out + RECORD_HEADER, data, len);
	}
	return RECORD_HEADER + len;
}

#endif
