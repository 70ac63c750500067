/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_RESP_H
#define DW_STORE_RESP_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * RESP2, the protocol of Redis and Valkey: commands as arrays of bulk strings, replies byte by
 * byte. Does no I/O. A reply from a hostile server costs at most the memory that the bounds below
 * allow.
 */

#define STORE_REPLY_BYTES_MAX ((size_t)1 << 20) /* of one reply, with its framing */
#define STORE_REPLY_VALUES_MAX 16384u           /* of one reply, in all its arrays */
#define STORE_REPLY_DEPTH_MAX 4u                /* arrays in arrays */
#define STORE_REPLY_LINE_MAX 4096u              /* of a status, an error or a number */

enum store_reply_type {
	STORE_REPLY_STATUS,  /* +OK */
	STORE_REPLY_ERROR,   /* -ERR …: the text begins with a word in capitals */
	STORE_REPLY_INTEGER, /* :1 */
	STORE_REPLY_STRING,  /* $2 …: any bytes */
	STORE_REPLY_NULL,    /* $-1 and *-1: there is no such value */
	STORE_REPLY_ARRAY    /* *2 … */
};

struct store_reply {
	enum store_reply_type type;
	int64_t integer;                 /* of INTEGER; else 0 */
	struct str text;                 /* of STATUS, ERROR and STRING; else empty */
	const struct store_reply *items; /* of ARRAY */
	size_t count;
};

/* Reads replies one after the other. A zeroed structure is ready for use. */
struct store_reply_reader {
	struct bytes bytes; /* of the reply, as far as it has come */
	struct store_reply *values;
	size_t value_max;                        /* room in `values` */
	uint32_t awaited[STORE_REPLY_DEPTH_MAX]; /* values that each open array still lacks */
	unsigned depth;
	uint32_t value_count; /* begun, or announced by the header of an array */
	size_t line_from;     /* where the current line begins in `bytes` */
	size_t body_left;     /* bytes of a bulk string, with its CR LF; 0: a line is read */
	bool whole;           /* the last reply was given out, and its memory can be used again */
	const char *fault;    /* after STORE_READ_BAD: what was wrong */
};

enum store_read {
	STORE_READ_MORE, /* all input is used up */
	STORE_READ_REPLY,
	STORE_READ_BAD /* not RESP2, beyond a bound, or out of memory: the stream is lost */
};

/*
 * Reads up to the end of one reply, and cuts what it has read off *input. A reply is valid until
 * the next call. After STORE_READ_BAD the reader may only be cleared.
 */
enum store_read store_reply_read(
	struct store_reply_reader *reader, struct str *input, struct store_reply *reply);
/* Whether a reply has begun and is not complete. */
bool store_reply_reader_is_inside(const struct store_reply_reader *reader);
/* Frees its memory; the structure is zeroed. */
void store_reply_reader_clear(struct store_reply_reader *reader);

/* Appends the header of a command of `count` arguments, its name included. */
void store_command_begin(struct bytes *out, size_t count);
/* Appends one argument: any bytes. */
void store_command_add(struct bytes *out, struct str argument);

#endif
