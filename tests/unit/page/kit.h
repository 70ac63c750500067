/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_UNIT_PAGE_KIT_H
#define DW_TESTS_UNIT_PAGE_KIT_H

#include "base/bytes.h"
#include "base/str.h"

#include <stdbool.h>
#include <string.h>

#define KIT_DEPTH_MAX 64

/* How much of the document is read, and the elements that are open. */
struct kit_html {
	struct str rest;
	struct str open[KIT_DEPTH_MAX];
	size_t depth;
	const char *fault; /* NULL: none so far */
	unsigned scripts;
};

/* Elements without an end, in the page's HTML and SVG. */
static inline bool kit_is_void(struct str name)
{
	return str_eq_text(name, "meta") || str_eq_text(name, "link") ||
	       str_eq_text(name, "input") || str_eq_text(name, "!DOCTYPE");
}

static inline bool kit_fail(struct kit_html *h, const char *fault)
{
	h->fault = fault;
	return false;
}

static inline size_t kit_name_len(struct str s)
{
	size_t len = 0;

	while (len < s.len && (ascii_is_alnum(s.data[len]) || s.data[len] == '!')) {
		len++;
	}
	return len;
}

/* Attributes are `name` or `name="value"`; a value has no quote, no < and no >. */
static inline bool kit_skip_attributes(struct kit_html *h, bool *closed)
{
	*closed = false;
	while (h->rest.len > 0 && h->rest.data[0] != '>') {
		char c = h->rest.data[0];

		if (c == '/') {
			*closed = true;
		} else if (c == '"') {
			h->rest = str_from(h->rest, 1);
			size_t end = str_find(h->rest, '"');
			struct str value = {h->rest.data, end};

			if (str_find(value, '<') < end || str_find(value, '>') < end) {
				return kit_fail(h, "an attribute with < or >");
			}
			h->rest = str_from(h->rest, end);
		} else if (!ascii_is_alnum(c) && c != ' ' && c != '=' && c != '-') {
			return kit_fail(h, "an attribute without quotes");
		}
		h->rest = str_from(h->rest, 1);
	}
	if (h->rest.len == 0) {
		return kit_fail(h, "a tag without its end");
	}
	h->rest = str_from(h->rest, 1);
	return true;
}

static inline bool kit_end_tag(struct kit_html *h)
{
	struct str name = {h->rest.data, kit_name_len(h->rest)};

	if (h->depth == 0 || !str_eq(h->open[h->depth - 1], name)) {
		return kit_fail(h, "an end tag of another element");
	}
	h->depth--;
	h->rest = str_from(h->rest, name.len + 1);
	return true;
}

/* The text of style and script ends with their end tag alone. */
static inline void kit_skip_raw(struct kit_html *h, struct str name)
{
	char end[16] = "</";

	memcpy(end + 2, name.data, name.len);
	const char *at = memmem(h->rest.data, h->rest.len, end, name.len + 2);

	h->rest = str_from(h->rest, at != NULL ? (size_t)(at - h->rest.data) : h->rest.len);
}

static inline bool kit_start_tag(struct kit_html *h)
{
	struct str name = {h->rest.data, kit_name_len(h->rest)};
	bool closed;

	h->rest = str_from(h->rest, name.len);
	if (name.len == 0 || name.len > 12 || !kit_skip_attributes(h, &closed)) {
		return kit_fail(h, h->fault != NULL ? h->fault : "a < that is not a tag");
	}
	if (closed || kit_is_void(name)) {
		return true;
	}
	if (h->depth == KIT_DEPTH_MAX) {
		return kit_fail(h, "too deep");
	}
	h->open[h->depth++] = name;
	h->scripts += str_eq_text(name, "script");
	if (str_eq_text(name, "script") || str_eq_text(name, "style")) {
		kit_skip_raw(h, name);
	}
	return true;
}

/* Why the document is not what the page writes: elements that close in their order; or NULL. */
static inline const char *kit_html_fault(struct str html)
{
	struct kit_html h = {.rest = html};

	while (h.rest.len > 0 && h.fault == NULL) {
		size_t at = str_find(h.rest, '<');

		if (str_find(h.rest, '>') < at) {
			return "a > in the text";
		}
		h.rest = str_from(h.rest, at + 1);
		if (at + 1 > html.len || h.rest.len == 0) {
			break;
		}
		if (h.rest.data[0] == '/') {
			h.rest = str_from(h.rest, 1);
			kit_end_tag(&h);
		} else {
			kit_start_tag(&h);
		}
	}
	if (h.fault == NULL && h.depth > 0) {
		return "an element without its end";
	}
	if (h.fault == NULL && h.scripts != 1) {
		return "not one script";
	}
	return h.fault;
}

#endif
