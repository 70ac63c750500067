/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/signals.h"

#include "log/log.h"

#include <signal.h>
#include <string.h>

static const int watched[DAEMON_SIGNALS] = {SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGINT};

static void mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < DAEMON_SIGNALS; i++) {
		sigaddset(&set, watched[i]);
	}
	pthread_sigmask(how, &set, NULL);
}

void daemon_signals_hold(void)
{
	mask(SIG_BLOCK);
}

static void reopen_log(void)
{
	int error = log_reopen();

	if (error != 0) {
		log_write(LOG_LEVEL_ERROR, "the log could not be reopened: %s", strerror(error));
	}
}

static void on_signal(uv_signal_t *handle, int number)
{
	const struct daemon_signals *signals = handle->data;
	const struct daemon_signals_owner *owner = &signals->owner;

	switch (number) {
	case SIGHUP:
		owner->reload(owner->ctx);
		break;
	case SIGUSR1:
		reopen_log();
		break;
	case SIGUSR2:
		owner->hand_over(owner->ctx);
		break;
	default:
		owner->stop(owner->ctx);
		break;
	}
}

bool daemon_signals_watch(
	struct daemon_signals *signals, uv_loop_t *loop, const struct daemon_signals_owner *owner)
{
	signals->owner = *owner;
	for (size_t i = 0; i < DAEMON_SIGNALS; i++) {
		int error = uv_signal_init(loop, &signals->handles[i]);

		if (error == 0) {
			signals->handles[i].data = signals;
			signals->count++;
			error = uv_signal_start(&signals->handles[i], on_signal, watched[i]);
		}
		if (error != 0) {
			log_write(LOG_LEVEL_ERROR, "signals cannot be watched: %s",
				uv_strerror(error));
			return false;
		}
	}
	mask(SIG_UNBLOCK);
	return true;
}

void daemon_signals_close(struct daemon_signals *signals)
{
	daemon_signals_hold();
	for (size_t i = 0; i < signals->count; i++) {
		uv_close((uv_handle_t *)&signals->handles[i], NULL);
	}
	signals->count = 0;
}
