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

/* What all workers share of one configuration's DNS: settings, upstreams, static zone and cache.
 * Immutable but for the cache. */
struct dns_context;

/*
 * Reads the static zone and, without `nameservers`, /etc/resolv.conf. Where `previous` (may be
 * NULL) has the same settings, upstreams and zone content, its cache goes on being used. NULL after
 * a diag_error.
 */
struct dns_context *dns_context_new(
	const struct dns_settings *settings, struct dns_context *previous, struct diag *diag);
struct dns_context *dns_context_ref(struct dns_context *shared);
void dns_context_unref(struct dns_context *shared);

/* Appends the name servers in use, for people: "127.0.0.53:53 (of /etc/resolv.conf)". */
void dns_context_describe(const struct dns_context *shared, struct bytes *out);
/* True if it rests on resolv.conf, and may want to be renewed. */
bool dns_context_watches(const struct dns_context *shared);
/*
 * What is to stand in its place because resolv.conf says something else now; NULL: nothing, perhaps
 * after a finding. A change is taken at the second look at it. Zone and settings are as they were;
 * what is cached belongs to the upstreams that said it. From one thread only.
 */
struct dns_context *dns_context_renewed(struct dns_context *shared, struct diag *diag);

/*
 * The same with the static zone read anew from `path`; its cache begins anew where that holds other
 * names. NULL after a diag_error.
 */
struct dns_context *dns_context_rezoned(
	const struct dns_context *shared, const char *path, struct diag *diag);

/* Views of what dns_context holds, good as long as a reference is held. */
const struct dns_settings *dns_context_settings(const struct dns_context *shared);
const struct endpoint *dns_context_upstreams(const struct dns_context *shared, size_t *count);
/* NULL: there is none. */
const struct dns_zone *dns_context_zone(const struct dns_context *shared);
struct dns_cache *dns_context_cache(const struct dns_context *shared);
struct dns_health *dns_context_health(const struct dns_context *shared);
struct dns_limits *dns_context_limits(struct dns_context *shared);

/*
 * A shared state that asks nobody, with the settings' limits; no file is read. `zone` may be NULL;
 * a reference is taken. `offline` is borrowed. NULL after a diag_error.
 */
struct dns_context *dns_context_offline(const struct dns_settings *settings, struct dns_zone *zone,
	const struct dns_offline *offline, struct diag *diag);

#endif
