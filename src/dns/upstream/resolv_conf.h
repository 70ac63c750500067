/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_RESOLV_CONF_H
#define DW_DNS_UPSTREAM_RESOLV_CONF_H

#include "base/addr.h"
#include "base/diag.h"
#include "base/str.h"
#include "dns/upstream/settings.h"

#define DNS_RESOLV_CONF_PATH "/etc/resolv.conf"

/* The parts of resolv.conf(5) that doorward uses. */
struct dns_resolv_conf {
	struct endpoint nameservers[DNS_MAX_UPSTREAMS];
	size_t nameserver_count; /* at least 1 */
	uint32_t timeout_ms;     /* 0: not given */
	uint32_t attempts;       /* 0: not given */
	bool left_out;           /* at least one server cannot be used */
	bool rotate;
	bool use_vc;
	bool trust_ad;
};

/*
 * The name servers, in order, each once, at most DNS_MAX_UPSTREAMS; without any, 127.0.0.1 like the
 * C library. A server that cannot be used (a host name, a port, the zone of an unknown interface)
 * is a warning, and a second warning if no server is left. Of the options those above, the last of
 * each, within the C library's bounds: timeout:1 to 30 (seconds), attempts:1 to 5. Other lines and
 * options do not matter here: names are never completed, and edns0 is on by default.
 */
void dns_resolv_conf_parse(
	struct str text, const char *path, struct dns_resolv_conf *out, struct diag *diag);

/* The same from a file; a file that does not exist is empty. False after a diag_error. */
NODISCARD bool dns_resolv_conf_read(
	const char *path, struct dns_resolv_conf *out, struct diag *diag);

/* Shows whether a file has changed, without reading it. */
struct dns_resolv_conf_stamp {
	uint64_t device;
	uint64_t inode;
	int64_t size; /* -1: the file does not exist */
	int64_t changed_s;
	int64_t changed_ns;
};

struct dns_resolv_conf_stamp dns_resolv_conf_stamp(const char *path);
bool dns_resolv_conf_stamp_eq(
	const struct dns_resolv_conf_stamp *a, const struct dns_resolv_conf_stamp *b);

#endif
