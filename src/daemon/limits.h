/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_LIMITS_H
#define DW_DAEMON_LIMITS_H

/* Settings of the process as a whole, made before it has threads. */

/* The soft limit of open descriptors becomes the hard one. */
void daemon_limits_raise_descriptors(void);
/* The heaps of threads grow and shrink in large steps. */
void daemon_limits_set_arena_growth(void);

#endif
