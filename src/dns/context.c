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
	struct dns_settings configured; /* as configured, without paths */
	struct dns_settings settings; /* with every default resolved, and the name servers in use */
	/* the resolv.conf that was read; NULL: the name servers are configured */
	char *resolv_conf;
	struct dns_resolv_conf_stamp stamp; /* of resolv_conf when it was read */
	/* of resolv_conf at the last look, by dns_context_renewed */
	struct dns_resolv_conf_stamp seen;
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

/* The previous cache can be used only if settings, upstreams and zone are the same. */
static struct dns_cache *cache_for(
	const struct dns_context *context, const struct dns_context *previous)
{
	if (previous != NULL && same_settings(&context->settings, &previous->settings) &&
		same_zone(context->zone, previous->zone)) {
		return dns_cache_ref(previous->cache);
	}
	return dns_cache_new(context->settings.cache_size);
}

static enum dns_choice choose(enum dns_choice choice, bool otherwise)
{
	return choice != DNS_AUTO ? choice : otherwise ? DNS_YES : DNS_NO;
}

/*
 * Settings that are not configured come from resolv.conf, if it is read, or else from the defaults.
 */
static bool resolve_settings(struct dns_context *context, struct diag *diag)
{
	struct dns_settings *s = &context->settings;
	struct dns_resolv_conf file = {.nameserver_count = 0};

	*s = context->configured;
	if (context->resolv_conf != NULL) {
		context->stamp = dns_resolv_conf_stamp(context->resolv_conf);
		context->seen = context->stamp;
		if (!dns_resolv_conf_read(context->resolv_conf, &file, diag)) {
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
	s->use_tcp = choose(s->use_tcp, file.use_vc);
	s->trust_ad = choose(s->trust_ad, file.trust_ad);
	s->rotate = file.rotate;
	return true;
}

/*
 * A context with settings but without zone and cache; NULL after a diag_error. `path` NULL: no
 * resolv.conf is read.
 */
static struct dns_context *context_new(
	const struct dns_settings *configured, const char *path, struct diag *diag)
{
	struct dns_context *context = calloc(1, sizeof(*context));

	if (context == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	ref_init(&context->references);
	context->configured = *configured;
	context->configured.static_zone = NULL;
	context->configured.resolv_conf = NULL;
	context->resolv_conf = path != NULL ? strdup(path) : NULL;
	if ((path != NULL && context->resolv_conf == NULL) ||
		!dns_limits_init(&context->limits, configured)) {
		diag_error(diag, NULL, "out of memory");
	} else if (resolve_settings(context, diag)) {
		return context;
	}
	dns_context_unref(context);
	return NULL;
}

/* With the same upstreams the log need not report their state again. */
static struct dns_health *health_for(
	const struct dns_context *context, const struct dns_context *previous)
{
	const struct dns_settings *s = &context->settings;

	return previous != NULL && same_upstreams(s, &previous->settings)
		       ? dns_health_ref(previous->health)
		       : dns_health_new(s->nameservers, s->nameserver_count);
}

static bool take_state(
	struct dns_context *context, const struct dns_context *previous, struct diag *diag)
{
	context->cache = cache_for(context, previous);
	if (context->cache == NULL) {
		diag_error(diag, NULL, "out of memory for the DNS cache");
		return false;
	}
	context->health = health_for(context, previous);
	if (context->health == NULL) {
		diag_error(diag, NULL, "out of memory");
	}
	return context->health != NULL;
}

struct dns_context *dns_context_new(
	const struct dns_settings *settings, struct dns_context *previous, struct diag *diag)
{
	const char *path =
		settings->resolv_conf != NULL ? settings->resolv_conf : DNS_RESOLV_CONF_PATH;
	struct dns_context *context =
		context_new(settings, settings->nameserver_count == 0 ? path : NULL, diag);

	if (context == NULL) {
		return NULL;
	}
	if (settings->static_zone != NULL) {
		context->zone = dns_zone_load(settings->static_zone, diag);
	}
	if ((settings->static_zone != NULL && context->zone == NULL) ||
		!take_state(context, previous, diag)) {
		dns_context_unref(context);
		return NULL;
	}
	return context;
}

struct dns_context *dns_context_offline(const struct dns_settings *settings, struct dns_zone *zone,
	const struct dns_offline *offline, struct diag *diag)
{
	struct dns_settings configured = *settings;

	configured.nameserver_count = 0;
	configured.cache_size = OFFLINE_CACHE_SIZE;
	configured.offline = offline;
	struct dns_context *context = context_new(&configured, NULL, diag);

	if (context == NULL) {
		return NULL;
	}
	context->zone = zone != NULL ? dns_zone_ref(zone) : NULL;
	if (!take_state(context, NULL, diag)) {
		dns_context_unref(context);
		return NULL;
	}
	return context;
}

void dns_context_describe(const struct dns_context *context, struct bytes *out)
{
	const struct dns_settings *s = &context->settings;
	char server[ENDPOINT_TEXT_MAX];

	for (size_t i = 0; i < s->nameserver_count; i++) {
		endpoint_format(&s->nameservers[i], server);
		bytes_appendf(out, "%s%s", i > 0 ? ", " : "", server);
	}
	if (context->resolv_conf != NULL) {
		bytes_appendf(out, " (of %s)", context->resolv_conf);
	}
}

bool dns_context_watches(const struct dns_context *context)
{
	return context->resolv_conf != NULL;
}

/*
 * True once for each change, after two looks that saw the same file, so that a half-written file is
 * not read.
 */
static bool file_has_changed(struct dns_context *context)
{
	struct dns_resolv_conf_stamp now = dns_resolv_conf_stamp(context->resolv_conf);
	bool rests = dns_resolv_conf_stamp_eq(&now, &context->seen);

	context->seen = now;
	return rests && !dns_resolv_conf_stamp_eq(&now, &context->stamp);
}

struct dns_context *dns_context_renewed(struct dns_context *context, struct diag *diag)
{
	if (!dns_context_watches(context) || !file_has_changed(context)) {
		return NULL;
	}
	struct place place = {.file = context->resolv_conf};
	struct dns_context *next = NULL;

	context->stamp = context->seen;
	if (context->stamp.size < 0) {
		diag_warning(diag, &place, "is gone; its last settings stay in force");
		return NULL;
	}
	next = context_new(&context->configured, context->resolv_conf, diag);
	if (next == NULL) {
		return NULL;
	}
	if (same_settings(&next->settings, &context->settings)) {
		dns_context_unref(next);
		return NULL;
	}
	next->zone = context->zone != NULL ? dns_zone_ref(context->zone) : NULL;
	if (!take_state(next, context, diag)) {
		dns_context_unref(next);
		return NULL;
	}
	return next;
}

struct dns_context *dns_context_rezoned(
	const struct dns_context *context, const char *path, struct diag *diag)
{
	struct dns_zone *zone = dns_zone_load(path, diag);
	struct dns_context *next =
		zone != NULL ? context_new(&context->configured, context->resolv_conf, diag) : NULL;

	if (next == NULL) {
		dns_zone_unref(zone);
		return NULL;
	}
	next->zone = zone;
	if (!take_state(next, context, diag)) {
		dns_context_unref(next);
		return NULL;
	}
	return next;
}

struct dns_context *dns_context_ref(struct dns_context *context)
{
	ref_get(&context->references);
	return context;
}

void dns_context_unref(struct dns_context *context)
{
	if (context == NULL || !ref_put(&context->references)) {
		return;
	}
	dns_zone_unref(context->zone);
	dns_cache_unref(context->cache);
	dns_health_unref(context->health);
	dns_limits_clear(&context->limits);
	free(context->resolv_conf);
	free(context);
}

const struct dns_settings *dns_context_settings(const struct dns_context *context)
{
	return &context->settings;
}

const struct endpoint *dns_context_upstreams(const struct dns_context *context, size_t *count)
{
	*count = context->settings.nameserver_count;
	return context->settings.nameservers;
}

const struct dns_zone *dns_context_zone(const struct dns_context *context)
{
	return context->zone;
}

struct dns_cache *dns_context_cache(const struct dns_context *context)
{
	return context->cache;
}

struct dns_health *dns_context_health(const struct dns_context *context)
{
	return context->health;
}

struct dns_limits *dns_context_limits(struct dns_context *context)
{
	return &context->limits;
}
