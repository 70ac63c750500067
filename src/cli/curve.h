/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_CURVE_H
#define DW_CLI_CURVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Prints /history.json as one line for each verdict: a column for each step, the newest at the
 * right, at most `width` columns, each as high as its part of the line's highest.
 */
void cli_curves(FILE *to, bool colours, size_t width, const json_t *history);

#endif
