/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/name_value.h"

#include "base/reader.h"
#include "dns/wire/name.h"

#include <string.h>

#define VERSION 1
#define UNIT 64u
#define AHEAD_MS 10000 /* by which the clocks of machines may differ */

/* 0: it is not shared. */
static uint8_t code_of(enum dns_fcrdns_status status)
{
	switch (status) {
	case DNS_FCRDNS_VERIFIED:
		return 1;
	case DNS_FCRDNS_UNVERIFIED:
		return 2;
	case DNS_FCRDNS_MISMATCH:
		return 3;
	case DNS_FCRDNS_NONE:
		return 4;
	case DNS_FCRDNS_OFF:
	case DNS_FCRDNS_PRIVATE:
	case DNS_FCRDNS_ERROR:
		break;
	}
	return 0;
}

/* The items of `names` are the same memory as those of `ptr` that they are taken from. */
static bool is_confirmed(const struct dns_fcrdns_result *result, size_t i)
{
	for (size_t k = 0; k < result->names.count; k++) {
		if (result->names.items[k].data == result->ptr.items[i].data) {
			return true;
		}
	}
	return false;
}

bool shared_name_value_write(
	const struct dns_fcrdns_result *result, int64_t made_ms, struct bytes *out)
{
	size_t from = out->len;

	if (code_of(result->status) == 0 || result->incomplete || result->unasked.count > 0 ||
		result->ptr.count > SHARED_NAME_VALUE_NAMES_MAX) {
		return false;
	}
	bytes_append_u8(out, VERSION);
	bytes_append_u8(out, code_of(result->status));
	for (unsigned i = 0; i < 8; i++) {
		bytes_append_u8(out, (uint8_t)((uint64_t)made_ms >> (56 - 8 * i)));
	}
	bytes_append_u8(out, (uint8_t)result->ptr.count);
	for (size_t i = 0; i < result->ptr.count; i++) {
		struct str name = result->ptr.items[i];

		bytes_append_u8(out, is_confirmed(result, i));
		bytes_append_u8(out, (uint8_t)name.len);
		bytes_append_str(out, name);
	}
	while (!out->failed && (out->len - from) % UNIT != 0) {
		bytes_append_u8(out, 0);
	}
	return true;
}

static bool read_status(uint8_t code, enum dns_fcrdns_status *status)
{
	static const enum dns_fcrdns_status all[] = {
		DNS_FCRDNS_VERIFIED, DNS_FCRDNS_UNVERIFIED, DNS_FCRDNS_MISMATCH, DNS_FCRDNS_NONE};

	if (code < 1 || code > ARRAY_LEN(all)) {
		return false;
	}
	*status = all[code - 1];
	return true;
}

static bool is_host(struct str text)
{
	char host[DNS_HOST_MAX + 1];
	struct dns_name name;

	return dns_name_from_text(text, &name) && dns_name_to_host(&name, host) &&
	       str_eq_text(text, host);
}

/* What a lookup of this mode can find. */
static bool agrees(const struct shared_name_value *v, enum dns_fcrdns_mode mode)
{
	size_t confirmed = 0;

	for (size_t i = 0; i < v->count; i++) {
		confirmed += v->confirmed[i];
	}
	switch (v->status) {
	case DNS_FCRDNS_VERIFIED:
		return mode == DNS_FCRDNS_DOUBLE && confirmed > 0;
	case DNS_FCRDNS_UNVERIFIED:
		return mode == DNS_FCRDNS_SINGLE && confirmed > 0 && confirmed == v->count;
	case DNS_FCRDNS_MISMATCH:
		return confirmed == 0;
	case DNS_FCRDNS_NONE:
		return v->count == 0;
	default:
		return false;
	}
}

/* The rest is as much padding as is needed, and zero. */
static bool is_padding(struct reader *r)
{
	size_t left = reader_left(r);
	const uint8_t *at = reader_take(r, left);

	for (size_t i = 0; i < left; i++) {
		if (at[i] != 0) {
			return false;
		}
	}
	return left < UNIT;
}

bool shared_name_value_read(
	struct str value, enum dns_fcrdns_mode mode, struct shared_name_value *out)
{
	struct shared_name_value v = {.count = 0};
	struct reader r;

	reader_init(&r, value.data, value.len);
	if (value.len % UNIT != 0 || value.len > SHARED_NAME_VALUE_MAX ||
		reader_u8(&r) != VERSION || !read_status(reader_u8(&r), &v.status)) {
		return false;
	}
	uint64_t high = reader_u32(&r);

	v.made_ms = (int64_t)(high << 32 | reader_u32(&r));
	v.count = reader_u8(&r);
	if (v.count > SHARED_NAME_VALUE_NAMES_MAX) {
		return false;
	}
	for (size_t i = 0; i < v.count; i++) {
		uint8_t confirmed = reader_u8(&r);
		uint8_t len = reader_u8(&r);
		const uint8_t *text = reader_take(&r, len);

		if (text == NULL || confirmed > 1) {
			return false;
		}
		v.confirmed[i] = confirmed == 1;
		v.names[i] = str_from_bytes(text, len);
		if (!is_host(v.names[i])) {
			return false;
		}
	}
	if (r.failed || !is_padding(&r) || !agrees(&v, mode)) {
		return false;
	}
	*out = v;
	return true;
}

uint64_t shared_name_value_life_ms(const struct shared_name_value *value, int64_t expires_ms,
	int64_t wall_ms, uint64_t most_ms)
{
	if (expires_ms <= wall_ms || value->made_ms > wall_ms + AHEAD_MS) {
		return 0;
	}
	uint64_t left_ms = (uint64_t)expires_ms - (uint64_t)wall_ms;

	return left_ms < most_ms ? left_ms : most_ms;
}
