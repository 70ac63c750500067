/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_PENDING_H
#define DW_DNS_UPSTREAM_PENDING_H

#include "base/random.h"
#include "base/util.h"
#include "dns/wire/cookie.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * The queries that may still be answered, by socket and ID; and what else comes in on their
 * sockets. Pure logic.
 */

struct dns_exchange;
struct dns_pending_table;

/* One of them, in its owner's memory. */
struct dns_pending {
	LIST_ENTRY(dns_pending) in_bucket;
	TAILQ_ENTRY(dns_pending) on_socket;
	struct dns_exchange *exchange;
	uint64_t at_ms;
	uint32_t strays_before; /* on its socket */
	int socket;
	uint16_t id;
	uint8_t upstream;
	uint8_t misfits; /* replies with its ID that it does not take */
	bool tcp;
	bool edns;
	bool cookie;
	bool lower_case; /* of purpose, where the case is to be random */
	bool open;       /* in the table */
	uint8_t client_cookie[DNS_COOKIE_CLIENT];
};

/* Sockets are numbers below `sockets`. NULL when out of memory. */
struct dns_pending_table *dns_pending_table_new(
	size_t sockets, size_t in_flight, struct random_pool *random);
/* It must be empty. */
void dns_pending_table_free(struct dns_pending_table *table);

/* At random, one that no query of this socket has; false if there are too many to find one. */
NODISCARD bool dns_pending_draw_id(struct dns_pending_table *table, int socket, uint16_t *id);
/* `socket` and `id` are set. */
void dns_pending_open(struct dns_pending_table *table, struct dns_pending *pending);
void dns_pending_close(struct dns_pending_table *table, struct dns_pending *pending);
struct dns_pending *dns_pending_find(struct dns_pending_table *table, int socket, uint16_t id);
/* The oldest of the socket; NULL: none. */
struct dns_pending *dns_pending_first(struct dns_pending_table *table, int socket);

/*
 * Counts a reply whose ID no query of the socket has. One that an earlier query had is a late or a
 * second answer, and nobody's guess: it is not counted, but for one in six once the socket is worn.
 */
void dns_pending_note_stray(struct dns_pending_table *table, int socket, uint16_t id);
/* Three misfits or strays since it was sent. */
bool dns_pending_is_pestered(
	const struct dns_pending_table *table, const struct dns_pending *pending);

#endif
