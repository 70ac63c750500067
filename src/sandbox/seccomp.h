/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SANDBOX_SECCOMP_H
#define DW_SANDBOX_SECCOMP_H

#include "base/util.h"

#include <stdbool.h>

/* What happens to a system call that is not in calls.h. */
enum sandbox_seccomp_action {
	SANDBOX_SECCOMP_NOTIFY, /* a process that holds the listener decides (seccomp_unotify(2)) */
	SANDBOX_SECCOMP_DENY,   /* it fails with EPERM */
	SANDBOX_SECCOMP_LOG     /* it is carried out, and the kernel logs it */
};

/* Whether this program was built with libseccomp. */
bool sandbox_seccomp_is_built(void);
/*
 * Whether another process may refuse or allow each call: Linux has that since 5.5, and a filter
 * around this process may refuse it.
 */
bool sandbox_seccomp_can_notify(void);

/*
 * Loads the filter for this thread and those that it starts. `machine_code`: memory may be writable
 * and executable, for PCRE2's compiled regexes; otherwise a request for such memory fails and is
 * not reported. With SANDBOX_SECCOMP_NOTIFY *listener is the
 * caller's, and must not stay in this process. Before, no_new_privs must have been set. 0 or an
 * errno value; after an error no filter is loaded.
 */
NODISCARD int sandbox_seccomp_load(
	enum sandbox_seccomp_action action, bool machine_code, int *listener);

/* The name of a system call, which the caller frees; NULL: unknown. */
char *sandbox_seccomp_name(int number);

#endif
