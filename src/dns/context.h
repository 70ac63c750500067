/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CONTEXT_H
#define DW_DNS_CONTEXT_H

#include "dns/cache/cache.h"
#include "dns/engine.h"
#include "dns/resolver/limits.h"
#include "dns/upstream/health.h"

/* Views of what dns_shared holds, good as long as a reference is held. */
const struct dns_settings *dns_shared_settings(const struct dns_shared *shared);
const struct endpoint *dns_shared_upstreams(const struct dns_shared *shared, size_t *count);
/* NULL: there is none. */
const struct dns_zone *dns_shared_zone(const struct dns_shared *shared);
struct dns_cache *dns_shared_cache(const struct dns_shared *shared);
struct dns_health *dns_shared_health(const struct dns_shared *shared);
struct dns_limits *dns_shared_limits(struct dns_shared *shared);

#endif
