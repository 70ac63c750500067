/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_RESOLV_CONF_H
#define DW_DNS_UPSTREAM_RESOLV_CONF_H

#include "base/addr.h"
#include "base/diag.h"
#include "base/str.h"
#include "dns/upstream/settings.h"

#define DNS_RESOLV_CONF_PATH "/etc/resolv.conf"

/* What of resolv.conf(5) is about us. */
struct dns_resolv_conf {
	struct endpoint nameservers[DNS_MAX_UPSTREAMS];
	size_t nameserver_count; /* at least 1 */
	uint32_t timeout_ms;     /* 0: nothing is said */
	uint32_t attempts;       /* likewise */
	bool left_out;           /* some server cannot be used */
	bool rotate;
	bool use_vc;
	bool trust_ad;
};

/*
 * The name servers, in order, each once, at most DNS_MAX_UPSTREAMS; without any, 127.0.0.1 as the C
 * library has it. A server that cannot be used (a host name, a port, the zone of no interface) is a
 * warning, and another one where none is left. Of the options those above, the last of each, within
 * the C library's bounds: timeout:1 to 30 (seconds), attempts:1 to 5. Other lines and options are
 * not about us: names are never completed, and edns0 asks for what is on anyway.
 */
void dns_resolv_conf_parse(
	struct str text, const char *path, struct dns_resolv_conf *out, struct diag *diag);

/* Likewise of a file; one that is not there is empty. False after a diag_error. */
NODISCARD bool dns_resolv_conf_read(
	const char *path, struct dns_resolv_conf *out, struct diag *diag);

/* Tells one state of a file from another without reading it. */
struct dns_resolv_conf_stamp {
	uint64_t device;
	uint64_t inode;
	int64_t size; /* -1: the file is not there */
	int64_t changed_s;
	int64_t changed_ns;
};

struct dns_resolv_conf_stamp dns_resolv_conf_stamp(const char *path);
bool dns_resolv_conf_stamp_eq(
	const struct dns_resolv_conf_stamp *a, const struct dns_resolv_conf_stamp *b);

#endif
