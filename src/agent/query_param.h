/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_QUERY_PARAM_H
#define DW_AGENT_QUERY_PARAM_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#define AGENT_QUERY_MAX 2048 /* bytes; a longer query has no parameters here */

enum agent_query_param {
	AGENT_QUERY_PARAM_FOUND,
	AGENT_QUERY_PARAM_ABSENT,  /* or there twice, or with an escaped name that is not canonical
				    */
	AGENT_QUERY_PARAM_UNKNOWN, /* the query is too long, or not UTF-8; or out of memory */
};

/*
 * Appends the value of one query parameter as the component @query-param has it (RFC 9421 2.2.8):
 * parsed as application/x-www-form-urlencoded, and percent-encoded again. `query` is without its
 * question mark; `name` is encoded in the same way.
 */
NODISCARD enum agent_query_param agent_query_param_write(
	struct str query, struct str name, struct arena *arena, struct bytes *out);

#endif
