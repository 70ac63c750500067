/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_NAME_VALUE_H
#define DW_SHARED_NAME_VALUE_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"
#include "dns/fcrdns.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A whole result of an FCrDNS lookup as bytes, as they are sealed for the store:
 *
 *     version      1 byte, 1
 *     status       1 byte: 1 verified, 2 unverified, 3 mismatch, 4 none
 *     made         8 bytes, big-endian: Unix time in milliseconds
 *     count        1 byte: names of the PTR records, at most 64
 *     for each:    1 byte: 1 if it is confirmed, or, with "unverified", counts; else 0;
 *                  1 byte: its length; its text
 *     padding      zeros up to a multiple of 64 bytes, so that the length says little
 *
 * Pure.
 */

#define SHARED_NAME_VALUE_NAMES_MAX 64u
#define SHARED_NAME_VALUE_MAX 16384u /* bytes, with the padding */

/*
 * False, with nothing appended, for a result of another status, or that is incomplete; out->failed
 * when out of memory.
 */
NODISCARD bool shared_name_value_write(
	const struct dns_fcrdns_result *result, int64_t made_ms, struct bytes *out);

struct shared_name_value {
	enum dns_fcrdns_status status;
	int64_t made_ms;
	size_t count;
	struct str names[SHARED_NAME_VALUE_NAMES_MAX]; /* views into what was read */
	bool confirmed[SHARED_NAME_VALUE_NAMES_MAX];
};

/*
 * False unless `value` is what shared_name_value_write could have made for a lookup of this mode:
 * all names are host names in lower case, and status and names agree.
 */
NODISCARD bool shared_name_value_read(
	struct str value, enum dns_fcrdns_mode mode, struct shared_name_value *out);

/*
 * For how long a value may be used that expires at `expires_ms` (Unix time, as `wall_ms`, the clock
 * of this machine): at most `most_ms`. 0: not at all, also if it was made more than 10 s after
 * `wall_ms`: then this clock is slow, or the other machine's fast, and its expiry means nothing.
 */
uint64_t shared_name_value_life_ms(const struct shared_name_value *value, int64_t expires_ms,
	int64_t wall_ms, uint64_t most_ms);

#endif
