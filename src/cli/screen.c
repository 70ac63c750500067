/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/screen.h"

#include "base/utf8.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The second screen, no cursor, no new line at the right margin. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"

#define CTRL_C 3
#define ROWS 24
#define COLUMNS 80

static int watch_signals(void)
{
	static const int watched[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
		sigaddset(&set, watched[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

bool cli_screen_open(struct cli_screen *screen)
{
	struct termios raw;

	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &screen->before) != 0) {
		return false;
	}
	screen->signals = watch_signals();
	raw = screen->before;
	/* Ctrl-Z would leave the second screen in the shell's hands. */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	if (screen->signals < 0 || tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) {
		return false;
	}
	fputs(ENTER, stdout);
	fflush(stdout);
	return true;
}

void cli_screen_close(struct cli_screen *screen)
{
	fputs(LEAVE, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
	close(screen->signals);
}

void cli_screen_size(size_t *rows, size_t *columns)
{
	struct winsize size;
	bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;

	*rows = known && size.ws_row > 0 ? size.ws_row : ROWS;
	*columns = known && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

/* The length of the colour at the start; 0: there is no colour. */
static size_t colour_len(struct str s)
{
	if (!str_starts_with(s, "\033[")) {
		return 0;
	}
	return str_find(s, 'm') < s.len ? str_find(s, 'm') + 1 : 0;
}

/* Colours count for nothing; a colour after the margin still ends what began before it. */
static void draw_line(struct str line, size_t columns)
{
	size_t column = 0;

	while (line.len > 0) {
		uint32_t code_point;
		size_t colour = colour_len(line);
		size_t len = colour > 0 ? colour : utf8_decode(line, &code_point);

		len = len > 0 ? len : 1;
		if (colour > 0 || column < columns) {
			fwrite(line.data, 1, len, stdout);
		}
		column += colour > 0 ? 0 : 1;
		line = str_from(line, len);
	}
}

void cli_screen_draw(struct str lines)
{
	size_t rows;
	size_t columns;
	struct str line;

	cli_screen_size(&rows, &columns);
	fputs(HOME, stdout);
	for (size_t row = 0; row < rows && str_split_next(&lines, '\n', &line); row++) {
		fputs(row > 0 ? "\n" : "", stdout);
		draw_line(line, columns);
		fputs(CLEAR_LINE, stdout);
	}
	fputs(CLEAR_BELOW, stdout);
	fflush(stdout);
}

enum cli_screen_event cli_screen_wait(const struct cli_screen *screen, int ms)
{
	struct pollfd fds[] = {
		{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = screen->signals, .events = POLLIN}};
	struct signalfd_siginfo signal;
	char key;

	if (poll(fds, ARRAY_LEN(fds), ms) <= 0) {
		return CLI_SCREEN_TIME;
	}
	if (fds[1].revents != 0) {
		bool resized =
			read(screen->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal) &&
			signal.ssi_signo == SIGWINCH;

		return resized ? CLI_SCREEN_RESIZED : CLI_SCREEN_END;
	}
	if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == CTRL_C) {
		return CLI_SCREEN_END;
	}
	return CLI_SCREEN_RESIZED;
}
