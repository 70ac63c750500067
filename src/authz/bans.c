/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/bans.h"

#include "base/clock.h"

static int64_t now_ms(const struct authz *a)
{
	return a->request.wall_s * 1000;
}

bool authz_bans_cover_address(struct authz *a)
{
	a->ban = ban_table_find_addr(a->env->bans, &a->decision.trusted.ip, now_ms(a));
	return a->ban != NULL;
}

/* The ban of one of the names; NULL: none is banned. */
static const struct ban *find(const struct authz *a, struct str_list names)
{
	for (size_t i = 0; i < names.count; i++) {
		const struct ban *ban =
			ban_table_find_host(a->env->bans, names.items[i], now_ms(a));

		if (ban != NULL) {
			return ban;
		}
	}
	return NULL;
}

static enum policy_truth fact_of_names(struct authz *a)
{
	a->ban = find(a, a->facts.names);
	if (a->ban != NULL) {
		return POLICY_TRUE;
	}
	switch (a->facts.names_state) {
	case POLICY_FACT_UNFETCHED:
		return POLICY_UNFETCHED;
	case POLICY_FACT_KNOWN:
		return POLICY_FALSE;
	case POLICY_FACT_KNOWN_IN_PART:
		return a->facts.possible_names.count > 0 && find(a, a->facts.possible_names) == NULL
			       ? POLICY_FALSE
			       : POLICY_UNKNOWN;
	case POLICY_FACT_UNKNOWN:
		break;
	}
	return POLICY_UNKNOWN;
}

void authz_bans_take_fact(struct authz *a)
{
	if (authz_bans_cover_address(a)) {
		a->facts.ban = POLICY_TRUE;
	} else if (a->decision.policy->rdns == POLICY_RDNS_OFF ||
		   !ban_table_has_hosts(a->env->bans, now_ms(a))) {
		a->facts.ban = POLICY_FALSE;
	} else {
		a->facts.ban = fact_of_names(a);
	}
}

void authz_bans_bound(struct authz *a)
{
	if (a->ban != NULL && a->ban->until_ms != BAN_NEVER) {
		authz_decision_hold_until(&a->decision, a->ban->until_ms / 1000, AUTHZ_BOUND_BAN);
	}
}

void authz_bans_explain(struct authz *a)
{
	char until[CLOCK_TEXT_MAX];
	struct bytes text;

	bytes_init(&text, 0);
	bytes_append_text(&text, "ban of ");
	ban_write_what(a->ban, &text);
	if (a->ban->until_ms != BAN_NEVER) {
		clock_format(a->ban->until_ms / 1000, until);
		bytes_appendf(&text, " until %s", until);
	}
	bytes_append_text(&text, ", by ");
	bytes_append_str(&text, a->ban->by);
	if (a->ban->why.len > 0) {
		bytes_append_text(&text, ": ");
		bytes_append_str(&text, a->ban->why);
	}
	authz_decision_detail_take(&a->decision, &a->arena, &text);
}
