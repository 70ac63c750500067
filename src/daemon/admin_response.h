/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_ADMIN_RESPONSE_H
#define DW_DAEMON_ADMIN_RESPONSE_H

#include "base/bytes.h"

/* Responses of the admin listener, as CGI header lines and a body. */

/* `more`: further header lines, each with its end; "" for none. */
void daemon_admin_plain(struct bytes *out, const char *status, const char *more, struct str why);
void daemon_admin_json(struct bytes *out, struct str document);

#endif
