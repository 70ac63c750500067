/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_OUTPUT_H
#define DW_FCGI_OUTPUT_H

#include "base/bytes.h"
#include "base/str.h"
#include "fcgi/limits.h"

#include <stdint.h>

/* Appends whole records to *out, each padded to a multiple of 8 bytes (FastCGI 1.0, 3.3). */

/* A stream of the given type: its content, if any, in as many records as it takes, and the empty
 * record that ends it. */
void fcgi_output_stream(struct bytes *out, uint8_t type, uint16_t id, struct str content);
/* FCGI_END_REQUEST with appStatus 0. */
void fcgi_output_end(struct bytes *out, uint16_t id, uint8_t protocol_status);
/* FCGI_UNKNOWN_TYPE. */
void fcgi_output_unknown_type(struct bytes *out, uint8_t type);

/* The variables of FCGI_GET_VALUES, as bits. */
enum fcgi_variable {
	FCGI_VARIABLE_MAX_CONNS = 1,
	FCGI_VARIABLE_MAX_REQS = 2,
	FCGI_VARIABLE_MPXS_CONNS = 4,
	/*
	 * DOORWARD_GENERATION, doorward's own: 16 hexadecimal digits, others whenever the
	 * configuration or one of its files was read again, or doorward has started.
	 */
	FCGI_VARIABLE_GENERATION = 8
};

/* 0 for another name. */
unsigned fcgi_variable_of(struct str name);
/* FCGI_GET_VALUES_RESULT with the variables of the set `variables`. */
void fcgi_output_values(struct bytes *out, unsigned variables, const struct fcgi_limits *limits);

#endif
