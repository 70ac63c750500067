/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_STATS_H
#define DW_STORE_STATS_H

#include "base/counter.h"

/* Counters of one client, which its thread alone writes. */
struct store_stats {
	_Atomic uint64_t up;           /* 1 while questions are asked */
	_Atomic uint64_t connects;     /* connections that were made, with AUTH and SELECT */
	_Atomic uint64_t losses;       /* connections that were lost or given up */
	_Atomic uint64_t questions;    /* asked */
	_Atomic uint64_t replies;      /* in time, and not an error of the store as a whole */
	_Atomic uint64_t timeouts;     /* not answered in time */
	_Atomic uint64_t refusals;     /* answered by an error of the store as a whole */
	_Atomic uint64_t unasked;      /* not asked: the store was known to be away */
	_Atomic uint64_t script_loads; /* scripts that the store did not have */
	struct histogram reply_time;   /* of replies in time */
};

#endif
