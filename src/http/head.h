/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_HEAD_H
#define DW_HTTP_HEAD_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The head of one HTTP/1.0 or HTTP/1.1 request (RFC 9112). What two readers could take for
 * different things is refused: the one in front of us must have seen what we see.
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
	bool keep; /* the connection may serve another request */
	bool body; /* one is announced: what follows the head is no request */
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t header_count;
	const char *fault; /* of a head that is BAD */
};

enum http_head_result { HTTP_HEAD_GOOD, HTTP_HEAD_BAD, HTTP_HEAD_TOO_MANY };

/* To be called once, before the first head is read, while there is one thread. */
void http_head_library_init(void);
/* The parser library's name and version. */
const char *http_head_library(char *text, size_t size);

/*
 * Looks for the end of a head in `text`, whose first *scanned bytes have been looked at before.
 * DONE: *len is its length, with the empty line. BAD: it can be none.
 */
enum http_head_find { HTTP_HEAD_DONE, HTTP_HEAD_MORE, HTTP_HEAD_HOPELESS };
NODISCARD enum http_head_find http_head_find(struct str text, size_t *scanned, size_t *len);

/* Reads a whole head; views into `text`. */
NODISCARD enum http_head_result http_head_parse(struct str text, struct http_head *out);

/* The value of a header, absent if it is not there, the first if it is there more than once. */
struct str http_head_value(const struct http_head *head, const char *name);

#endif
