/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_HTTP_HOST_H
#define DW_POLICY_HTTP_HOST_H

#include "base/str.h"
#include "base/util.h"

/*
 * The form of a Host (RFC 9110 7.2) that rules compare: lower case, without port and final dot, an
 * IPv6 address in brackets. It is written into `room` of `max` bytes, and is not longer than
 * `written`. False, and nothing is written, if it is longer than `max`, or if servers could
 * understand it differently.
 */
NODISCARD bool policy_http_host_read(struct str written, char *room, size_t max, struct str *host);

#endif
