/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLV_CONF_H
#define DW_DNS_RESOLV_CONF_H

#include "base/addr.h"
#include "base/diag.h"
#include "base/str.h"
#include "dns/settings.h"

#define DNS_RESOLV_CONF_PATH "/etc/resolv.conf"

/*
 * The name servers of resolv.conf(5), in order, each once, at most DNS_MAX_UPSTREAMS; without any,
 * 127.0.0.1 as the C library has it. Other lines are not about us: names are never completed, and
 * time-outs are [dns]'s own. A server that cannot be used (a zone identifier, a host name) is a
 * warning. Returns how many there are, at least 1.
 */
size_t dns_resolv_conf_parse(struct str text, const char *path,
	struct endpoint nameservers[DNS_MAX_UPSTREAMS], struct diag *diag);

/* Likewise of a file; one that is not there is empty. False after a diag_error. */
NODISCARD bool dns_resolv_conf_read(const char *path,
	struct endpoint nameservers[DNS_MAX_UPSTREAMS], size_t *count, struct diag *diag);

#endif
