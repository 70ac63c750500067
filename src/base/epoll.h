/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_EPOLL_H
#define DW_BASE_EPOLL_H

#include "base/util.h"

/*
 * Adds a descriptor to an epoll set, without events. libuv adds what it watches within uv_run, and
 * ends the process if the kernel has no memory or no watch left for it (epoll_ctl(2): ENOMEM,
 * ENOSPC); of a descriptor that is in the set of its loop (uv_backend_fd) already, it changes the
 * events, which needs neither. So this follows each uv_poll_start, uv_tcp_connect and
 * uv_pipe_connect. 0, also if it is in the set already, or an errno value: the handle must then be
 * stopped or closed before the loop runs.
 */
NODISCARD int epoll_reserve(int set, int fd);

#endif
