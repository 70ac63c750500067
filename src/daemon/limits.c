/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/limits.h"

#include <malloc.h>
#include <sys/resource.h>

/* Each connection and each DNS socket needs a descriptor, and the soft limit is mostly 1,024. */
void daemon_limits_raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/*
 * Each worker allocates from an arena of its own, which by default grows and shrinks by a few pages
 * and a system call at a time.
 */
void daemon_limits_set_arena_growth(void)
{
	mallopt(M_TOP_PAD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 4 << 20);
}
