/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * The page: the input is a document, and a query. Whatever that says, the page's elements close in
 * their order, and it has one script, its own.
 */

#include "fuzz/check.h"
#include "page/html.h"
#include "page/page.h"
#include "unit/page/kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct str text)
{
	struct bytes out = {0};

	html_text(&out, text);
	for (size_t i = 0; i < out.len; i++) {
		check(memchr("<>\"'\n\r\t", out.data[i], 7) == NULL && out.data[i] != '\0');
	}
	bytes_clear(&out);
}

static void check_page(enum page_view view, struct str document)
{
	const struct page_outcome outcome = {"200 OK", "", document};
	const struct page_documents documents = {.status = document,
		.history = document,
		.recent = document,
		.explained = document,
		.writable = true,
		.outcome = view == PAGE_CHANGE ? &outcome : NULL};
	struct bytes out = {0};

	page_respond(view, document, &documents, &out);
	check(!out.failed);
	const char *blank = memmem(out.data, out.len, "\r\n\r\n", 4);

	check(blank != NULL);
	struct str page = str_from(bytes_view(&out), (size_t)(blank - (char *)out.data) + 4);

	check(kit_html_fault(page) == NULL);
	bytes_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_from_bytes(data, size);

	check_text(text);
	check_page(PAGE_OVERVIEW, text);
	check_page(PAGE_DECISIONS, text);
	check_page(PAGE_WHY, text);
	check_page(PAGE_CHANGE, text);
	return 0;
}
