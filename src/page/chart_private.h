/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_CHART_PRIVATE_H
#define DW_PAGE_CHART_PRIVATE_H

#include "base/bytes.h"
#include "base/str.h"

#include <stddef.h>

/* A plot of curves over the last hour, drawn by SVG, with its legend and its axes in HTML. */

#define PAGE_CHART_POINTS 360 /* at most; one for each 10 seconds */

struct page_curve {
	struct str name;
	const char *class;                /* of page.css: its colour and its dashes */
	double values[PAGE_CHART_POINTS]; /* a second; the newest is the last */
};

/*
 * `heading` is markup of our own. Each of the `count` curves has `points` values, PAGE_CHART_POINTS
 * at most, with step_s seconds from one to the next.
 */
void page_write_chart(struct bytes *out, const char *heading, const struct page_curve *curves,
	size_t count, size_t points, double step_s);

#endif
