/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_STREAM_H
#define DW_FCGI_STREAM_H

#include "base/bytes.h"

/*
 * The content of a stream's records (FastCGI 1.0, 3.3), whole. Mostly it comes in one piece, which
 * is not copied as long as its memory lasts.
 */
struct fcgi_stream {
	struct str all;        /* the one piece, or what is in `gathered` */
	struct bytes gathered; /* empty as long as `all` is a piece */
};

/* A zeroed structure is an empty stream. */
void fcgi_stream_clear(struct fcgi_stream *s);
/* Empty; keeps up to `keep` bytes of memory. */
void fcgi_stream_reset(struct fcgi_stream *s, size_t keep);
/* False when out of memory: then only fcgi_stream_reset helps. */
NODISCARD bool fcgi_stream_add(struct fcgi_stream *s, struct str piece);
/* The memory of the piece is about to go. False when out of memory. */
NODISCARD bool fcgi_stream_keep(struct fcgi_stream *s);

#endif
