/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_SERVICE_H
#define DW_HTTP_SERVICE_H

#include "http/conn.h"
#include "net/protocol.h"

/* HTTP as a net_server carries it. The pool is the caller's, and outlives the server. */
void http_service_init(struct net_service *service, struct http_pool *pool);

/* Answers the connection's request: CGI header lines, `Status` first, and a body; copied. The
 * answer leaves in one write. */
void http_reply(struct http_conn *conn, struct str cgi);
/* Closes the connection after the answer to come. */
void http_reply_and_close(struct http_conn *conn, struct str cgi);

#endif
