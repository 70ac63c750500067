/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SLOW_LISTS_H
#define DW_DAEMON_SLOW_LISTS_H

#include "base/progress.h"

/*
 * Logs which lists took longer than two seconds to read, and how long: one line each. Another
 * number of milliseconds comes from the environment variable DOORWARD_SLOW_LIST_MS.
 */
struct daemon_slow_lists {
	struct progress progress;
	struct progress *shown; /* where the progress is shown; NULL: nowhere */
	uint64_t least_ms;
};

/* It lies in *slow, which must stay where it is. */
struct progress *daemon_slow_lists_init(struct daemon_slow_lists *slow, struct progress *shown);

#endif
