/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_HEALTH_H
#define DW_DNS_UPSTREAM_HEALTH_H

#include "base/addr.h"
#include "dns/wire/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Logs the state of the upstreams, once for all workers: that an upstream stops working, that it
 * works again, and what it does not support. Thread-safe.
 *
 * An upstream stops working when 3 sends in a row (of all workers) time out over at least a second,
 * cannot be delivered, or are refused; or when 5 queries in a row fail in another way, as with
 * SERVFAIL, of which clients can cause some by names of their own. One good reply ends it. The
 * trouble is logged once a minute at most.
 */
struct dns_health;

enum dns_quirk {
	DNS_QUIRK_REFUSES_EDNS,
	DNS_QUIRK_DROPS_EDNS,
	DNS_QUIRK_FOREIGN_COOKIES,
	DNS_QUIRK_FOLDS_CASE,
	DNS_QUIRK_MINDS_CASE,
	DNS_QUIRKS
};

/* The endpoints are copied; one reference for the caller. NULL when out of memory. */
struct dns_health *dns_health_new(const struct endpoint *upstreams, size_t count);
struct dns_health *dns_health_ref(struct dns_health *health);
void dns_health_unref(struct dns_health *health);

/* Logs each quirk of each upstream once. */
void dns_health_quirk(struct dns_health *health, size_t upstream, enum dns_quirk quirk);
/*
 * Logs once, at the first client of special use whose name is needed, that no name is looked up for
 * such addresses.
 */
void dns_health_private(struct dns_health *health, const struct addr *client);
/* A send timed out or was not delivered, or the upstream's reply was a failure. */
void dns_health_failed(struct dns_health *health, size_t upstream, enum dns_status status, bool tcp,
	uint64_t now_ms);
void dns_health_answered(struct dns_health *health, size_t upstream, uint64_t now_ms);

#endif
