/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/context.h"

#include "base/ref.h"
#include "dns/resolver/offline.h"
#include "dns/upstream/resolv_conf.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 500
#define ATTEMPTS 3
#define OFFLINE_CACHE_SIZE (UINT64_C(1) << 20)

struct dns_context {
	struct dns_settings asked;    /* as configured, without paths */
	struct dns_settings settings; /* with everything settled, and the nameservers in use */
	char *resolv_conf;            /* the file they are from; NULL: from the configuration */
	struct dns_resolv_conf_stamp stamp; /* of it when it was read */
	struct dns_resolv_conf_stamp seen;  /* at the last look, by whoever renews */
	struct dns_zone *zone;
	struct dns_cache *cache;
	struct dns_health *health;
	struct dns_limits limits;
	struct ref references;
};

static bool same_upstreams(const struct dns_settings *a, const struct dns_settings *b)
{
	if (a->nameserver_count != b->nameserver_count) {
		return false;
	}
	for (size_t i = 0; i < a->nameserver_count; i++) {
		if (!endpoint_eq(&a->nameservers[i], &b->nameservers[i])) {
			return false;
		}
	}
	return true;
}

static bool same_settings(const struct dns_settings *a, const struct dns_settings *b)
{
	return same_upstreams(a, b) && a->rotate == b->rotate && a->trust_ad == b->trust_ad &&
	       a->require_ad == b->require_ad && a->refresh == b->refresh &&
	       a->timeout_ms == b->timeout_ms && a->attempts == b->attempts &&
	       a->lookup_timeout_ms == b->lookup_timeout_ms && a->max_ptr == b->max_ptr &&
	       a->min_ttl_s == b->min_ttl_s && a->max_ttl_s == b->max_ttl_s &&
	       a->negative_max_ttl_s == b->negative_max_ttl_s && a->edns_size == b->edns_size &&
	       a->use_tcp == b->use_tcp && a->cookies == b->cookies &&
	       a->case_randomization == b->case_randomization && a->private_ptr == b->private_ptr &&
	       a->max_in_flight == b->max_in_flight &&
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
	const struct dns_context *shared, const struct dns_context *previous)
{
	if (previous != NULL && same_settings(&shared->settings, &previous->settings) &&
		same_zone(shared->zone, previous->zone)) {
		return dns_cache_ref(previous->cache);
	}
	return dns_cache_new(shared->settings.cache_size);
}

static enum dns_choice settled(enum dns_choice choice, bool otherwise)
{
	return choice != DNS_AUTO ? choice : otherwise ? DNS_YES : DNS_NO;
}

/* What the administrator left open, resolv.conf says, where it is read, or we. */
static bool settle(struct dns_context *shared, struct diag *diag)
{
	struct dns_settings *s = &shared->settings;
	struct dns_resolv_conf file = {.nameserver_count = 0};

	*s = shared->asked;
	if (shared->resolv_conf != NULL) {
		shared->stamp = dns_resolv_conf_stamp(shared->resolv_conf);
		shared->seen = shared->stamp;
		if (!dns_resolv_conf_read(shared->resolv_conf, &file, diag)) {
			return false;
		}
		memcpy(s->nameservers, file.nameservers, sizeof(s->nameservers));
		s->nameserver_count = file.nameserver_count;
	}
	if (s->timeout_ms == 0) {
		s->timeout_ms = file.timeout_ms != 0 ? file.timeout_ms : TIMEOUT_MS;
	}
	if (s->attempts == 0) {
		s->attempts = file.attempts != 0 ? file.attempts : ATTEMPTS;
	}
	s->use_tcp = settled(s->use_tcp, file.use_vc);
	s->trust_ad = settled(s->trust_ad, file.trust_ad);
	s->rotate = file.rotate;
	return true;
}

/* Settled, without zone and cache; NULL after a diag_error. `path` NULL: no file is read. */
static struct dns_context *settled_new(
	const struct dns_settings *asked, const char *path, struct diag *diag)
{
	struct dns_context *shared = calloc(1, sizeof(*shared));

	if (shared == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	ref_init(&shared->references);
	shared->asked = *asked;
	shared->asked.static_zone = NULL;
	shared->asked.resolv_conf = NULL;
	shared->resolv_conf = path != NULL ? strdup(path) : NULL;
	if ((path != NULL && shared->resolv_conf == NULL) ||
		!dns_limits_init(&shared->limits, asked)) {
		diag_error(diag, NULL, "out of memory");
	} else if (settle(shared, diag)) {
		return shared;
	}
	dns_context_unref(shared);
	return NULL;
}

/* What the log has said of the same upstreams need not be said again. */
static struct dns_health *health_for(
	const struct dns_context *shared, const struct dns_context *previous)
{
	const struct dns_settings *s = &shared->settings;

	return previous != NULL && same_upstreams(s, &previous->settings)
		       ? dns_health_ref(previous->health)
		       : dns_health_new(s->nameservers, s->nameserver_count);
}

static bool take_state(
	struct dns_context *shared, const struct dns_context *previous, struct diag *diag)
{
	shared->cache = cache_for(shared, previous);
	if (shared->cache == NULL) {
		diag_error(diag, NULL, "out of memory for the DNS cache");
		return false;
	}
	shared->health = health_for(shared, previous);
	if (shared->health == NULL) {
		diag_error(diag, NULL, "out of memory");
	}
	return shared->health != NULL;
}

struct dns_context *dns_context_new(
	const struct dns_settings *settings, struct dns_context *previous, struct diag *diag)
{
	const char *path =
		settings->resolv_conf != NULL ? settings->resolv_conf : DNS_RESOLV_CONF_PATH;
	struct dns_context *shared =
		settled_new(settings, settings->nameserver_count == 0 ? path : NULL, diag);

	if (shared == NULL) {
		return NULL;
	}
	if (settings->static_zone != NULL) {
		shared->zone = dns_zone_load(settings->static_zone, diag);
	}
	if ((settings->static_zone != NULL && shared->zone == NULL) ||
		!take_state(shared, previous, diag)) {
		dns_context_unref(shared);
		return NULL;
	}
	return shared;
}

struct dns_context *dns_context_offline(const struct dns_settings *settings, struct dns_zone *zone,
	const struct dns_offline *offline, struct diag *diag)
{
	struct dns_settings asked = *settings;

	asked.nameserver_count = 0;
	asked.cache_size = OFFLINE_CACHE_SIZE;
	asked.offline = offline;
	struct dns_context *shared = settled_new(&asked, NULL, diag);

	if (shared == NULL) {
		return NULL;
	}
	shared->zone = zone != NULL ? dns_zone_ref(zone) : NULL;
	if (!take_state(shared, NULL, diag)) {
		dns_context_unref(shared);
		return NULL;
	}
	return shared;
}

void dns_context_describe(const struct dns_context *shared, struct bytes *out)
{
	const struct dns_settings *s = &shared->settings;
	char server[ENDPOINT_TEXT_MAX];

	for (size_t i = 0; i < s->nameserver_count; i++) {
		endpoint_format(&s->nameservers[i], server);
		bytes_appendf(out, "%s%s", i > 0 ? ", " : "", server);
	}
	if (shared->resolv_conf != NULL) {
		bytes_appendf(out, " (of %s)", shared->resolv_conf);
	}
}

bool dns_context_watches(const struct dns_context *shared)
{
	return shared->resolv_conf != NULL;
}

/* True once for each change, when the file has come to rest: it is not caught half written. */
static bool file_has_changed(struct dns_context *shared)
{
	struct dns_resolv_conf_stamp now = dns_resolv_conf_stamp(shared->resolv_conf);
	bool rests = dns_resolv_conf_stamp_eq(&now, &shared->seen);

	shared->seen = now;
	return rests && !dns_resolv_conf_stamp_eq(&now, &shared->stamp);
}

struct dns_context *dns_context_renewed(struct dns_context *shared, struct diag *diag)
{
	if (!dns_context_watches(shared) || !file_has_changed(shared)) {
		return NULL;
	}
	struct place place = {.file = shared->resolv_conf};
	struct dns_context *next = NULL;

	shared->stamp = shared->seen;
	if (shared->stamp.size < 0) {
		diag_warning(diag, &place, "is gone; what it said stays in force");
		return NULL;
	}
	next = settled_new(&shared->asked, shared->resolv_conf, diag);
	if (next == NULL) {
		return NULL;
	}
	if (same_settings(&next->settings, &shared->settings)) {
		dns_context_unref(next);
		return NULL;
	}
	next->zone = shared->zone != NULL ? dns_zone_ref(shared->zone) : NULL;
	if (!take_state(next, shared, diag)) {
		dns_context_unref(next);
		return NULL;
	}
	return next;
}

struct dns_context *dns_context_rezoned(
	const struct dns_context *shared, const char *path, struct diag *diag)
{
	struct dns_zone *zone = dns_zone_load(path, diag);
	struct dns_context *next =
		zone != NULL ? settled_new(&shared->asked, shared->resolv_conf, diag) : NULL;

	if (next == NULL) {
		dns_zone_unref(zone);
		return NULL;
	}
	next->zone = zone;
	if (!take_state(next, shared, diag)) {
		dns_context_unref(next);
		return NULL;
	}
	return next;
}

struct dns_context *dns_context_ref(struct dns_context *shared)
{
	ref_get(&shared->references);
	return shared;
}

void dns_context_unref(struct dns_context *shared)
{
	if (shared == NULL || !ref_put(&shared->references)) {
		return;
	}
	dns_zone_unref(shared->zone);
	dns_cache_unref(shared->cache);
	dns_health_unref(shared->health);
	dns_limits_clear(&shared->limits);
	free(shared->resolv_conf);
	free(shared);
}

const struct dns_settings *dns_context_settings(const struct dns_context *shared)
{
	return &shared->settings;
}

const struct endpoint *dns_context_upstreams(const struct dns_context *shared, size_t *count)
{
	*count = shared->settings.nameserver_count;
	return shared->settings.nameservers;
}

const struct dns_zone *dns_context_zone(const struct dns_context *shared)
{
	return shared->zone;
}

struct dns_cache *dns_context_cache(const struct dns_context *shared)
{
	return shared->cache;
}

struct dns_health *dns_context_health(const struct dns_context *shared)
{
	return shared->health;
}

struct dns_limits *dns_context_limits(struct dns_context *shared)
{
	return &shared->limits;
}
