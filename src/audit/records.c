/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/records.h"

#include "base/array.h"

#include <string.h>

enum audit_word audit_word_of(enum dns_status status)
{
	switch (status) {
	case DNS_STATUS_DATA:
		return AUDIT_FOUND;
	case DNS_STATUS_NODATA:
		return AUDIT_NO_ADDRESS;
	case DNS_STATUS_NXDOMAIN:
		return AUDIT_NO_NAME;
	case DNS_STATUS_CNAME_LOOP:
		return AUDIT_LOOP;
	default:
		return AUDIT_UNKNOWN;
	}
}

void audit_answer_judge(struct audit_answer *answer, enum dns_status v4, enum dns_status v6)
{
	if (dns_status_is_failure(v4) || dns_status_is_failure(v6)) {
		answer->word = AUDIT_UNKNOWN;
		answer->status = dns_status_is_failure(v4) ? v4 : v6;
	} else if (v4 == DNS_STATUS_DATA || v6 == DNS_STATUS_DATA) {
		answer->word = AUDIT_FOUND;
	} else {
		answer->word = audit_word_of(v4);
	}
}

void audit_answer_judge_suffix(struct audit_answer *answer, enum dns_status status, bool from_zone)
{
	answer->word = audit_word_of(status);
	answer->status = status;
	answer->from_zone = from_zone;
	if (answer->word == AUDIT_NO_ADDRESS) {
		answer->word = AUDIT_FOUND;
	}
}

bool audit_answer_add_addrs(
	struct audit_answer *answer, const struct dns_answer *records, struct arena *arena)
{
	struct addr *addrs =
		arena_alloc(arena, answer->count + records->count, sizeof(*answer->addrs));

	if (addrs == NULL) {
		return false;
	}
	if (answer->count > 0) {
		memcpy(addrs, answer->addrs, answer->count * sizeof(*addrs));
	}
	memcpy(addrs + answer->count, records->addrs, records->count * sizeof(*addrs));
	answer->addrs = addrs;
	answer->count += records->count;
	answer->left_out += records->left_out;
	return true;
}

bool audit_answer_add_alias(struct audit_answer *answer, struct str to, struct arena *arena)
{
	struct str *items = arena_alloc(arena, AUDIT_CHAIN_MAX, sizeof(*items));

	if (items == NULL) {
		return false;
	}
	if (answer->chain.count > 0) {
		memcpy(items, answer->chain.items, answer->chain.count * sizeof(*items));
	}
	items[answer->chain.count] = to;
	answer->chain = (struct str_list){items, answer->chain.count + 1};
	return true;
}

/* There are few enough names to move them. */
bool audit_survey_add_zone(struct audit_survey *survey, struct str name, struct arena *arena)
{
	size_t at = 0;

	while (at < survey->zone_count && strcmp(survey->zones[at].name.data, name.data) < 0) {
		at++;
	}
	if (at < survey->zone_count && str_eq(survey->zones[at].name, name)) {
		return true;
	}
	struct audit_zone *zones = array_reserve_in(
		arena, survey->zones, survey->zone_count, &survey->zone_room, sizeof(*zones));

	if (zones == NULL) {
		return false;
	}
	survey->zones = zones;
	memmove(&zones[at + 1], &zones[at], (survey->zone_count - at) * sizeof(*zones));
	zones[at] = (struct audit_zone){.name = name, .status = DNS_STATUS_TIMEOUT};
	survey->zone_count++;
	return true;
}
