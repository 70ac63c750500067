/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_REMOTE_CACHE_H
#define DW_DNS_RESOLVER_REMOTE_CACHE_H

#include "base/addr.h"
#include "dns/cache/result.h"

#include <stdint.h>

/*
 * A cache of whole results outside of this process, which other machines read and fill, too: an
 * interface, whose implementation vouches for what it returns. It has only results that every
 * machine would find: of public addresses, complete, and without a part from a static zone.
 */

struct dns_remote_question;

enum dns_remote_reply {
	DNS_REMOTE_RESULT,
	DNS_REMOTE_NONE,   /* it has none, or cannot say: DNS is asked here */
	DNS_REMOTE_CLAIMED /* a machine that was told NONE a moment ago is asking DNS */
};

/* `result` is set for DNS_REMOTE_RESULT only; its only reference is the callee's then. */
typedef void dns_remote_done(
	void *ctx, enum dns_remote_reply reply, const struct dns_fcrdns_result *result);

struct dns_remote_cache {
	/*
	 * Asks for a result that is valid for longer than `fresh_ms` (clock_ms(); 0: any), by
	 * `done`, which is called exactly once and never inside this call. NULL: it cannot be asked
	 * now.
	 */
	struct dns_remote_question *(*ask)(void *ctx, const struct addr *addr,
		enum dns_fcrdns_mode mode, uint64_t fresh_ms, dns_remote_done *done,
		void *done_ctx);
	/* `done` is not called any more. */
	void (*cancel)(struct dns_remote_question *question);
	void (*put)(void *ctx, const struct addr *addr, enum dns_fcrdns_mode mode,
		const struct dns_fcrdns_result *result);
	void *ctx;
};

#endif
