/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_HEAD_H
#define DW_HTTP_HEAD_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The head of one HTTP/1.0 or HTTP/1.1 request (RFC 9112). A head that two readers could understand
 * differently is rejected: the front end must have understood the same as doorward.
 */

#define HTTP_HEADERS_MAX 128

struct http_header {
	struct str name;
	struct str value; /* without the blanks around it */
};

struct http_head {
	struct str method;
	struct str target; /* as it was sent */
	struct str path;   /* of the target, with its query: "/a?b"; empty if it has none ("*") */
	bool http_1_0;
	bool keep;          /* the connection may serve another request */
	bool body;          /* a body is announced: the bytes behind the head are not a request */
	uint64_t length;    /* Content-Length; 0: none, or a body in chunks */
	struct str content; /* the body, if it was waited for: see http_pool; absent: it was not */
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t header_count;
	const char *fault; /* what is wrong, if the result is BAD */
};

enum http_head_result { HTTP_HEAD_GOOD, HTTP_HEAD_BAD, HTTP_HEAD_TOO_MANY };

/* To be called once, before the first head is read, while there is only one thread. */
void http_head_library_init(void);
/* The parser library's name and version. */
const char *http_head_library(char *text, size_t size);

/*
 * Looks for the end of a head in `text`, whose first *scanned bytes were scanned before. DONE: *len
 * is its length, with the empty line. HOPELESS: the text cannot become a head.
 */
enum http_head_find { HTTP_HEAD_DONE, HTTP_HEAD_MORE, HTTP_HEAD_HOPELESS };
NODISCARD enum http_head_find http_head_find(struct str text, size_t *scanned, size_t *len);

/* Reads a whole head; views into `text`. */
NODISCARD enum http_head_result http_head_parse(struct str text, struct http_head *out);

/* The value of a header, absent if it did not come, the first if it came more than once. */
struct str http_head_value(const struct http_head *head, const char *name);
/* How often a header came. */
size_t http_head_count(const struct http_head *head, const char *name);

#endif
