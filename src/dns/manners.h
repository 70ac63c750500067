/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_MANNERS_H
#define DW_DNS_MANNERS_H

#include "base/hash.h"
#include "dns/message.h"
#include "dns/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What one worker has learnt of each upstream's ways: whether it bears EDNS, gives the question's
 * case back, and sends cookies. Pure logic: the time is an argument.
 *
 * Only what nobody can forge from afar is learnt, or what was confirmed: a case that came back
 * folded over TCP, an EDNS that was refused and an answer without it, a cookie that came with ours.
 */

struct dns_manner {
	uint64_t no_edns_until_ms;
	uint64_t folds_until_ms;
	uint64_t period; /* in which the cookie was made */
	struct dns_cookie cookie;
};

struct dns_manners {
	const struct dns_settings *settings;
	struct hash_key key;
	struct dns_manner list[DNS_MAX_UPSTREAMS];
};

/* `settings` is borrowed; its nameservers are the upstreams. */
void dns_manners_init(struct dns_manners *manners, const struct dns_settings *settings);

bool dns_manners_takes_edns(const struct dns_manners *manners, size_t upstream, uint64_t now_ms);
/* For 15 minutes; then it is tried again. */
void dns_manners_refuses_edns(struct dns_manners *manners, size_t upstream, uint64_t now_ms);
bool dns_manners_folds_case(const struct dns_manners *manners, size_t upstream, uint64_t now_ms);
/* The one to send; of length 0: none. */
const struct dns_cookie *dns_manners_cookie(
	struct dns_manners *manners, size_t upstream, uint64_t now_ms);

enum dns_verdict {
	DNS_VERDICT_ANSWER,  /* read into `answer` */
	DNS_VERDICT_MISFIT,  /* not an answer to this query */
	DNS_VERDICT_FOLDED,  /* one in another case, which is as much as none over UDP */
	DNS_VERDICT_DOUBTFUL /* without the cookie that this upstream sends: TCP will tell */
};

/*
 * What a reply with the query's ID is. Over TCP, where nobody answers but the one who was asked,
 * the case does not matter, and a missing cookie means that the upstream sends none any more; both
 * are noted.
 */
enum dns_verdict dns_manners_judge(struct dns_manners *manners, size_t upstream,
	const struct dns_query *query, const uint8_t *reply, size_t len, uint64_t now_ms,
	struct dns_answer *answer);

#endif
