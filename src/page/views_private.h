/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_VIEWS_PRIVATE_H
#define DW_PAGE_VIEWS_PRIVATE_H

#include "base/bytes.h"
#include "base/str.h"

#include <jansson.h>
#include <stdint.h>

/* The parsed documents; NULL: absent. */
struct page_data {
	json_t *status;
	int64_t now_s;
};

/* Each appends the sections of a view, or of a part of it. */
void page_write_overview(const struct page_data *data, struct bytes *out);
void page_write_dns(const struct page_data *data, struct bytes *out);
void page_write_configuration(const struct page_data *data, struct bytes *out);

#endif
