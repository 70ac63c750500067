/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_SCREEN_H
#define DW_CLI_SCREEN_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

/*
 * The whole screen of the terminal at standard input and output (ECMA-48, and xterm's second
 * screen), until cli_screen_close, which leaves it as it was.
 */
struct cli_screen {
	struct termios before;
	int signals; /* signalfd(2) */
};

enum cli_screen_event {
	CLI_SCREEN_TIME, /* nothing happened */
	CLI_SCREEN_RESIZED,
	CLI_SCREEN_END /* q, Ctrl-C, or a signal to end; or the terminal has gone */
};

/* False with errno set, if standard input or output is no terminal. */
NODISCARD bool cli_screen_open(struct cli_screen *screen);
void cli_screen_close(struct cli_screen *screen);
void cli_screen_size(size_t *rows, size_t *columns);
/* Shows lines, which may have colours; what does not fit is left out. */
void cli_screen_draw(struct str lines);
enum cli_screen_event cli_screen_wait(const struct cli_screen *screen, int ms);

#endif
