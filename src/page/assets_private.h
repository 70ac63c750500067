/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_ASSETS_PRIVATE_H
#define DW_PAGE_ASSETS_PRIVATE_H

#include "base/bytes.h"
#include "base/str.h"

/* page.css and page.js, as they were when the program was built. */
struct str page_style(void);
struct str page_script(void);

/* As a source of Content-Security-Policy (CSP 3, 2.3.1): 'sha256-…', with its quotes. */
void page_append_csp_hash(struct bytes *out, struct str content);

#endif
