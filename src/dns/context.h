/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CONTEXT_H
#define DW_DNS_CONTEXT_H

#include "base/diag.h"
#include "dns/cache/cache.h"
#include "dns/resolver/limits.h"
#include "dns/upstream/health.h"
#include "dns/upstream/settings.h"
#include "dns/zone/zone.h"

struct dns_offline;

/*
 * The DNS state of one configuration that all workers share: settings, upstreams, static zone and
 * cache. Immutable but for the cache.
 */
struct dns_context;

/*
 * Reads the static zone and, without `nameservers`, /etc/resolv.conf. If `previous` (may be NULL)
 * has the same settings, upstreams and zone content, its cache stays in use. NULL after a
 * diag_error.
 */
struct dns_context *dns_context_new(
	const struct dns_settings *settings, struct dns_context *previous, struct diag *diag);
struct dns_context *dns_context_ref(struct dns_context *context);
void dns_context_unref(struct dns_context *context);

/* Appends the name servers in use, for people: "127.0.0.53:53 (of /etc/resolv.conf)". */
void dns_context_describe(const struct dns_context *context, struct bytes *out);
/* True if the name servers come from resolv.conf, so that dns_context_renewed can find a change. */
bool dns_context_watches(const struct dns_context *context);
/*
 * Looks at resolv.conf again. Returns a new context if the file has changed; NULL: no change, or a
 * finding in `diag`. A change is taken at the second look that sees it. The new context has the
 * same zone and settings; cached answers stay with the upstreams that gave them. From one thread
 * only.
 */
struct dns_context *dns_context_renewed(struct dns_context *context, struct diag *diag);

/*
 * A new context with the static zone read again from `path`. Its cache is empty if the zone holds
 * other names than before. NULL after a diag_error.
 */
struct dns_context *dns_context_rezoned(
	const struct dns_context *context, const char *path, struct diag *diag);

/* Views of what the context holds, valid as long as a reference is held. */
const struct dns_settings *dns_context_settings(const struct dns_context *context);
const struct endpoint *dns_context_upstreams(const struct dns_context *context, size_t *count);
/* NULL: no static zone. */
const struct dns_zone *dns_context_zone(const struct dns_context *context);
struct dns_cache *dns_context_cache(const struct dns_context *context);
struct dns_health *dns_context_health(const struct dns_context *context);
struct dns_limits *dns_context_limits(struct dns_context *context);

/*
 * A context that sends no query, with the limits of the settings; no file is read. `zone` may be
 * NULL; a reference is taken. `offline` is borrowed. NULL after a diag_error.
 */
struct dns_context *dns_context_offline(const struct dns_settings *settings, struct dns_zone *zone,
	const struct dns_offline *offline, struct diag *diag);

#endif
