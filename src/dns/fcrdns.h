/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_FCRDNS_H
#define DW_DNS_FCRDNS_H

#include "base/addr.h"
#include "base/str.h"
#include "dns/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Forward-confirmed reverse DNS of a client's address (RFC 8499, iprev of RFC 8601): PTR, then A
 * or AAAA of each name, in the client's family, until the address is among the answers.
 */

enum fcrdns_mode { FCRDNS_SINGLE, FCRDNS_DOUBLE };

enum fcrdns_status {
	FCRDNS_OFF, /* nobody asked */
	FCRDNS_VERIFIED,
	FCRDNS_UNVERIFIED, /* single: names that the PTR claims */
	FCRDNS_MISMATCH,   /* names, and none confirms */
	FCRDNS_NONE,       /* authoritatively no PTR */
	FCRDNS_ERROR       /* nobody knows */
};

/* "off", "verified", "unverified", "mismatch", "none", "error". */
const char *fcrdns_status_word(enum fcrdns_status status);

/* Immutable and shared: hold a reference as long as the strings are used. */
struct fcrdns_result {
	enum fcrdns_status status;
	bool overload; /* FCRDNS_ERROR because a limit was reached, not for DNS's own reasons */
	uint64_t expires_ms; /* clock_ms() from which on it must not be used */
	struct str_list
		names; /* VERIFIED: confirmed; UNVERIFIED: claimed; lower-case, no final dot */
	struct str_list ptr; /* usable names that the PTR gave, confirmed or not */
};

const struct fcrdns_result *fcrdns_result_ref(const struct fcrdns_result *result);
void fcrdns_result_unref(const struct fcrdns_result *result);

/* One question of a look-up, for people (`doorward check`). Strings are good during the call. */
struct fcrdns_trace_step {
	struct str name; /* presentation form */
	enum dns_type type;
	struct str answer; /* "192.0.2.1, 192.0.2.2", "NXDOMAIN", "timeout", … */
	uint32_t ttl_s;
	uint32_t ms;       /* from the first send to the answer */
	struct str server; /* "127.0.0.1:53", "static_zone", "cache" */
	bool cached;
};

struct fcrdns_trace {
	void (*step)(void *ctx, const struct fcrdns_trace_step *step);
	void *ctx;
};

struct dns_engine;
struct fcrdns_lookup;

/* A result at hand, with a reference for the caller; NULL: look it up. One shard's lock, no I/O. */
const struct fcrdns_result *fcrdns_cached(
	struct dns_engine *engine, const struct addr *addr, enum fcrdns_mode mode);

/*
 * Looks up. `done` is called exactly once, from the loop and never inside this call, unless
 * fcrdns_cancel comes first; it owns a reference of `result`, which is never NULL. `trace` may be
 * NULL and is borrowed until then; with a trace the cache of whole results is not asked. NULL when
 * out of memory.
 */
struct fcrdns_lookup *fcrdns_start(struct dns_engine *engine, const struct addr *addr,
	enum fcrdns_mode mode, const struct fcrdns_trace *trace,
	void (*done)(void *ctx, const struct fcrdns_result *result), void *ctx);
void fcrdns_cancel(struct fcrdns_lookup *lookup);

#endif
