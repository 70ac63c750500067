/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_REMOTE_LOOKUP_H
#define DW_DNS_RESOLVER_REMOTE_LOOKUP_H

#include "dns/resolver/env.h"
#include "dns/resolver/remote_cache.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One lookup's part with the remote cache: it has a head start of 5 ms before DNS is asked, too,
 * and its answer counts for as long as DNS has not answered. If another machine is asking DNS, the
 * cache is asked again after 5, 10, 20, 40, 40 ... ms, for 200 ms or half of lookup_timeout at
 * most, before DNS is asked here, or until it does not answer in 20 ms. Pure logic, but for the
 * clock of its environment.
 */

/* What an engine's lookups have in common. */
struct dns_remote_env {
	const struct dns_resolver_env *dns;
	const struct dns_remote_cache *cache; /* NULL: none */
	uint64_t (*now_ms)(void *host);
	void (*wake)(void *host); /* a timer or a result may be due earlier now */
	void *host;
	/*
	 * Waits for other machines that ended without a result, one after the other: after 16 of
	 * them no lookup waits for 10 s, so that a hostile store cannot delay each one.
	 */
	unsigned fruitless;
	uint64_t patient_ms; /* when lookups wait again */
};

/* In its owner's memory. */
struct dns_remote_lookup {
	struct dns_timer timer;
	struct dns_remote_env *env;
	struct dns_remote_question *question; /* NULL: none is in flight */
	struct addr addr;
	enum dns_fcrdns_mode mode;
	uint64_t fresh_ms;
	uint64_t until_ms;  /* the end of waiting for another machine */
	uint32_t pause_ms;  /* before the next question */
	bool waits;         /* for another machine */
	bool dns_has_begun; /* `begin` was called */
	/* DNS is to be asked: called once at most, and only if `found` was not called before. */
	void (*begin)(struct dns_remote_lookup *lookup, uint64_t now_ms);
	/* The result, with its only reference; called once at most, and nothing after it. */
	void (*found)(struct dns_remote_lookup *lookup, const struct dns_fcrdns_result *result,
		uint64_t now_ms);
};

/*
 * Whether results of the address may be in the cache: not those of addresses of special use, which
 * are others in each network, nor of a simulated DNS, nor of the static zone. `room` is
 * overwritten.
 */
bool dns_remote_covers(
	const struct dns_remote_env *env, const struct addr *addr, struct dns_answer *room);
/* Puts the result of a whole lookup into the cache, if another machine may use it. */
void dns_remote_put(const struct dns_remote_env *env, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_result *result);

/*
 * Begins to ask for the lookup's address, mode and fresh_ms; the callbacks are set. False: nothing
 * is asked, no callback is called, DNS is to be asked at once.
 */
bool dns_remote_lookup_start(
	struct dns_remote_lookup *lookup, struct dns_remote_env *env, uint64_t now_ms);
/* No callback is called after this; allowed everywhere, also for zeroed memory. */
void dns_remote_lookup_stop(struct dns_remote_lookup *lookup);

#endif
