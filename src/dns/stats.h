/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_STATS_H
#define DW_DNS_STATS_H

#include <stdint.h>

/* What one worker's engine has done; read on its own thread. */
struct dns_stats {
	uint64_t queries;     /* datagrams sent */
	uint64_t retransmits; /* of these, all but the first of a question */
	uint64_t timeouts;    /* sends that nobody answered in time */
	uint64_t wrong_replies;
	uint64_t joined; /* questions and look-ups that waited on another's */
	uint64_t overloads;
	uint64_t cache_hits; /* whole results */
	uint64_t cache_misses;
	uint64_t refreshes; /* look-ups of results that still held */
};

#endif
