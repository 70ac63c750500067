/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_PENDING_H
#define DW_DNS_UPSTREAM_PENDING_H

#include "base/list.h"
#include "base/random.h"
#include "base/util.h"
#include "dns/wire/cookie.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The queries whose reply may still come, by socket and ID, and the count of other replies on their
 * sockets. Pure logic.
 */

struct dns_exchange;
struct dns_pending_table;

/* One query, in its owner's memory. */
struct dns_pending {
	struct hlist_entry in_bucket;
	struct list on_socket;
	struct dns_exchange *exchange;
	uint64_t at_us;
	uint32_t unmatched_before; /* unmatched replies on its socket when it was sent */
	int socket;
	uint16_t id;
	uint8_t upstream;
	uint8_t mismatches; /* replies with its ID that do not match it */
	bool tcp;
	bool edns;
	bool cookie;
	bool lower_case; /* sent in lower case although the case should be random */
	bool open;       /* in the table */
	uint8_t client_cookie[DNS_COOKIE_CLIENT];
};

/* Sockets are numbers below `sockets`. NULL when out of memory. */
struct dns_pending_table *dns_pending_table_new(
	size_t sockets, size_t in_flight, struct random_pool *random);
/* The table must be empty. */
void dns_pending_table_free(struct dns_pending_table *table);

/* A random ID that no open query of this socket has; false if there are too many to find one. */
NODISCARD bool dns_pending_draw_id(struct dns_pending_table *table, int socket, uint16_t *id);
/* `socket` and `id` must be set. */
void dns_pending_open(struct dns_pending_table *table, struct dns_pending *pending);
void dns_pending_close(struct dns_pending_table *table, struct dns_pending *pending);
struct dns_pending *dns_pending_find(struct dns_pending_table *table, int socket, uint16_t id);
/* The oldest query of the socket; NULL: none is open. */
struct dns_pending *dns_pending_first(struct dns_pending_table *table, int socket);

/*
 * Counts a reply whose ID no open query of the socket has. An ID recently used on this socket is a
 * late duplicate, not a spoofing attempt, and is not counted (one in six is, once many IDs have
 * been used).
 */
void dns_pending_note_unmatched(struct dns_pending_table *table, int socket, uint16_t id);
/* True after three mismatched or unmatched replies since the query was sent. */
bool dns_pending_under_attack(
	const struct dns_pending_table *table, const struct dns_pending *pending);

#endif
