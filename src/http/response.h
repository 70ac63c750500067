/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_RESPONSE_H
#define DW_HTTP_RESPONSE_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* The time in the form of the Date header (RFC 9110 5.6.7), formatted once a second. */
struct http_date {
	int64_t wall_s; /* the time in `text`; text is empty at first */
	char text[32];
};

struct str http_date_at(struct http_date *date, int64_t wall_s);

enum http_persistence {
	HTTP_KEEP,        /* the default, without a header */
	HTTP_KEEP_SAYING, /* with a header, for a client of HTTP/1.0 */
	HTTP_CLOSE
};

/*
 * Appends a response given as CGI header lines, `Status` first, and a body (RFC 3875 section 6),
 * whose bytes are left out for HEAD. False, and nothing is appended, if it does not have that form.
 */
NODISCARD bool http_response(struct bytes *out, struct str cgi, struct str date,
	enum http_persistence persistence, bool head_only);

#endif
