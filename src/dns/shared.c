/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/shared.h"

#include "dns/resolv_conf.h"

#include <stdatomic.h>
#include <stdlib.h>

struct dns_shared {
	struct dns_settings settings; /* its nameservers are those in use; without paths */
	struct dns_zone *zone;
	struct dns_cache *cache;
	atomic_uint references;
};

static bool same_upstreams(const struct dns_settings *a, const struct dns_settings *b)
{
	if (a->nameserver_count != b->nameserver_count) {
		return false;
	}
	for (size_t i = 0; i < a->nameserver_count; i++) {
		if (!addr_eq(&a->nameservers[i].addr, &b->nameservers[i].addr) ||
			a->nameservers[i].port != b->nameservers[i].port) {
			return false;
		}
	}
	return true;
}

static bool same_settings(const struct dns_settings *a, const struct dns_settings *b)
{
	return same_upstreams(a, b) && a->timeout_ms == b->timeout_ms &&
	       a->attempts == b->attempts && a->lookup_timeout_ms == b->lookup_timeout_ms &&
	       a->max_ptr == b->max_ptr && a->min_ttl_s == b->min_ttl_s &&
	       a->max_ttl_s == b->max_ttl_s && a->negative_max_ttl_s == b->negative_max_ttl_s &&
	       a->edns_size == b->edns_size && a->case_randomization == b->case_randomization &&
	       a->private_ptr == b->private_ptr && a->max_in_flight == b->max_in_flight &&
	       a->max_in_flight_per_prefix == b->max_in_flight_per_prefix &&
	       a->cache_size == b->cache_size;
}

static bool same_zone(const struct dns_zone *a, const struct dns_zone *b)
{
	if (a == NULL || b == NULL) {
		return a == b;
	}
	return dns_zone_digest(a) == dns_zone_digest(b);
}

/* What is cached is what these settings, upstreams and zone led to. */
static struct dns_cache *cache_for(
	const struct dns_shared *shared, const struct dns_shared *previous)
{
	if (previous != NULL && same_settings(&shared->settings, &previous->settings) &&
		same_zone(shared->zone, previous->zone)) {
		return dns_cache_ref(previous->cache);
	}
	return dns_cache_new(shared->settings.cache_size);
}

struct dns_shared *dns_shared_new(
	const struct dns_settings *settings, struct dns_shared *previous, struct diag *diag)
{
	struct dns_shared *shared = calloc(1, sizeof(*shared));

	if (shared == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	atomic_init(&shared->references, 1);
	shared->settings = *settings;
	shared->settings.static_zone = NULL;
	shared->settings.resolv_conf = NULL;
	if (settings->nameserver_count == 0 &&
		!dns_resolv_conf_read(settings->resolv_conf != NULL ? settings->resolv_conf
								    : DNS_RESOLV_CONF_PATH,
			shared->settings.nameservers, &shared->settings.nameserver_count, diag)) {
		goto failed;
	}
	if (settings->static_zone != NULL) {
		shared->zone = dns_zone_load(settings->static_zone, diag);
		if (shared->zone == NULL) {
			goto failed;
		}
	}
	shared->cache = cache_for(shared, previous);
	if (shared->cache == NULL) {
		diag_error(diag, NULL, "out of memory for the DNS cache");
		goto failed;
	}
	return shared;
failed:
	dns_shared_unref(shared);
	return NULL;
}

struct dns_shared *dns_shared_ref(struct dns_shared *shared)
{
	atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
	return shared;
}

void dns_shared_unref(struct dns_shared *shared)
{
	if (shared == NULL ||
		atomic_fetch_sub_explicit(&shared->references, 1, memory_order_acq_rel) != 1) {
		return;
	}
	dns_zone_free(shared->zone);
	dns_cache_unref(shared->cache);
	free(shared);
}

const struct dns_settings *dns_shared_settings(const struct dns_shared *shared)
{
	return &shared->settings;
}

const struct endpoint *dns_shared_upstreams(const struct dns_shared *shared, size_t *count)
{
	*count = shared->settings.nameserver_count;
	return shared->settings.nameservers;
}

const struct dns_zone *dns_shared_zone(const struct dns_shared *shared)
{
	return shared->zone;
}

struct dns_cache *dns_shared_cache(const struct dns_shared *shared)
{
	return shared->cache;
}
