/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/cookie.h"

#include "base/reader.h"
#include "dns/wire/types.h"
#include "dns/wire/validate.h"

#include <string.h>

struct dns_cookie dns_cookie_make(
	const struct hash_key *key, const struct endpoint *upstream, uint64_t period)
{
	struct {
		uint8_t addr[sizeof(upstream->addr.bytes)];
		uint64_t period;
		uint32_t port;
		uint32_t family;
	} seed = {.period = period, .port = upstream->port, .family = upstream->addr.family};
	struct dns_cookie cookie = {.len = DNS_COOKIE_CLIENT};

	memcpy(seed.addr, upstream->addr.bytes, sizeof(seed.addr));
	uint64_t hash = hash_bytes(key, &seed, sizeof(seed));

	memcpy(cookie.bytes, &hash, sizeof(hash));
	return cookie;
}

static bool legal_len(size_t len)
{
	return len == DNS_COOKIE_CLIENT ||
	       (len >= DNS_COOKIE_CLIENT + DNS_COOKIE_SERVER_MIN && len <= DNS_COOKIE_MAX);
}

/* Reads one OPT's options; *found must be NONE, and becomes the kind of the first cookie. */
static bool read_options(struct reader *r, const struct dns_cookie *sent,
	enum dns_cookie_found *found, struct dns_cookie *out)
{
	while (reader_left(r) > 0) {
		uint16_t code = reader_u16(r);
		size_t len = reader_u16(r);
		const uint8_t *data = reader_take(r, len);

		if (r->failed) {
			return false;
		}
		if (code != DNS_OPTION_COOKIE) {
			continue;
		}
		if (*found != DNS_COOKIE_NONE || !legal_len(len) ||
			memcmp(data, sent->bytes, DNS_COOKIE_CLIENT) != 0) {
			*found = DNS_COOKIE_OTHER;
			continue;
		}
		*found = DNS_COOKIE_OURS;
		memcpy(out->bytes, data, len);
		out->len = (uint8_t)len;
	}
	return true;
}

enum dns_cookie_found dns_cookie_find(
	const uint8_t *reply, size_t len, const struct dns_cookie *sent, struct dns_cookie *out)
{
	enum dns_cookie_found found = DNS_COOKIE_NONE;
	struct dns_cookie cookie = {.len = 0};
	struct dns_walk walk;
	struct dns_record record;
	enum dns_walk_step step;
	bool opt = false;

	if (!dns_walk_init(&walk, reply, len)) {
		return DNS_COOKIE_UNREADABLE;
	}
	while ((step = dns_walk_next(&walk, &record)) == DNS_WALK_RECORD) {
		struct reader r;

		if (record.type != DNS_TYPE_OPT) {
			continue;
		}
		reader_init(&r, reply + record.rdata, record.end - record.rdata);
		if (opt || record.section != DNS_SECTION_ADDITIONAL || reply[record.owner] != 0 ||
			!read_options(&r, sent, &found, &cookie)) {
			return DNS_COOKIE_UNREADABLE;
		}
		opt = true;
	}
	if (step != DNS_WALK_END) {
		return DNS_COOKIE_UNREADABLE;
	}
	if (found == DNS_COOKIE_OURS) {
		*out = cookie;
	}
	return found;
}
