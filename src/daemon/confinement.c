/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/confinement.h"

#include "base/epoll.h"
#include "daemon/confinement_paths.h"
#include "log/log.h"
#include "sandbox/landlock.h"
#include "sandbox/privileges.h"
#include "sandbox/seccomp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MONITOR_SECONDS 5

static void add(struct bytes *report, const char *text, int error)
{
	bytes_appendf(report, "%s%s%s%s", report->len > 0 ? "; " : "", text, error != 0 ? ": " : "",
		error != 0 ? strerror(error) : "");
}

/* Containers, and kernels that were built without it, may refuse any of these steps. */
static void restrict_files(const struct config *config, const struct daemon_sockets *sockets,
	const struct daemon_sockets_given *given, struct bytes *report)
{
	struct daemon_confinement_paths paths;
	int version = sandbox_landlock_version();
	int error;

	if (version == -ENOSYS || version == -EOPNOTSUPP) {
		add(report, "files are not restricted, as the kernel has no Landlock", 0);
		return;
	}
	if (version > 0) {
		daemon_confinement_paths_init(&paths, config, sockets, given);
		error = paths.failed ? ENOMEM
				     : sandbox_landlock_apply(version, paths.items, paths.count);
		daemon_confinement_paths_clear(&paths);
	} else {
		error = -version;
	}
	if (error != 0) {
		add(report, "files are not restricted, as Landlock is refused", error);
	} else {
		bytes_appendf(report, "%sfiles are restricted (Landlock, version %d)",
			report->len > 0 ? "; " : "", version);
	}
}

/* Without notifications, what is blocked is not counted, and only the kernel can log. */
static int load_filter(enum config_sandbox mode, bool machine_code, int *listener)
{
	int error = ENOSYS;

	*listener = -1;
	if (sandbox_seccomp_can_notify()) {
		error = sandbox_seccomp_load(SANDBOX_SECCOMP_NOTIFY, machine_code, listener);
	}
	if (error != 0) {
		error = sandbox_seccomp_load(
			mode == CONFIG_SANDBOX_ON ? SANDBOX_SECCOMP_DENY : SANDBOX_SECCOMP_LOG,
			machine_code, NULL);
	}
	return error;
}

static bool restrict_calls(const struct config *config, struct daemon_monitor *monitor,
	struct bytes *report, struct diag *diag)
{
	bool on = config->server.sandbox == CONFIG_SANDBOX_ON;
	int listener;

	if (!sandbox_seccomp_is_built()) {
		add(report,
			"system calls are not restricted, as this doorward was built without "
			"libseccomp",
			0);
		return true;
	}
	/*
	 * Until the monitor has them, no process responds to notifications. If libseccomp left a
	 * call out of the filter for want of memory, the process would wait for ever.
	 */
	alarm(MONITOR_SECONDS);
	int error = load_filter(config->server.sandbox, config_has_regexes(config), &listener);

	if (error != 0) {
		alarm(0);
		add(report, "system calls are not restricted, as seccomp is refused", error);
		return true;
	}
	add(report,
		on ? "system calls are restricted (seccomp)" : "system calls are watched (seccomp)",
		0);
	if (listener < 0) {
		add(report,
			on ? "those that are blocked are not counted, as seccomp has no "
			     "notifications here"
			   : "only the log of the kernel has them, as seccomp has no "
			     "notifications here",
			0);
		alarm(0);
		return true;
	}
	bool watched = daemon_monitor_watch(monitor, listener, on);

	if (!watched) {
		diag_error(diag, NULL, "sandbox: the monitor cannot watch: %s", strerror(errno));
	}
	alarm(0);
	return watched;
}

bool daemon_confinement_enter(const struct config *config, const struct daemon_sockets *sockets,
	const struct daemon_sockets_given *given, struct daemon_monitor *monitor,
	struct bytes *report, struct diag *diag)
{
	bool on = config->server.sandbox == CONFIG_SANDBOX_ON;

	if (config->server.sandbox == CONFIG_SANDBOX_OFF) {
		return true;
	}
#if defined(__SANITIZE_ADDRESS__)
	/* LeakSanitizer traces the process at its end. */
	add(report, "this build, which is for tests, has no sandbox", 0);
	return true;
#endif
	/* Reads the file of the time zone, which syslog(3) uses. */
	tzset();
	int error = sandbox_no_new_privileges();

	if (error != 0) {
		add(report, "there is no sandbox, as no_new_privs is refused", error);
		return true;
	}
	if (on) {
		error = sandbox_no_dumps();
		if (error != 0) {
			add(report, "core dumps are not prevented", error);
		}
		error = sandbox_drop_capabilities();
		if (error != 0) {
			add(report, "capabilities are kept", error);
		}
		restrict_files(config, sockets, given, report);
	}
	return restrict_calls(config, monitor, report, diag);
}

/* The first time, and then each time that the count has doubled. */
static void tell(struct daemon_confinement *c, size_t number, uint64_t count)
{
	char *name = number < DAEMON_MONITOR_CALLS_MAX ? sandbox_seccomp_name((int)number) : NULL;

	c->told[number] = count;
	log_write(LOG_LEVEL_WARNING,
		"sandbox: the system call %s (%zu) %s, %" PRIu64 " time(s) so far",
		name != NULL ? name : "of a number that is not known", number,
		c->mode == CONFIG_SANDBOX_ON ? "was blocked" : "would be blocked with sandbox = on",
		count);
	free(name);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	struct daemon_confinement *c = poll->data;
	const struct daemon_monitor_counts *counts = daemon_monitor_counts(c->monitor);
	uint64_t changes;

	(void)!read(daemon_monitor_event(c->monitor), &changes, sizeof(changes));
	for (size_t i = 0; i < ARRAY_LEN(c->seen); i++) {
		uint64_t count = counts->blocked[i];

		if (count == c->seen[i]) {
			continue;
		}
		metrics_count(c->metrics, METRICS_SANDBOX_BLOCKED, count - c->seen[i]);
		c->seen[i] = count;
		if (count >= 2 * c->told[i]) {
			tell(c, i, count);
		}
	}
}

void daemon_confinement_watch(struct daemon_confinement *c, uv_loop_t *loop,
	enum config_sandbox mode, struct daemon_monitor *monitor, struct metrics *metrics)
{
	c->mode = mode;
	c->monitor = monitor;
	c->metrics = metrics;
	int event = daemon_monitor_event(monitor);

	c->polled = mode != CONFIG_SANDBOX_OFF && uv_poll_init(loop, &c->poll, event) == 0;
	if (!c->polled) {
		return;
	}
	c->poll.data = c;
	uv_poll_start(&c->poll, UV_READABLE, on_event);
	if (epoll_reserve(uv_backend_fd(loop), event) != 0) {
		daemon_confinement_close(c);
	}
}

void daemon_confinement_close(struct daemon_confinement *c)
{
	if (c->polled) {
		uv_close((uv_handle_t *)&c->poll, NULL);
		c->polled = false;
	}
}
