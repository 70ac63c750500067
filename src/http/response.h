/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_RESPONSE_H
#define DW_HTTP_RESPONSE_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* The time as the Date header says it (RFC 9110 5.6.7), made once a second. */
struct http_date {
	int64_t wall_s; /* what `text` says; text is empty at first */
	char text[32];
};

struct str http_date_at(struct http_date *date, int64_t wall_s);

enum http_persistence {
	HTTP_KEEP,        /* goes without saying */
	HTTP_KEEP_SAYING, /* to a client of HTTP/1.0 */
	HTTP_CLOSE
};

/*
 * Appends an answer given as CGI header lines, `Status` first, and a body (RFC 3875 section 6),
 * whose bytes are left out for HEAD. False, and nothing is appended, if it is not of that form.
 */
NODISCARD bool http_response(struct bytes *out, struct str cgi, struct str date,
	enum http_persistence persistence, bool head_only);

#endif
