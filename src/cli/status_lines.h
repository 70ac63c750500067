/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_STATUS_LINES_H
#define DW_CLI_STATUS_LINES_H

#include "base/bytes.h"
#include "cli/colour.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the parts of `status` are written with: lines of a label and a text. */
struct cli_lines {
	FILE *to;
	bool colours;
	int64_t now_s; /* the time of the document */
};

/* Members of an object; absent ones are 0, "" and false. */
uint64_t cli_json_number(const json_t *object, const char *key);
const char *cli_json_text(const json_t *object, const char *key);
bool cli_json_is_true(const json_t *object, const char *key);

/* Prints the line, and empties *value. */
void cli_lines_take(
	const struct cli_lines *s, const char *label, enum cli_colour colour, struct bytes *value);
/* "TIME, 3 d ago" or "TIME, in 3 d". */
void cli_lines_add_time(const struct cli_lines *s, struct bytes *out, const char *time);
void cli_add_size(struct bytes *out, uint64_t size);
/* In percent; "-" of nothing. */
void cli_add_share(struct bytes *out, uint64_t part, uint64_t whole);

#endif
