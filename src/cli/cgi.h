/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_CGI_H
#define DW_CLI_CGI_H

#include <stdbool.h>

/* Whether a web server has started this process as a CGI program (RFC 3875). */
bool cli_cgi_wanted(void);

/*
 * Decides the one request in the environment, writes the response, and returns the exit code. The
 * configuration is that of the environment's DOORWARD_CONFIG, else `config_path`. A server may turn
 * a query without "=" into arguments (RFC 3875 4.4), so if `arguments` were given and the query is
 * such a one, the client may have chosen them: then only DOORWARD_CONFIG counts, and without it the
 * request is denied.
 */
int cli_cgi_run(const char *config_path, bool arguments);

#endif
