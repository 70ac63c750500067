/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_ZONE_ZONE_FILE_H
#define DW_DNS_ZONE_ZONE_FILE_H

#include "base/arena.h"
#include "base/diag.h"
#include "dns/wire/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_ZONE_TTL 3600
#define DNS_ZONE_SOA_MNAME 4 /* its offset in a SOA's data */
#define DNS_ZONE_DATA_MAX (DNS_ZONE_SOA_MNAME + DNS_NAME_MAX)

/*
 * A name's labels from the root down, each behind its length, lower-case: a key below another
 * begins with it, and follows it directly in memcmp's order.
 */
struct dns_zone_key {
	const uint8_t *bytes;
	uint8_t len; /* 0 for the root */
};

struct dns_zone_record {
	struct dns_zone_key key;
	/*
	 * A, AAAA: the address; PTR, CNAME, NS: the name, lower-case; SOA: MINIMUM, then MNAME in
	 * lower case
	 */
	const uint8_t *data;
	uint16_t data_len; /* 0 for other types */
	uint16_t type;
	uint32_t ttl;
	unsigned line;
};

struct dns_zone_records {
	struct arena memory; /* of keys and data */
	struct dns_zone_record *items;
	size_t count;
	size_t capacity;
};

/* `bytes` has room for DNS_NAME_MAX; the key is a view of it. */
struct dns_zone_key dns_zone_key_of(const struct dns_name *name, uint8_t bytes[DNS_NAME_MAX]);

/*
 * Reads the valid records of a master file, in their order, after a diag_error for each invalid
 * one.
 */
void dns_zone_file_read(const char *path, struct dns_zone_records *out, struct diag *diag);
void dns_zone_records_clear(struct dns_zone_records *records);

#endif
