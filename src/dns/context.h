/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CONTEXT_H
#define DW_DNS_CONTEXT_H

#include "dns/cache/cache.h"
#include "dns/engine.h"
#include "dns/resolver/limits.h"
#include "dns/upstream/health.h"

/* Views of what dns_context holds, good as long as a reference is held. */
const struct dns_settings *dns_context_settings(const struct dns_context *shared);
const struct endpoint *dns_context_upstreams(const struct dns_context *shared, size_t *count);
/* NULL: there is none. */
const struct dns_zone *dns_context_zone(const struct dns_context *shared);
struct dns_cache *dns_context_cache(const struct dns_context *shared);
struct dns_health *dns_context_health(const struct dns_context *shared);
struct dns_limits *dns_context_limits(struct dns_context *shared);

#endif
