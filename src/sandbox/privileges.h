/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SANDBOX_PRIVILEGES_H
#define DW_SANDBOX_PRIVILEGES_H

#include "base/util.h"

/*
 * To be called before any other thread is started; each for this process and irrevocably. 0 or an
 * errno value.
 */

/* No program that this process executes gets more rights than this process has. */
NODISCARD int sandbox_no_new_privileges(void);
/* No core dumps, and other processes of the same user can neither trace this one nor read it. */
NODISCARD int sandbox_no_dumps(void);
/*
 * Drops all capabilities but, for root, CAP_DAC_OVERRIDE: configuration, lists and logs often
 * belong to other users.
 */
NODISCARD int sandbox_drop_capabilities(void);

#endif
