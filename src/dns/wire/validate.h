/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_VALIDATE_H
#define DW_DNS_WIRE_VALIDATE_H

#include "base/util.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The gate on a reply's raw bytes, before any of them is parsed. Neither the
 * gate nor the parser allocates memory; ldns does, and crashes where an allocation fails, so it
 * parses no replies.
 *
 *	+--------------------------+ 0
 *	| ID                       |
 *	| QR opcode AA TC RD       |
 *	| RA Z AD CD rcode         |
 *	| QDCOUNT ANCOUNT          |
 *	| NSCOUNT ARCOUNT          |
 *	+--------------------------+ 12
 *	| question                 | name, type, class
 *	| answer                   | records: name, type, class, TTL, RDLENGTH, RDATA
 *	| authority                |
 *	| additional               |
 *	+--------------------------+ len
 */

#define DNS_RECORDS_MAX 4096
#define DNS_POINTERS_MAX 16

enum dns_section { DNS_SECTION_ANSWER, DNS_SECTION_AUTHORITY, DNS_SECTION_ADDITIONAL };

struct dns_header {
	uint16_t id;
	uint16_t flags;
	uint16_t questions;
	uint16_t records[3]; /* by enum dns_section */
};

/* False if there are fewer than 12 bytes. */
NODISCARD bool dns_header_read(const uint8_t *message, size_t len, struct dns_header *out);

/* The position of one record; offsets from the message's first byte. */
struct dns_record {
	enum dns_section section;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	size_t owner;
	size_t rdata;
	size_t end;
};

/* Iterates over a message's records, in order. Needs a header with at most one question. */
struct dns_walk {
	const uint8_t *message;
	size_t len;
	size_t at;
	struct dns_header header;
	enum dns_section section;
	unsigned left; /* records in the section */
};

enum dns_walk_step { DNS_WALK_RECORD, DNS_WALK_END, DNS_WALK_BAD };

/* False if header or question section are cut off. */
NODISCARD bool dns_walk_init(struct dns_walk *walk, const uint8_t *message, size_t len);
/*
 * BAD if a name points forward or to itself, into the header, over more than DNS_POINTERS_MAX
 * pointers, or is over 255 octets, and if a record is cut off. END only at the last byte: trailing
 * bytes are BAD.
 */
NODISCARD enum dns_walk_step dns_walk_next(struct dns_walk *walk, struct dns_record *out);

/*
 * The name at offset `at`, of a record's owner or its RDATA, without compression and in lower case.
 * False where dns_walk_next says BAD of a name.
 */
NODISCARD bool dns_walk_name(const struct dns_walk *walk, size_t at, struct dns_name *out);

/*
 * True if all records can be walked, there are at most DNS_RECORDS_MAX, the RDATA of A, AAAA, NS,
 * CNAME, SOA and PTR fill RDLENGTH exactly, no record is a TSIG, and there is at most one OPT, in
 * the additional section, at the root, and of whole options. *rcode is the complete code, with
 * OPT's upper bits.
 */
NODISCARD bool dns_validate(const uint8_t *message, size_t len, unsigned *rcode);

#endif
