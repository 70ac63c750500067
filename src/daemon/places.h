/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_PLACES_H
#define DW_DAEMON_PLACES_H

#include "base/bytes.h"
#include "base/diag.h"
#include "config/config.h"
#include "daemon/sockets.h"

/* Appends where the process listens, as values of `listen`, joined by ", "; of very many, the
 * first. */
void daemon_places_describe(const struct daemon_sockets *sockets, struct bytes *out);

/*
 * Warns of each place of `listen` that is not open, or open for another protocol, because the
 * process was started with sockets.
 */
void daemon_places_warn(const struct daemon_sockets *sockets, const struct config_server *server,
	struct diag *diag);

#endif
