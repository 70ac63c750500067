/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/params.h"

#include "base/reader.h"

static size_t read_length(struct reader *r)
{
	struct reader ahead = *r;

	return (reader_u8(&ahead) & 0x80) != 0 ? reader_u32(r) & 0x7fffffff : reader_u8(r);
}

bool fcgi_params_next_any(struct fcgi_params *p, struct str *name, struct str *value)
{
	struct reader r;

	if (p->rest.len == 0) {
		return false;
	}
	reader_init(&r, p->rest.data, p->rest.len);
	size_t name_len = read_length(&r);
	size_t value_len = read_length(&r);

	*name = str_from_bytes(reader_take(&r, name_len), name_len);
	*value = str_from_bytes(reader_take(&r, value_len), value_len);
	if (r.failed) {
		p->rest = (struct str){NULL, 0};
		if (p->fault == FCGI_PARAMS_SOUND) {
			p->fault = FCGI_PARAMS_TRUNCATED;
		}
		return false;
	}
	p->rest = str_from_bytes(r.at, reader_left(&r));
	return true;
}
