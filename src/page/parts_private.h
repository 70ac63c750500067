/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_PARTS_PRIVATE_H
#define DW_PAGE_PARTS_PRIVATE_H

#include "base/bytes.h"
#include "base/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the views are made of. Members of JSON that are absent, or of another type, are 0, "",
 * false. */

uint64_t page_number(const json_t *object, const char *key);
struct str page_str(const json_t *object, const char *key);
bool page_is_true(const json_t *object, const char *key);

/* With commas: 12,345. */
void page_u64(struct bytes *out, uint64_t value);
/* Three digits, as people read a rate: 0.05, 1.5, 12.3, 1,234. */
void page_rate(struct bytes *out, double per_second);
void page_size(struct bytes *out, uint64_t size);
/* The part in percent, or a dash where the whole is 0. */
void page_share(struct bytes *out, uint64_t part, uint64_t whole);
/* A time of RFC 3339, and how long before or after `now_s` it is. */
void page_time(struct bytes *out, struct str time, int64_t now_s);
/* Microseconds, shown in milliseconds, with `unit` behind them; 0 and null as a dash. */
void page_latency(struct bytes *out, const json_t *us, const char *unit);
/* Any value as text: the items of an array with commas between them, null as a dash. */
void page_value(struct bytes *out, const json_t *value);
/* A verdict, or a truth, with its colour. */
void page_word(struct bytes *out, struct str word);

/*
 * A section with its heading. `id` is unique in the page; the script replaces the section by the
 * one of a newer page, if it is live.
 */
void page_section_open(struct bytes *out, const char *id, const char *heading, bool live);
void page_section_close(struct bytes *out);

/*
 * A table that scrolls within itself; columns whose name begins with `#` have numbers. Its roles
 * are written out, because a browser forgets those of elements that a style shows as other than a
 * table.
 */
void page_table_open(
	struct bytes *out, const char *caption, const char *const *columns, size_t count);
void page_table_close(struct bytes *out);
void page_cell(struct bytes *out, struct str text);
void page_cell_u64(struct bytes *out, uint64_t value);

/* A list of names and values. */
void page_facts_open(struct bytes *out);
void page_facts_close(struct bytes *out);
void page_fact_open(struct bytes *out, const char *name);
void page_fact_close(struct bytes *out);
void page_fact(struct bytes *out, const char *name, struct str value);
void page_fact_u64(struct bytes *out, const char *name, uint64_t value);

#endif
