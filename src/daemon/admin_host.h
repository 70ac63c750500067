/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_ADMIN_HOST_H
#define DW_DAEMON_ADMIN_HOST_H

#include "http/head.h"

#include <stdbool.h>

/*
 * Whether a request names this machine: its target is a path, and its Host header, if it
 * has one, is localhost or the text of an IP address, with or without a port. A browser always
 * sends the name that it asked DNS for, so other names mean that a web page asks.
 */
bool daemon_admin_host_is_local(const struct http_head *head);

#endif
