/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "page/chart_private.h"

#include "base/util.h"
#include "page/html.h"
#include "page/parts_private.h"

#define WIDTH 720.0
#define HEIGHT 100.0

static double largest(const struct page_curve *curves, size_t count, size_t points)
{
	double max = 0;

	for (size_t c = 0; c < count; c++) {
		for (size_t i = 0; i < points; i++) {
			max = curves[c].values[i] > max ? curves[c].values[i] : max;
		}
	}
	return max;
}

/* The next of 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 2, …, whose half is short as well. */
static double scale_of(double max)
{
	static const double steps[] = {1, 2, 3, 4, 6, 8};
	double power = 0.1;

	while (power * 8 < max && power < 1e15) {
		power *= 10;
	}
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (power * steps[i] >= max) {
			return power * steps[i];
		}
	}
	return power * 10;
}

static void write_number(struct bytes *out, double value)
{
	if (value >= 10) {
		page_u64(out, (uint64_t)(value + 0.5));
	} else {
		bytes_appendf(out, "%g", value);
	}
}

/* A level for each value, as long as its step. */
static void write_curve(struct bytes *out, const struct page_curve *curve, size_t points,
	size_t whole, double scale)
{
	double step = WIDTH / (double)whole;

	bytes_appendf(out, "<path class=\"curve %s\" d=\"", curve->class);
	for (size_t i = 0; i < points; i++) {
		double y = HEIGHT - HEIGHT * curve->values[i] / scale;

		if (i == 0) {
			bytes_appendf(out, "M%.0f %.1f", WIDTH - step * (double)points, y);
		} else if (curve->values[i] != curve->values[i - 1]) {
			bytes_appendf(out, "V%.1f", y);
		}
		if (i + 1 == points || curve->values[i] != curve->values[i + 1]) {
			bytes_appendf(out, "H%.0f", WIDTH - step * (double)(points - 1 - i));
		}
	}
	bytes_append_text(out, "\"/>");
}

static void write_legend(
	struct bytes *out, const struct page_curve *curves, size_t count, size_t points)
{
	bytes_append_text(out, "<ul class=\"legend\">");
	for (size_t c = 0; c < count; c++) {
		bytes_appendf(out,
			"<li><svg viewBox=\"0 0 32 8\" preserveAspectRatio=\"none\" "
			"aria-hidden=\"true\"><path class=\"curve %s\" d=\"M0 4L32 4\"/></svg>",
			curves[c].class);
		html_text(out, curves[c].name);
		bytes_append_text(out, " ");
		page_rate(out, points > 0 ? curves[c].values[points - 1] : 0);
		bytes_append_text(out, "/s</li>");
	}
	bytes_append_text(out, "</ul>\n");
}

/* What the picture shows, in words. */
static void write_summary(struct bytes *out, const char *heading, const struct page_curve *curves,
	size_t count, size_t points)
{
	bytes_appendf(out, "%s over the last hour, at most: ", heading);
	for (size_t c = 0; c < count; c++) {
		bytes_append_text(out, c > 0 ? ", " : "");
		html_text(out, curves[c].name);
		bytes_append_text(out, " ");
		page_rate(out, largest(&curves[c], 1, points));
	}
}

void page_write_chart(struct bytes *out, const char *heading, const struct page_curve *curves,
	size_t count, size_t points, double step_s)
{
	double scale = scale_of(largest(curves, count, points));
	size_t whole = step_s >= 1 && step_s <= 3600 ? (size_t)(3600 / step_s) : 1;

	whole = whole < points ? points : whole;
	bytes_appendf(out, "<figure><figcaption>%s</figcaption>\n", heading);
	write_legend(out, curves, count, points);
	bytes_append_text(
		out, "<div class=\"chart\"><div class=\"axis-y\" aria-hidden=\"true\"><span>");
	write_number(out, scale);
	bytes_append_text(out, "</span><span>");
	write_number(out, scale / 2);
	bytes_appendf(out,
		"</span><span>0</span></div><svg role=\"img\" viewBox=\"0 0 %.0f %.0f\" "
		"preserveAspectRatio=\"none\" aria-label=\"",
		WIDTH, HEIGHT);
	write_summary(out, heading, curves, count, points);
	bytes_append_text(
		out, "\"><path class=\"grid\" d=\"M0 0L720 0M0 50L720 50M0 100L720 100\"/>");
	for (size_t c = count; c > 0; c--) {
		write_curve(out, &curves[c - 1], points, whole, scale);
	}
	bytes_append_text(out, "</svg><div class=\"axis-x\" aria-hidden=\"true\">"
			       "<span>60 min ago</span><span>45</span><span>30</span>"
			       "<span>15</span><span>now</span></div></div></figure>\n");
}
