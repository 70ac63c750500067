/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_COLOUR_H
#define DW_CLI_COLOUR_H

#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Colours on a terminal (ECMA-48). The texts that are coloured must not hold control characters
 * themselves.
 */

enum cli_colour { CLI_PLAIN, CLI_GOOD, CLI_BAD, CLI_DOUBT, CLI_FAINT };

/*
 * Whether output to `to` has colours: on a terminal, unless NO_COLOR is set and not empty, or TERM
 * is dumb or missing; elsewhere only if CLICOLOR_FORCE is set, and neither empty nor 0.
 */
bool cli_colour_wanted(FILE *to);
/* Prints the text; with `wanted`, in the colour. */
void cli_colour_print(FILE *to, bool wanted, enum cli_colour colour, struct str text);
/*
 * Prints the lines of explain_text, or lines that follow it, each after `margin`, whose blanks an
 * empty line lacks; with `wanted`, verdicts, the outcomes of rules and truth values are in colours.
 */
void cli_colour_print_explained(FILE *to, bool wanted, const char *margin, struct str text);

#endif
