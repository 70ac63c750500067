/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_PACKED_H
#define DW_DNS_WIRE_PACKED_H

#include "dns/wire/message.h"

#include <stddef.h>
#include <stdint.h>

/* An answer in as few bytes as possible, for the cache. */
struct dns_packed;

/* NULL when out of memory. Keeps DATA and CNAME answers; the caller frees it with free(). */
struct dns_packed *dns_packed_new(const struct dns_answer *answer, enum dns_type type);
size_t dns_packed_size(const struct dns_packed *packed);
/* Writes only the records that are there. */
void dns_packed_get(const struct dns_packed *packed, enum dns_type type, struct dns_answer *out);

#endif
