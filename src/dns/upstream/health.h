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
 * What the log says of the upstreams, once for all workers: that one stops working, that it works
 * again, and in which respect one is not asked as configured. Thread-safe.
 *
 * An upstream stops working when 3 sends in a row (of all workers) time out within at least a
 * second, cannot be delivered, or are refused; or when 5 questions in a row fail in another way, as
 * with SERVFAIL, of which clients can cause some by names of their own. One answer ends it. It is
 * told of once a minute at most.
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
/* Logs, for the first client of special use that a name is wanted of, that none is asked for. */
void dns_health_private(struct dns_health *health, const struct addr *client);
/* A send timed out or was not delivered, or a question failed with this upstream. */
void dns_health_failed(struct dns_health *health, size_t upstream, enum dns_status status, bool tcp,
	uint64_t now_ms);
void dns_health_answered(struct dns_health *health, size_t upstream, uint64_t now_ms);

#endif
