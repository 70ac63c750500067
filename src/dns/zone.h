/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_ZONE_H
#define DW_DNS_ZONE_H

#include "base/diag.h"
#include "dns/message.h"

/*
 * static_zone: names known without a server, from a master file (RFC 1035 section 5, read by ldns).
 * Immutable; any number of threads may ask. Names at or below a name that has an SOA in the file,
 * and are not in the file, do not exist (NXDOMAIN); other names that are not in the file are the
 * upstream's to answer.
 */
struct dns_zone;

/* NULL after a diag_error that names the file, the line and what was wrong. */
struct dns_zone *dns_zone_load(const char *path, struct diag *diag);
void dns_zone_free(struct dns_zone *zone);

/*
 * True if the zone has the say, with *answer filled: DATA, CNAME (target outside the zone or
 * missing in it), NODATA, NXDOMAIN or CNAME_LOOP, CNAMEs inside followed. An empty non-terminal is
 * NODATA.
 */
bool dns_zone_answer(const struct dns_zone *zone, const struct dns_name *name, enum dns_type type,
	struct dns_answer *answer);

/* SHA-256-free identity of the content: equal for two loads of the same records in the same order.
 */
uint64_t dns_zone_digest(const struct dns_zone *zone);

#endif
