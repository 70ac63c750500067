/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/stream.h"

void fcgi_stream_clear(struct fcgi_stream *s)
{
	s->all = (struct str){NULL, 0};
	bytes_clear(&s->gathered);
}

void fcgi_stream_reset(struct fcgi_stream *s, size_t keep)
{
	s->all = (struct str){NULL, 0};
	bytes_reset(&s->gathered, keep);
}

static bool gather(struct fcgi_stream *s, struct str piece)
{
	bool fits = bytes_append_str(&s->gathered, piece);

	s->all = bytes_view(&s->gathered);
	return fits;
}

bool fcgi_stream_keep(struct fcgi_stream *s)
{
	return s->gathered.len == s->all.len || gather(s, s->all);
}

bool fcgi_stream_add(struct fcgi_stream *s, struct str piece)
{
	if (s->all.len == 0) {
		s->all = piece;
		return true;
	}
	return fcgi_stream_keep(s) && gather(s, piece);
}
