/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_RECORD_H
#define DW_FCGI_RECORD_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * FastCGI 1.0, 3.3: a record.
 *
 *      0         1         2         3         4         5         6         7
 *  +---------+---------+---------+---------+---------+---------+---------+---------+
 *  | version |  type   |    request id     |  content length   | padding |reserved |
 *  |   (1)   |         |  (0: management)  |   (big-endian)    | length  |   (0)   |
 *  +---------+---------+---------+---------+---------+---------+---------+---------+
 *  | content: 0 to 65,535 bytes ...                | padding: 0 to 255 bytes ...   |
 *  +-----------------------------------------------+-------------------------------+
 *
 * No I/O and no allocation in here.
 */
struct fcgi_record {
	uint8_t type;
	uint8_t padding_len;
	uint16_t id;
	uint16_t content_len;
};

/* Reads records from a stream that comes in pieces of any size. Zeroed before its first use. */
struct fcgi_record_reader {
	struct fcgi_record record; /* the current record */
	uint8_t header[8];
	uint8_t have; /* bytes of the header; 8: it is complete */
	bool ended;   /* the content has been reported */
	uint8_t padding_left;
	uint16_t content_left;
};

enum fcgi_read {
	FCGI_READ_MORE,    /* all input is used up */
	FCGI_READ_HEADER,  /* a record begins: reader->record */
	FCGI_READ_CONTENT, /* the next piece of its content: *content, a view of the input */
	FCGI_READ_END,     /* its content is complete; padding may follow */
	FCGI_READ_BAD      /* not version 1: no further record can be found in this stream */
};

/* The next of the above. Removes what it used from the front of *input. */
NODISCARD enum fcgi_read fcgi_record_read(
	struct fcgi_record_reader *reader, struct str *input, struct str *content);

/* Whether the stream is between two records. */
bool fcgi_record_reader_is_between(const struct fcgi_record_reader *reader);

void fcgi_record_build(const struct fcgi_record *record, uint8_t out[8]);

#endif
