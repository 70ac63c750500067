/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_WEB_SERVER_ADDRS_H
#define DW_FCGI_WEB_SERVER_ADDRS_H

#include "base/addr.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

#define FCGI_WEB_SERVER_ADDRS_MAX 64

/*
 * Reads the value of FCGI_WEB_SERVER_ADDRS (FastCGI 1.0, 3.2): addresses, separated by commas, at
 * least one. On failure *why says what was expected, a static string: the process must not serve
 * then.
 */
NODISCARD bool fcgi_web_server_addrs_parse(struct str text,
	struct addr out[FCGI_WEB_SERVER_ADDRS_MAX], size_t *count, const char **why);

#endif
