/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/change.h"

#include "ban/file.h"
#include "base/clock.h"
#include "policy/netset.h"

#include <unistd.h>

const char *ban_change_mistake(const struct ban *ban, const struct addr *own)
{
	struct policy_coverage covers;

	if (ban->kind != BAN_PREFIX) {
		return NULL;
	}
	covers = policy_prefix_coverage(&ban->prefix);
	if (policy_coverage_is_vast(&covers)) {
		return "is more than any one network has";
	}
	return own->family != ADDR_NONE && prefix_contains(&ban->prefix, own)
		       ? "has the address from which you are connected"
		       : NULL;
}

static void tell(const struct ban *ban, struct bytes *told)
{
	char until[CLOCK_TEXT_MAX];

	ban_write_what(ban, told);
	if (ban->lifted) {
		bytes_append_text(told, " is not banned any more");
	} else if (ban->until_ms == BAN_NEVER) {
		bytes_append_text(told, " is banned, without an end");
	} else {
		clock_format(ban->until_ms / 1000, until);
		bytes_appendf(told, " is banned until %s", until);
	}
}

/* A ban that covers this one; NULL: no ban does. */
static const struct ban *find_wider(
	const struct ban_list *list, const struct ban *like, int64_t now_ms)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct ban *ban = &list->items[i];

		if (ban_is_in_force(ban, now_ms) && ban->kind == BAN_PREFIX &&
			like->kind == BAN_PREFIX && ban->prefix.len < like->prefix.len &&
			prefix_contains(&ban->prefix, &like->prefix.addr)) {
			return ban;
		}
	}
	return NULL;
}

static void tell_not_banned(
	const struct ban_list *list, const struct ban *ban, int64_t now_ms, struct bytes *told)
{
	const struct ban *wider = find_wider(list, ban, now_ms);

	ban_write_what(ban, told);
	bytes_append_text(told, " is not banned");
	if (wider != NULL) {
		bytes_append_text(told, " by itself, but by the ban of ");
		ban_write_what(wider, told);
	}
}

/* Replaces what the list has about the same. False when out of memory. */
static bool put(
	struct ban_change *change, struct ban_list *list, const struct ban *before, int64_t now_ms)
{
	struct ban *ban = &change->ban;

	/* The clock of the machine that made it may be ahead of this one's. */
	ban->made_ms = before != NULL && before->made_ms >= now_ms ? before->made_ms + 1 : now_ms;
	if (ban->lifted) {
		ban->until_ms = before->kept_ms;
		ban->kept_ms = before->kept_ms;
	} else {
		ban->until_ms = change->for_ms == BAN_NEVER ? BAN_NEVER : now_ms + change->for_ms;
		ban->kept_ms = before != NULL && before->kept_ms > ban->until_ms ? before->kept_ms
										 : ban->until_ms;
	}
	if (!ban_list_add(list, ban)) {
		return false;
	}
	ban_list_settle(list, now_ms);
	return true;
}

/* Without a store, no other machine can bring a lifted ban back: so nothing is kept of it. */
static void forget(struct ban_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (!list->items[i].lifted) {
			list->items[kept++] = list->items[i];
		}
	}
	list->count = kept;
}

static enum ban_change_result change_list(struct ban_change *change, const struct ban_list *known,
	struct ban_list *list, int64_t now_ms, struct bytes *told, struct diag *diag)
{
	const struct ban *before = ban_list_find(known, &change->ban);

	if (change->ban.lifted && (before == NULL || !ban_is_in_force(before, now_ms))) {
		tell_not_banned(known, &change->ban, now_ms, told);
		return BAN_CHANGE_NOT_BANNED;
	}
	if (before == NULL && known->count >= BAN_LIST_MAX) {
		diag_error(diag, NULL, "there are 100,000 bans already, which is the most");
		return BAN_CHANGE_FAILED;
	}
	if (!put(change, list, before, now_ms)) {
		diag_error(diag, NULL, "out of memory");
		return BAN_CHANGE_FAILED;
	}
	if (change->shared_file == NULL) {
		forget(list);
	}
	if (!ban_file_write(change->file, list, diag)) {
		return BAN_CHANGE_FAILED;
	}
	tell(&change->ban, told);
	return BAN_CHANGE_DONE;
}

/* Under the lock. */
static enum ban_change_result read_and_change(
	struct ban_change *change, int64_t now_ms, struct bytes *told, struct diag *diag)
{
	enum ban_change_result result = BAN_CHANGE_FAILED;
	struct ban_list known;
	struct ban_list list;

	ban_list_init(&known);
	ban_list_init(&list);
	if (ban_file_read(change->file, &list, diag) && ban_list_add_all(&known, &list) &&
		(change->shared_file == NULL || ban_file_read(change->shared_file, &known, diag))) {
		ban_list_settle(&known, now_ms);
		result = change_list(change, &known, &list, now_ms, told, diag);
	}
	ban_list_clear(&list);
	ban_list_clear(&known);
	return result;
}

enum ban_change_result ban_change_apply(
	struct ban_change *change, int64_t now_ms, struct bytes *told, struct diag *diag)
{
	enum ban_change_result result = BAN_CHANGE_FAILED;
	int lock = ban_file_lock(change->file, change->wait_ms, diag);

	if (lock >= 0) {
		result = read_and_change(change, now_ms, told, diag);
		close(lock);
	}
	return result;
}
