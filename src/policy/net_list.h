/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_NET_LIST_H
#define DW_POLICY_NET_LIST_H

#include "base/diag.h"
#include "policy/netset.h"

/* An address or a prefix, as rules write it. False after a diag_error. */
NODISCARD bool policy_prefix_read(
	struct str text, const struct place *place, struct diag *diag, struct prefix *out);

enum policy_net_list_form {
	POLICY_NET_LIST_LINES, /* in file: one prefix a line */
	POLICY_NET_LIST_JSON   /* in json: see json_list.h */
};

/*
 * Reads a list of prefixes; the result is sealed. `from` is where the file is named. NULL after at
 * least one diag_error.
 *
 * A list in JSON is downloaded, so that somebody else writes it; it must not come to let in, or to
 * keep out, nearly everybody. No prefix is shorter than /8 of IPv4 or /16 of IPv6, and together
 * they cover at most a /5 or a /12 (a vast coverage, see netset.h).
 */
struct policy_netset *policy_net_list_read(const char *path, const struct place *from,
	enum policy_net_list_form form, struct diag *diag);

/*
 * Whether a list that covers `now` may take the place of one that covers `before` without a person
 * who looks at it: in JSON it may cover a /16 of IPv4 and a /32 of IPv6, and lines a /5 and a /12;
 * above that at most POLICY_NET_LIST_GROWTH times as much as before. False after a diag_error,
 * which ends with `accept`: what takes it all the same.
 */
#define POLICY_NET_LIST_GROWTH 4
NODISCARD bool policy_net_list_may_follow(const struct policy_coverage *before,
	const struct policy_coverage *now, enum policy_net_list_form form,
	const struct place *place, const char *accept, struct diag *diag);

#endif
