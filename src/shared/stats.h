/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_STATS_H
#define DW_SHARED_STATS_H

#include "store/stats.h"

/* Counters of one worker, which its thread alone writes. */
struct shared_stats {
	struct store_stats store;
};

#endif
