/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_SERVICE_H
#define DW_FCGI_SERVICE_H

#include "fcgi/conn.h"
#include "net/protocol.h"

/* FastCGI 1.0 as a net_server carries it. The pool is the caller's, and outlives the server. */
void fcgi_service_init(struct net_service *service, struct fcgi_pool *pool);

/* Answers a request that is ready: `output` is the whole of FCGI_STDOUT (CGI headers and body),
 * copied if it cannot leave at once. STDOUT and FCGI_END_REQUEST leave in one write; the request
 * ends. */
void fcgi_reply(struct fcgi_request *request, struct str output);

#endif
