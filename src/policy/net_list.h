/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_NET_LIST_H
#define DW_POLICY_NET_LIST_H

#include "base/diag.h"
#include "policy/json_pointer.h"
#include "policy/netset.h"

/* Reads an address or a prefix, as rules write it. False after a diag_error. */
NODISCARD bool policy_prefix_read(
	struct str text, const struct place *place, struct diag *diag, struct prefix *out);

enum policy_net_list_form {
	POLICY_NET_LIST_LINES, /* in file: one prefix a line */
	POLICY_NET_LIST_JSON   /* in json: see json_list.h */
};

/*
 * Reads a list of prefixes; the result is sealed. `from` is where the file is named. NULL after at
 * least one diag_error. `pointers`: where the addresses are in a list in JSON; NULL: json_list.h
 * has the forms that are known, and for lines.
 *
 * A list in JSON is downloaded, so its content is in another's hands; it must not be able to admit,
 * or to deny, nearly all clients. No prefix may be shorter than /8 of IPv4 or /16 of IPv6, and
 * together they may cover at most a /5 or a /12 (a vast coverage, see netset.h).
 */
struct policy_netset *policy_net_list_read(const char *path,
	const struct policy_json_pointers *pointers, const struct place *from,
	enum policy_net_list_form form, struct diag *diag);

/*
 * Whether a list that covers `now` may replace one that covers `before` without a person's review:
 * a list in JSON may cover a /16 of IPv4 and a /32 of IPv6, one in lines a /5 and a /12; above that
 * at most POLICY_NET_LIST_GROWTH times as much as before. False after a diag_error, which ends with
 * `accept`: how to accept the list all the same.
 */
#define POLICY_NET_LIST_GROWTH 4
NODISCARD bool policy_net_list_may_follow(const struct policy_coverage *before,
	const struct policy_coverage *now, enum policy_net_list_form form,
	const struct place *place, const char *accept, struct diag *diag);

#endif
