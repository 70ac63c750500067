/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_STREAM_H
#define DW_FCGI_STREAM_H

#include "base/bytes.h"

/*
 * The whole content of a stream's records (FastCGI 1.0, 3.3). Mostly it comes in one piece, which
 * is not copied as long as its memory is valid.
 */
struct fcgi_stream {
	struct str all;        /* the only piece, or the content of `gathered` */
	struct bytes gathered; /* empty as long as `all` is the only piece */
};

/* A zeroed structure is an empty stream. */
void fcgi_stream_clear(struct fcgi_stream *s);
/* Empties the stream; keeps up to `keep` bytes of memory. */
void fcgi_stream_reset(struct fcgi_stream *s, size_t keep);
/* False when out of memory: then only fcgi_stream_reset may be called. */
NODISCARD bool fcgi_stream_add(struct fcgi_stream *s, struct str piece);
/* Copies the piece, before its memory is freed. False when out of memory. */
NODISCARD bool fcgi_stream_keep(struct fcgi_stream *s);

#endif
