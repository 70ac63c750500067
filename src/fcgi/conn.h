/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_CONN_H
#define DW_FCGI_CONN_H

#include "fcgi/app.h"
#include "net/protocol.h"

#include <stddef.h>

/*
 * Feeding stops when this many bytes of output wait: input of a peer that does not read is not
 * read.
 */
#define FCGI_OUTPUT_MAX ((size_t)256 * 1024)

/*
 * FastCGI 1.0: bytes in, calls of the application and bytes out; no sockets, no clock. A connection
 * is a struct fcgi_conn, and connections share a struct fcgi_pool (fcgi/pool.h).
 */
extern const struct net_protocol fcgi_protocol;

/*
 * Answers a request: `output` is the whole of FCGI_STDOUT (CGI headers and body), copied if it
 * cannot be sent at once. STDOUT and FCGI_END_REQUEST are sent in one write; the request ends.
 */
void fcgi_reply(struct fcgi_request *request, struct str output);

#endif
