/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_QUERY_H
#define DW_HTTP_QUERY_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* The parameters of a target's query, or of a body, as an HTML form sends them. */
#define HTTP_QUERY_MAX 16

struct http_query {
	struct {
		struct str name;
		struct str value;
	} items[HTTP_QUERY_MAX];
	size_t count;
};

/*
 * Reads "/path?name=value&...", without the escapes: %XX, and + for a space. Values are the
 * arena's. False with a sentence in *why: a broken escape, a NUL, a name that is not one of `names`
 * (which ends with NULL) or that comes twice. A parameter with an empty value counts as absent.
 */
NODISCARD bool http_query_read(struct str target, const char *const *names, struct arena *arena,
	struct http_query *out, struct bytes *why);
/* The same of a body of application/x-www-form-urlencoded. */
NODISCARD bool http_query_read_form(struct str form, const char *const *names, struct arena *arena,
	struct http_query *out, struct bytes *why);
/* The value; absent: the query has none. */
struct str http_query_value(const struct http_query *query, const char *name);

#endif
