/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_STATS_H
#define DW_SHARED_STATS_H

#include "store/stats.h"

/* What became of questions for clients' names (shared/names.h). */
struct shared_name_stats {
	_Atomic uint64_t asked;
	_Atomic uint64_t hits;       /* answered by a result that was used */
	_Atomic uint64_t misses;     /* the store had nothing */
	_Atomic uint64_t claimed;    /* another machine was asking DNS */
	_Atomic uint64_t unanswered; /* not in time */
	_Atomic uint64_t expired;    /* by the clock of this machine, or not fresh enough */
	_Atomic uint64_t forged;     /* not sealed with the secret for this client */
	_Atomic uint64_t malformed;  /* sealed, but not a result that can be */
	_Atomic uint64_t stored;     /* results that were written */
};

/* What became of questions for leases, and what decided about rates (shared/rates.h). */
struct shared_rate_stats {
	_Atomic uint64_t given;      /* answers with tokens */
	_Atomic uint64_t refused;    /* answers without */
	_Atomic uint64_t unanswered; /* not in time, or an answer that cannot be */
	_Atomic uint64_t by_lease;   /* requests within a rate, by a lease */
	_Atomic uint64_t by_refusal; /* requests above it, because the store refused */
	_Atomic uint64_t in_share;   /* requests within the share, without an answer */
	_Atomic uint64_t over_share;
	_Atomic uint64_t waited; /* those of them all that waited for an answer */
};

/* What became of questions for nonces (shared/nonces.h). */
struct shared_nonce_stats {
	_Atomic uint64_t set;        /* new ones */
	_Atomic uint64_t used;       /* set before, here or by another machine */
	_Atomic uint64_t unanswered; /* not asked, or not answered in time */
};

/* Counters of one worker, which its thread alone writes. */
struct shared_stats {
	struct store_stats store;
	struct shared_name_stats names;
	struct shared_rate_stats rates;
	struct shared_nonce_stats nonces;
};

#endif
