/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_MONITOR_PRIVATE_H
#define DW_DAEMON_MONITOR_PRIVATE_H

#include "daemon/monitor_counts.h"
#include "daemon/upgrade_exec.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/*
 * The messages between the serving process and the monitor, over a SOCK_SEQPACKET: a request with
 * its descriptors in SCM_RIGHTS, and one reply for each. The serving process may be in the hands of
 * an attacker: the monitor believes no length and no number.
 */
enum daemon_monitor_kind {
	DAEMON_MONITOR_DROP,  /* text: user, NUL, group, NUL; empty: NULL */
	DAEMON_MONITOR_WATCH, /* one descriptor; `deny` */
	DAEMON_MONITOR_START, /* descriptors, their numbers; text: the variable, NUL */
	DAEMON_MONITOR_END
};

#define DAEMON_MONITOR_TEXT_MAX 16384

struct daemon_monitor_request {
	uint32_t kind;   /* enum daemon_monitor_kind */
	uint32_t number; /* of this request, which its reply repeats */
	uint64_t end_ms; /* START: no program is started later (clock_ms) */
	uint32_t deny;
	int32_t numbers[DAEMON_UPGRADE_FDS_MAX];
	char text[DAEMON_MONITOR_TEXT_MAX];
};

struct daemon_monitor_reply {
	uint32_t number;
	int64_t result; /* of START a PID, of END a status; negative: an errno value */
	char text[512]; /* of DROP: the error */
};

/* Room for the descriptors of one message. */
union daemon_monitor_control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * DAEMON_UPGRADE_FDS_MAX)];
};

struct daemon_monitor_start {
	const char *program;
	char *const *argv;
	pid_t owner; /* the serving process */
	int channel; /* requests and replies */
	int event;
	struct daemon_monitor_counts *counts;
};

/* The life of the monitor: in a process of its own, until the serving process has ended. */
_Noreturn void daemon_monitor_run(const struct daemon_monitor_start *start);

#endif
