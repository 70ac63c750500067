/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_FIELDS_PRIVATE_H
#define DW_PAGE_FIELDS_PRIVATE_H

#include "base/bytes.h"
#include "http/query.h"

#include <stdbool.h>

/* Fields of forms, which have the values that the query of the request has. */

struct page_field {
	const char *name;  /* of the parameter */
	const char *label; /* for people */
	bool is_required;
	const char *hint; /* what may stand there, shown while the field is empty; NULL: none */
};

void page_write_field(
	const struct page_field *field, const struct http_query *query, struct bytes *out);
/* A field for several lines, which need not be filled in. */
void page_write_lines(
	const char *name, const char *label, const struct http_query *query, struct bytes *out);
/* A box to tick, whose parameter is 1 then. */
void page_write_box(
	const char *name, const char *label, const struct http_query *query, struct bytes *out);

#endif
