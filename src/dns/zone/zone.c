/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/zone/zone.h"

#include "base/hash.h"
#include "base/reader.h"
#include "base/ref.h"
#include "dns/wire/answer.h"
#include "dns/zone/zone_file.h"

#include <stdlib.h>
#include <string.h>

#define TYPE_RRSIG 46
#define TYPE_NSEC 47

struct dns_zone {
	struct dns_zone_records records; /* sorted by key, type and line */
	struct dns_zone_record *soas;    /* the SOA records, in the same order */
	size_t soa_count;
	uint64_t digest;
	struct ref references;
};

static int compare_keys(const struct dns_zone_key *a, const struct dns_zone_key *b)
{
	int order = memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);

	return order != 0 ? order : (int)a->len - (int)b->len;
}

static bool is_prefix(const struct dns_zone_key *a, const struct dns_zone_key *b)
{
	return a->len <= b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static int compare_records(const void *a, const void *b)
{
	const struct dns_zone_record *ra = a;
	const struct dns_zone_record *rb = b;
	int order = compare_keys(&ra->key, &rb->key);

	if (order != 0) {
		return order;
	}
	return ra->type != rb->type ? (int)ra->type - (int)rb->type
				    : (ra->line > rb->line) - (ra->line < rb->line);
}

/* The first of `count` records whose key is not before `key`. */
static size_t find(
	const struct dns_zone_record *items, size_t count, const struct dns_zone_key *key)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_keys(&items[middle].key, key) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* RFC 1034 section 3.6.2: no other record may stand at the name of a CNAME, except signatures. */
static void check_cname(const struct dns_zone_record *cname, const struct dns_zone_record *other,
	const char *path, struct diag *diag)
{
	struct place place = {.file = path, .line = other->line};

	if (cname != other && other->type != TYPE_RRSIG && other->type != TYPE_NSEC) {
		diag_error(diag, &place, "the CNAME in line %u must be its name's only record",
			cname->line);
	}
}

static void check_cnames(
	const struct dns_zone_records *records, const char *path, struct diag *diag)
{
	for (size_t first = 0, end = 0; first < records->count; first = end) {
		const struct dns_zone_record *cname = NULL;

		for (end = first; end < records->count && compare_keys(&records->items[end].key,
								  &records->items[first].key) == 0;
			end++) {
			if (cname == NULL && records->items[end].type == DNS_TYPE_CNAME) {
				cname = &records->items[end];
			}
		}
		for (size_t i = first; i < end && cname != NULL; i++) {
			check_cname(cname, &records->items[i], path, diag);
		}
	}
}

static uint64_t digest(const struct dns_zone_records *records)
{
	static const struct hash_key key = {0x646f6f7277617264, 0x7374617469637a6f};
	uint64_t hash = records->count;

	for (size_t i = 0; i < records->count; i++) {
		const struct dns_zone_record *r = &records->items[i];
		const uint64_t parts[] = {hash, r->type, r->ttl,
			hash_bytes(&key, r->key.bytes, r->key.len),
			hash_bytes(&key, r->data, r->data_len)};

		hash = hash_bytes(&key, parts, sizeof(parts));
	}
	return hash;
}

static bool list_soas(struct dns_zone *zone)
{
	size_t count = 0;

	for (size_t i = 0; i < zone->records.count; i++) {
		count += zone->records.items[i].type == DNS_TYPE_SOA;
	}
	if (count == 0) {
		return true;
	}
	zone->soas = calloc(count, sizeof(zone->soas[0]));
	if (zone->soas == NULL) {
		return false;
	}
	for (size_t i = 0; i < zone->records.count; i++) {
		if (zone->records.items[i].type == DNS_TYPE_SOA) {
			zone->soas[zone->soa_count++] = zone->records.items[i];
		}
	}
	return true;
}

struct dns_zone *dns_zone_load(const char *path, struct diag *diag)
{
	size_t errors = diag->errors;
	struct dns_zone *zone = calloc(1, sizeof(*zone));

	if (zone == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	ref_init(&zone->references);
	dns_zone_file_read(path, &zone->records, diag);
	if (zone->records.count > 0) {
		qsort(zone->records.items, zone->records.count, sizeof(zone->records.items[0]),
			compare_records);
		check_cnames(&zone->records, path, diag);
		if (!list_soas(zone)) {
			diag_error(diag, NULL, "out of memory");
		}
	}
	if (diag->errors != errors) {
		dns_zone_unref(zone);
		return NULL;
	}
	zone->digest = digest(&zone->records);
	return zone;
}

struct dns_zone *dns_zone_ref(struct dns_zone *zone)
{
	ref_get(&zone->references);
	return zone;
}

void dns_zone_unref(struct dns_zone *zone)
{
	if (zone == NULL || !ref_put(&zone->references)) {
		return;
	}
	dns_zone_records_clear(&zone->records);
	free(zone->soas);
	free(zone);
}

/* The record at *at, if its key is `key`; *at goes on to the next. */
static const struct dns_zone_record *next_record(
	const struct dns_zone *zone, const struct dns_zone_key *key, size_t *at)
{
	if (*at == zone->records.count || compare_keys(&zone->records.items[*at].key, key) != 0) {
		return NULL;
	}
	return &zone->records.items[(*at)++];
}

/* The SOA at `key` or nearest above it; NULL: no SOA. */
static const struct dns_zone_record *find_soa(
	const struct dns_zone *zone, const struct dns_zone_key *key)
{
	const struct dns_zone_record *soa = NULL;

	for (size_t len = 0; zone->soa_count > 0; len += (size_t)key->bytes[len] + 1) {
		struct dns_zone_key part = {.bytes = key->bytes, .len = (uint8_t)len};
		size_t at = find(zone->soas, zone->soa_count, &part);

		if (at < zone->soa_count && compare_keys(&zone->soas[at].key, &part) == 0) {
			soa = &zone->soas[at];
		}
		if (len == key->len) {
			break;
		}
	}
	return soa;
}

static struct dns_name name_of(const struct dns_zone_record *record)
{
	size_t at = record->type == DNS_TYPE_SOA ? DNS_ZONE_SOA_MNAME : 0;
	struct dns_name name = {.len = (uint8_t)(record->data_len - at)};

	memcpy(name.wire, record->data + at, name.len);
	return name;
}

static void take_record(const struct dns_zone_record *record, struct dns_answer *answer)
{
	struct addr addr = {.family = record->type == DNS_TYPE_A ? ADDR_V4 : ADDR_V6};
	struct dns_name name;

	dns_answer_take_ttl(answer, record->ttl);
	switch (record->type) {
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
		memcpy(addr.bytes, record->data, record->data_len);
		dns_answer_add_addr(answer, &addr);
		break;
	case DNS_TYPE_PTR:
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_SOA:
		name = name_of(record);
		dns_answer_add_name(answer, &name);
		break;
	default:
		answer->left_out++;
		break;
	}
}

static enum dns_answer_kind negative(
	enum dns_answer_kind kind, const struct dns_zone_record *soa, struct dns_answer *answer)
{
	if (soa != NULL) {
		struct reader r;

		reader_init(&r, soa->data, soa->data_len);
		dns_answer_take_ttl(answer, soa->ttl);
		dns_answer_take_ttl(answer, reader_u32(&r));
	} else {
		answer->has_ttl = false;
	}
	return kind;
}

bool dns_zone_answer(const struct dns_zone *zone, const struct dns_name *name, enum dns_type type,
	struct dns_answer *answer)
{
	struct dns_chain chain;

	dns_answer_init(answer, name, type);
	for (;;) {
		uint8_t bytes[DNS_NAME_MAX];
		struct dns_zone_key key = dns_zone_key_of(&answer->target, bytes);
		size_t at = find(zone->records.items, zone->records.count, &key);
		const struct dns_zone_record *soa = find_soa(zone, &key);
		const struct dns_zone_record *cname = NULL;
		bool below =
			at < zone->records.count && is_prefix(&key, &zone->records.items[at].key);
		const struct dns_zone_record *first = next_record(zone, &key, &at);

		if (first == NULL) {
			answer->kind = soa == NULL ? DNS_ANSWER_CNAME
						   : negative(below ? DNS_ANSWER_NODATA
								    : DNS_ANSWER_NXDOMAIN,
							     soa, answer);
			return soa != NULL || answer->cnames > 0;
		}
		bool data = false;

		for (const struct dns_zone_record *r = first; r != NULL;
			r = next_record(zone, &key, &at)) {
			if (r->type == (uint16_t)type) {
				take_record(r, answer);
				data = true;
			} else if (r->type == DNS_TYPE_CNAME) {
				cname = r;
			}
		}
		if (data || cname == NULL) {
			answer->kind =
				data ? DNS_ANSWER_DATA : negative(DNS_ANSWER_NODATA, soa, answer);
			return true;
		}
		struct dns_name next = name_of(cname);

		dns_answer_take_ttl(answer, cname->ttl);
		enum dns_answer_kind kind = dns_answer_follow(answer, &chain, &next);

		if (kind != DNS_ANSWER_CNAME) {
			answer->kind = kind;
			return true;
		}
	}
}

uint64_t dns_zone_digest(const struct dns_zone *zone)
{
	return zone->digest;
}
