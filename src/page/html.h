/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_HTML_H
#define DW_PAGE_HTML_H

#include "base/bytes.h"
#include "base/str.h"

/*
 * Writes text into HTML. Markup of our own goes through bytes_append_text; every other string goes
 * through here. Failures stay in out->failed.
 */

/*
 * As text, or as an attribute's value between double quotes: the five characters that mean
 * something to HTML become references; invisible characters (base/utf8.h), and bytes that are not
 * UTF-8, are shown as \xXX, so that no text can reorder or hide what stands beside it.
 */
void html_text(struct bytes *out, struct str text);
/* As the value of a parameter in the query of an address (RFC 3986 2.3): safe in attributes. */
void html_parameter(struct bytes *out, struct str value);

#endif
