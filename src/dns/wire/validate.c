/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/validate.h"

#include "base/reader.h"

#include <string.h>

#define POINTER 0xc0 /* the two bits of a compression pointer (RFC 1035 4.1.4) */
#define TYPE_TSIG 250
#define SOA_NUMBERS 20 /* SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM */

bool dns_header_read(const uint8_t *message, size_t len, struct dns_header *out)
{
	struct reader r;

	if (len < DNS_HEADER_SIZE) {
		return false;
	}
	reader_init(&r, message, len);
	out->id = reader_u16(&r);
	out->flags = reader_u16(&r);
	out->questions = reader_u16(&r);
	for (size_t i = 0; i < ARRAY_LEN(out->records); i++) {
		out->records[i] = reader_u16(&r);
	}
	return true;
}

/*
 * Reads the name at *at, or skips it if `out` is NULL. Each pointer must lead to before the run of
 * labels that it ends, so that no label is ever visited twice.
 */
static bool take_name(const uint8_t *message, size_t len, size_t *at, struct dns_name *out)
{
	size_t run = *at;
	size_t pos = run;
	size_t octets = 1;
	unsigned pointers = 0;

	for (;;) {
		if (pos >= len) {
			return false;
		}
		uint8_t octet = message[pos];

		if ((octet & POINTER) == POINTER) {
			if (len - pos < 2) {
				return false;
			}
			size_t target = (size_t)(octet & ~POINTER) << 8 | message[pos + 1];

			if (pointers == 0) {
				*at = pos + 2;
			}
			if (++pointers > DNS_POINTERS_MAX || target >= run ||
				target < DNS_HEADER_SIZE) {
				return false;
			}
			run = pos = target;
			continue;
		}
		if (octet > DNS_LABEL_MAX) {
			return false;
		}
		size_t size = (size_t)octet + 1;

		if (octet == 0) {
			break;
		}
		if (octets + size > DNS_NAME_MAX || size > len - pos) {
			return false;
		}
		if (out != NULL) {
			memcpy(out->wire + octets - 1, message + pos, size);
		}
		octets += size;
		pos += size;
	}
	if (pointers == 0) {
		*at = pos + 1;
	}
	if (out != NULL) {
		out->wire[octets - 1] = 0;
		out->len = (uint8_t)octets;
	}
	return true;
}

static bool skip_name(const uint8_t *message, size_t len, size_t *at)
{
	return take_name(message, len, at, NULL);
}

bool dns_walk_name(const struct dns_walk *walk, size_t at, struct dns_name *out)
{
	if (!take_name(walk->message, walk->len, &at, out)) {
		return false;
	}
	dns_name_lower(out);
	return true;
}

bool dns_walk_init(struct dns_walk *walk, const uint8_t *message, size_t len)
{
	*walk = (struct dns_walk){.message = message, .len = len, .at = DNS_HEADER_SIZE};
	if (!dns_header_read(message, len, &walk->header) || walk->header.questions > 1) {
		return false;
	}
	walk->left = walk->header.records[DNS_SECTION_ANSWER];
	if (walk->header.questions == 1) {
		if (!skip_name(message, len, &walk->at) || len - walk->at < 4) {
			return false;
		}
		walk->at += 4;
	}
	return true;
}

enum dns_walk_step dns_walk_next(struct dns_walk *walk, struct dns_record *out)
{
	while (walk->left == 0) {
		if (walk->section == DNS_SECTION_ADDITIONAL) {
			return walk->at == walk->len ? DNS_WALK_END : DNS_WALK_BAD;
		}
		walk->section++;
		walk->left = walk->header.records[walk->section];
	}
	struct reader r;
	size_t at = walk->at;

	if (!skip_name(walk->message, walk->len, &at)) {
		return DNS_WALK_BAD;
	}
	reader_init(&r, walk->message + at, walk->len - at);
	out->section = walk->section;
	out->owner = walk->at;
	out->type = reader_u16(&r);
	out->class = reader_u16(&r);
	out->ttl = reader_u32(&r);
	size_t rdlength = reader_u16(&r);

	reader_take(&r, rdlength);
	if (r.failed) {
		return DNS_WALK_BAD;
	}
	out->end = walk->len - reader_left(&r);
	out->rdata = out->end - rdlength;
	walk->at = out->end;
	walk->left--;
	return DNS_WALK_RECORD;
}

/* True if the RDATA is exactly `names` names and then `numbers` octets. */
static bool rdata_is(
	const struct dns_walk *walk, const struct dns_record *record, size_t names, size_t numbers)
{
	size_t at = record->rdata;

	for (size_t i = 0; i < names; i++) {
		if (!skip_name(walk->message, walk->len, &at)) {
			return false;
		}
	}
	return at <= record->end && record->end - at == numbers;
}

/*
 * True if the options are whole: code, length, data (RFC 6891 section 6.1.2), up to the last octet.
 */
static bool options_good(const struct dns_walk *walk, const struct dns_record *record)
{
	struct reader r;

	reader_init(&r, walk->message + record->rdata, record->end - record->rdata);
	while (reader_left(&r) > 0 && !r.failed) {
		reader_u16(&r);
		reader_take(&r, reader_u16(&r));
	}
	return !r.failed;
}

static bool record_good(const struct dns_walk *walk, const struct dns_record *record)
{
	switch (record->type) {
	case DNS_TYPE_A:
		return rdata_is(walk, record, 0, 4);
	case DNS_TYPE_AAAA:
		return rdata_is(walk, record, 0, 16);
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_PTR:
		return rdata_is(walk, record, 1, 0);
	case DNS_TYPE_SOA:
		return rdata_is(walk, record, 2, SOA_NUMBERS);
	case DNS_TYPE_OPT:
		return record->section == DNS_SECTION_ADDITIONAL &&
		       walk->message[record->owner] == 0 && options_good(walk, record);
	default:
		return record->type != TYPE_TSIG;
	}
}

bool dns_validate(const uint8_t *message, size_t len, unsigned *rcode)
{
	struct dns_walk walk;
	struct dns_record record;
	bool opt = false;

	if (!dns_walk_init(&walk, message, len)) {
		return false;
	}
	const uint16_t *records = walk.header.records;
	unsigned code = walk.header.flags & DNS_FLAG_RCODE;

	if ((unsigned)records[0] + records[1] + records[2] > DNS_RECORDS_MAX) {
		return false;
	}
	for (;;) {
		switch (dns_walk_next(&walk, &record)) {
		case DNS_WALK_BAD:
			return false;
		case DNS_WALK_END:
			*rcode = code;
			return true;
		case DNS_WALK_RECORD:
			break;
		}
		if (!record_good(&walk, &record)) {
			return false;
		}
		if (record.type == DNS_TYPE_OPT) {
			if (opt) {
				return false;
			}
			opt = true;
			/*
			 * RFC 6891 6.1.3: the upper eight bits stand where other records have their
			 * TTL.
			 */
			code |= record.ttl >> 24 << 4;
		}
	}
}
