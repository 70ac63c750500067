/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_VIEWS_PRIVATE_H
#define DW_PAGE_VIEWS_PRIVATE_H

#include "base/bytes.h"
#include "base/str.h"
#include "http/query.h"
#include "page/outcome.h"

#include <jansson.h>
#include <stdint.h>

/* The parsed documents; NULL: absent. */
struct page_data {
	json_t *status;
	json_t *history;
	json_t *recent;
	json_t *explained;
	struct http_query query;
	const struct page_outcome *outcome; /* NULL: nothing was to be changed */
	bool writable;
	int64_t now_s;
};

/* Each appends the sections of a view, or of a part of it. */
void page_write_overview(const struct page_data *data, struct bytes *out);
void page_write_dns(const struct page_data *data, struct bytes *out);
void page_write_rates(const struct page_data *data, struct bytes *out);
void page_write_configuration(const struct page_data *data, struct bytes *out);
void page_write_plots(const struct page_data *data, struct bytes *out);
void page_write_decisions(const struct page_data *data, struct bytes *out);
/* The newest, for the overview. */
void page_write_last_decisions(const struct page_data *data, struct bytes *out);
void page_write_why(const struct page_data *data, struct bytes *out);
void page_write_change(const struct page_data *data, struct bytes *out);
void page_write_whatif(const struct page_data *data, struct bytes *out);
/* A decision as `doorward check --json` writes it. */
void page_write_explanation(const json_t *explained, struct bytes *out);

#endif
