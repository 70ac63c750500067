/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_RECENT_QUERY_H
#define DW_RECENT_QUERY_H

#include "base/addr.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Which of the recent decisions a reader wants; absent texts want all. */
struct recent_query {
	bool by_address;
	struct prefix address;
	struct str host; /* part of the host name, in any case */
	struct str policy;
	struct str reason;
	struct str id;
	bool denied; /* no allowed ones */
	size_t limit;
	struct str since; /* "end" of an earlier document; of another process it is ignored */
};

#endif
