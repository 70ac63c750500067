/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/health.h"

#include "base/ref.h"
#include "dns/wire/special_use.h"
#include "log/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define IN_A_ROW 3u
#define FAILURES_IN_A_ROW 5u
#define SILENT_MS 1000u
#define TOLD_AGAIN_AFTER_MS 60000u

struct upstream_health {
	struct endpoint endpoint;
	atomic_uint quirks;   /* a bit for each quirk that was logged */
	atomic_uint failures; /* in a row; written with the lock held */
	uint64_t since_ms;    /* when the first of them was */
	bool is_told;         /* the log says that the upstream does not work */
	bool was_told;        /* the log has ever said so */
	uint64_t told_ms;     /* when the log last said so */
};

struct dns_health {
	struct ref references;
	pthread_mutex_t lock;
	atomic_bool told_private;
	size_t count;
	struct upstream_health upstreams[];
};

struct dns_health *dns_health_new(const struct endpoint *upstreams, size_t count)
{
	struct dns_health *h = calloc(1, sizeof(*h) + count * sizeof(h->upstreams[0]));

	if (h == NULL) {
		return NULL;
	}
	if (pthread_mutex_init(&h->lock, NULL) != 0) {
		free(h);
		return NULL;
	}
	ref_init(&h->references);
	h->count = count;
	for (size_t i = 0; i < count; i++) {
		h->upstreams[i].endpoint = upstreams[i];
	}
	return h;
}

struct dns_health *dns_health_ref(struct dns_health *health)
{
	ref_get(&health->references);
	return health;
}

void dns_health_unref(struct dns_health *health)
{
	if (health != NULL && ref_put(&health->references)) {
		pthread_mutex_destroy(&health->lock);
		free(health);
	}
}

void dns_health_quirk(struct dns_health *health, size_t upstream, enum dns_quirk quirk)
{
	static const char *const texts[DNS_QUIRKS] = {
		[DNS_QUIRK_REFUSES_EDNS] =
			"answers queries with EDNS with an error, and is asked without EDNS; "
			"edns_size = off in [dns] does so for good",
		[DNS_QUIRK_DROPS_EDNS] =
			"does not answer queries with EDNS, or with a DNS cookie, and is asked "
			"without; edns_size = off or cookies = no in [dns] does so for good",
		[DNS_QUIRK_FOREIGN_COOKIES] =
			"answers with the DNS cookies of other clients, and is asked without "
			"cookies; cookies = no in [dns] does so for good",
		[DNS_QUIRK_FOLDS_CASE] =
			"changes the case of the names it is asked for, and is asked over TCP; "
			"case_randomization = no in [dns] asks over UDP",
		[DNS_QUIRK_MINDS_CASE] =
			"does not find names in upper case, and is asked in lower case over TCP; "
			"case_randomization = no in [dns] asks over UDP",
	};
	struct upstream_health *u = &health->upstreams[upstream];
	unsigned bit = 1u << quirk;
	char server[ENDPOINT_TEXT_MAX];

	if ((atomic_load_explicit(&u->quirks, memory_order_relaxed) & bit) == 0 &&
		(atomic_fetch_or(&u->quirks, bit) & bit) == 0) {
		endpoint_format(&u->endpoint, server);
		log_write(LOG_LEVEL_WARNING, "dns: name server %s %s", server, texts[quirk]);
	}
}

void dns_health_private(struct dns_health *health, const struct addr *client)
{
	const struct prefix *prefix = dns_addr_special(client);
	char ip[ADDR_TEXT_MAX];
	char network[ADDR_TEXT_MAX];

	if (prefix == NULL || atomic_load_explicit(&health->told_private, memory_order_relaxed) ||
		atomic_exchange(&health->told_private, true)) {
		return;
	}
	addr_format(client, ip);
	addr_format(&prefix->addr, network);
	log_write(LOG_LEVEL_WARNING,
		"dns: the name of %s is not asked for, as %s/%u is private (rdns=private); "
		"private_ptr = yes in [dns] asks; this is said once",
		ip, network, prefix->len);
}

static const char *trouble(enum dns_status status)
{
	switch (status) {
	case DNS_STATUS_TIMEOUT:
		return "does not answer";
	case DNS_STATUS_UNREACHABLE:
		return "cannot be reached";
	case DNS_STATUS_REFUSED:
		return "refuses to answer this host";
	case DNS_STATUS_LAME:
		return "does not look names up for this host";
	default:
		return "fails to answer";
	}
}

static void tell_trouble(const struct dns_health *health, const struct upstream_health *u,
	enum dns_status status, bool tcp)
{
	char server[ENDPOINT_TEXT_MAX];

	endpoint_format(&u->endpoint, server);
	log_write(LOG_LEVEL_WARNING, "dns: name server %s %s (%s%s); %s", server, trouble(status),
		dns_status_word(status), tcp ? ", over TCP" : "",
		health->count > 1 ? "the others are asked"
				  : "it is the only one, so names stay unknown");
}

/* Failures in a row after which the upstream does not work. */
static unsigned failures_needed(enum dns_status status)
{
	switch (status) {
	case DNS_STATUS_TIMEOUT:
	case DNS_STATUS_UNREACHABLE:
	case DNS_STATUS_REFUSED:
	case DNS_STATUS_LAME:
		return IN_A_ROW;
	default:
		return FAILURES_IN_A_ROW;
	}
}

void dns_health_failed(struct dns_health *health, size_t upstream, enum dns_status status, bool tcp,
	uint64_t now_ms)
{
	struct upstream_health *u = &health->upstreams[upstream];

	pthread_mutex_lock(&health->lock);
	unsigned failures = atomic_load_explicit(&u->failures, memory_order_relaxed);

	if (failures == 0) {
		u->since_ms = now_ms;
	}
	failures += failures < UINT32_MAX;
	atomic_store_explicit(&u->failures, failures, memory_order_relaxed);
	if (!u->is_told && failures >= failures_needed(status) &&
		(status != DNS_STATUS_TIMEOUT || now_ms - u->since_ms >= SILENT_MS) &&
		(!u->was_told || now_ms - u->told_ms >= TOLD_AGAIN_AFTER_MS)) {
		u->is_told = true;
		u->was_told = true;
		u->told_ms = now_ms;
		tell_trouble(health, u, status, tcp);
	}
	pthread_mutex_unlock(&health->lock);
}

void dns_health_answered(struct dns_health *health, size_t upstream, uint64_t now_ms)
{
	struct upstream_health *u = &health->upstreams[upstream];
	char server[ENDPOINT_TEXT_MAX];

	if (atomic_load_explicit(&u->failures, memory_order_relaxed) == 0) {
		return;
	}
	pthread_mutex_lock(&health->lock);
	if (u->is_told) {
		endpoint_format(&u->endpoint, server);
		log_write(LOG_LEVEL_WARNING,
			"dns: name server %s works again, after %llu seconds of trouble", server,
			(unsigned long long)(now_ms - u->since_ms) / 1000);
		u->is_told = false;
	}
	atomic_store_explicit(&u->failures, 0, memory_order_relaxed);
	pthread_mutex_unlock(&health->lock);
}
