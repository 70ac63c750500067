/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_CHANGES_H
#define DW_CONFIG_CHANGES_H

#include "base/str.h"
#include "base/util.h"
#include "config/config.h"

/*
 * One difference between two configurations. A key that has several values has one change for each
 * value that was added or removed. No key holds a secret: passwords stand in files, of which the
 * path is the value.
 */
struct config_change {
	struct str section; /* "dns", "policy web" */
	struct str key;     /* absent: a whole policy */
	struct str before;  /* absent: it was not there */
	struct str after;   /* absent: it is not there any more */
};

/*
 * Calls `each` for every effective value that differs, inherited ones included; the texts are valid
 * during the call. A list or rules in another order, with the same content, is one change: what
 * stands at the first place that differs. False when out of memory.
 */
NODISCARD bool config_changes(const struct config *before, const struct config *after,
	void (*each)(void *ctx, const struct config_change *change), void *ctx);

#endif
