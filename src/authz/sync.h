/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_SYNC_H
#define DW_AUTHZ_SYNC_H

#include "authz/authz.h"
#include "authz/snapshot.h"
#include "base/util.h"

/*
 * Decides one request completely, on a loop of its own. `a` has its request. False, without a
 * decision, when out of memory or descriptors.
 */
NODISCARD bool authz_decide_sync(struct authz *a, struct authz_snapshot *snapshot);

#endif
