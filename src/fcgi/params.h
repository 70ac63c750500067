/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_PARAMS_H
#define DW_FCGI_PARAMS_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * FastCGI 1.0, 3.4: name-value pairs. A length below 128 is one byte, any other is four, with the
 * top bit set.
 *
 *  +-------------+--------------+----------+-----------+
 *  | name length | value length | name ... | value ... |
 *  |   1 or 4    |    1 or 4    |          |           |
 *  +-------------+--------------+----------+-----------+
 *
 * Decodes a stream of them that comes in pieces of any size. A pair that lies whole in one piece is
 * not copied; one that does not is gathered.
 */
struct fcgi_params {
	struct bytes partial; /* a pair whose end is yet to come, or one that was handed out */
	size_t left;          /* bytes that may still come */
	bool given;           /* what is in `partial` was handed out */
};

enum fcgi_params_result {
	FCGI_PARAMS_PAIR,
	FCGI_PARAMS_MORE, /* all input is used up */
	FCGI_PARAMS_TOO_LONG,
	FCGI_PARAMS_OUT_OF_MEMORY
};

/* `max`: bytes of the whole stream, lengths included. */
void fcgi_params_init(struct fcgi_params *p, size_t max);
void fcgi_params_clear(struct fcgi_params *p);
/* Ready for the next stream; keeps up to `keep` bytes of memory. */
void fcgi_params_reset(struct fcgi_params *p, size_t max, size_t keep);

/*
 * The next pair, good until the next call or the end of the input's memory. Takes what it used off
 * the front of *input. A pair that would go past `max` is too long as soon as its lengths are
 * known. After TOO_LONG and OUT_OF_MEMORY only fcgi_params_reset helps.
 */
NODISCARD enum fcgi_params_result fcgi_params_next(
	struct fcgi_params *p, struct str *input, struct str *name, struct str *value);

/* Whether the stream may end here: not inside a pair. */
bool fcgi_params_is_between(const struct fcgi_params *p);

#endif
