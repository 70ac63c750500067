/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_PARAMS_H
#define DW_FCGI_PARAMS_H

#include "base/str.h"

#include <stdbool.h>

/* Why the parameters of a request cannot be used. */
enum fcgi_params_fault {
	FCGI_PARAMS_SOUND,
	FCGI_PARAMS_OVERSIZE,  /* more than max_params bytes, of which the first are there */
	FCGI_PARAMS_TRUNCATED, /* the stream ended inside a name-value pair */
	FCGI_PARAMS_NO_MEMORY
};

/*
 * FastCGI 1.0, 3.4: name-value pairs. A length below 128 is one byte, any other is four, with the
 * top bit set.
 *
 *  +-------------+--------------+----------+-----------+
 *  | name length | value length | name ... | value ... |
 *  |   1 or 4    |    1 or 4    |          |           |
 *  +-------------+--------------+----------+-----------+
 */
struct fcgi_params {
	struct str rest; /* of the stream, complete unless it has a fault */
	enum fcgi_params_fault fault;
};

/* The part of fcgi_params_next for lengths of any size; only to be called by it. */
bool fcgi_params_next_any(struct fcgi_params *p, struct str *name, struct str *value);

/*
 * The next pair, views of the stream. False at its end, or if the rest is not a pair, which `fault`
 * then says, unless it has a fault already.
 */
static inline bool fcgi_params_next(struct fcgi_params *p, struct str *name, struct str *value)
{
	const char *data = p->rest.data;

	/* Nearly all pairs have two lengths of one byte. */
	if (p->rest.len >= 2 && ((data[0] | data[1]) & 0x80) == 0) {
		size_t name_len = (uint8_t)data[0];
		size_t value_len = (uint8_t)data[1];
		size_t total = 2 + name_len + value_len;

		if (total <= p->rest.len) {
			*name = (struct str){data + 2, name_len};
			*value = (struct str){data + 2 + name_len, value_len};
			p->rest = (struct str){data + total, p->rest.len - total};
			return true;
		}
	}
	return fcgi_params_next_any(p, name, value);
}

#endif
