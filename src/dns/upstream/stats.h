/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_STATS_H
#define DW_DNS_UPSTREAM_STATS_H

#include "base/addr.h"
#include "base/counter.h"
#include "dns/upstream/settings.h"

/* The result of a finished lookup. */
enum dns_stats_result {
	DNS_STATS_VERIFIED,
	DNS_STATS_UNVERIFIED,
	DNS_STATS_MISMATCH,
	DNS_STATS_NONE,
	DNS_STATS_PRIVATE,
	DNS_STATS_ERROR,
	DNS_STATS_RESULTS
};

/* Why a send to an upstream got no result. */
enum dns_stats_trouble {
	DNS_STATS_TIMEOUT,
	DNS_STATS_UNREACHABLE,
	DNS_STATS_SERVFAIL,
	DNS_STATS_REFUSED, /* or lame */
	DNS_STATS_MALFORMED,
	DNS_STATS_OTHER,
	DNS_STATS_TROUBLES
};

/* "timeout", "unreachable", "servfail", "refused", "malformed", "other". */
const char *dns_stats_trouble_word(enum dns_stats_trouble trouble);

/* One worker's measurements of one upstream. */
struct dns_stats_upstream {
	_Atomic uint64_t known;    /* 1 once it has replied, or failed to */
	_Atomic uint64_t measured; /* 1 once it has replied: there is an average */
	_Atomic uint64_t down;     /* 1 while it is suspended */
	_Atomic uint64_t average_us_8;
	_Atomic uint64_t cookies; /* 1 while it sends cookies (RFC 7873) */
	/* Counted for as long as the worker has it as an upstream at this place. */
	struct endpoint endpoint;    /* the worker's alone */
	_Atomic uint64_t queries[2]; /* sent: over UDP, over TCP */
	_Atomic uint64_t fallbacks;  /* to TCP, of queries that were sent over UDP before */
	_Atomic uint64_t replies;    /* that were accepted */
	_Atomic uint64_t replies_us; /* how long they took together */
	_Atomic uint64_t slowest_us;
	_Atomic uint64_t troubles[DNS_STATS_TROUBLES];
};

/*
 * The counters are those of `endpoint` from now on; they start at 0 if they were another's. Called
 * by the worker.
 */
void dns_stats_upstream_take(struct dns_stats_upstream *upstream, const struct endpoint *endpoint);

/* Counters of one worker's engines, one engine after the other; written on its thread. */
struct dns_stats {
	_Atomic uint64_t queries[2];  /* sent: over UDP, over TCP */
	_Atomic uint64_t retransmits; /* of these, all but the first of a query */
	_Atomic uint64_t timeouts;    /* sends without a reply in time */
	_Atomic uint64_t wrong_replies;
	_Atomic uint64_t joined; /* queries and lookups that waited for another's */
	_Atomic uint64_t overloads;
	/* max_in_flight was reached: refused, or another was evicted */
	_Atomic uint64_t in_flight_full;
	_Atomic uint64_t prefix_full; /* max_in_flight_per_prefix was reached */
	_Atomic uint64_t deadlines;   /* lookup_timeout was reached */
	_Atomic uint64_t cache_hits;  /* whole results */
	_Atomic uint64_t cache_misses;
	_Atomic uint64_t cache_evictions;
	_Atomic uint64_t refreshes; /* lookups that replace a result before it expires */
	_Atomic uint64_t results[DNS_STATS_RESULTS];
	/* lookups with a remote cache (dns/resolver/remote_cache.h) */
	_Atomic uint64_t remote_hits;      /* ended by its result */
	_Atomic uint64_t remote_late;      /* asked DNS before it had answered */
	_Atomic uint64_t remote_waits;     /* waited for another machine that asked DNS */
	_Atomic uint64_t remote_fruitless; /* of these, those that asked DNS in the end */
	struct histogram lookup_time;
	/*
	 * The upstreams of the newest engine; `upstreams_of` is its dns_context, which identifies
	 * them for readers.
	 */
	_Atomic uint64_t upstreams_of;
	struct dns_stats_upstream upstreams[DNS_MAX_UPSTREAMS];
};

#endif
