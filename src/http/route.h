/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_ROUTE_H
#define DW_HTTP_ROUTE_H

#include "base/str.h"

enum http_place { HTTP_NOWHERE, HTTP_AUTH, HTTP_HEALTHZ, HTTP_READYZ, HTTP_METRICS };

/*
 * The parts of a path: /auth, /auth/POLICY, or /auth/POLICY/original/path?query, which Envoy sends
 * with the path_prefix /auth/POLICY. Paths are compared as they are: nothing is unescaped, no dots
 * are resolved.
 */
struct http_route {
	enum http_place place;
	struct str policy; /* absent: the path names none */
	struct str uri;    /* the original path and query; absent: not in the path */
};

struct http_route http_route(struct str path);

#endif
