/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SCENARIO_H
#define DW_SCENARIO_H

#include "dns/core.h"
#include "dns/fcrdns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A DNS engine with a simulated clock and network: nothing sleeps, nothing is sent. Messages are
 * written here byte by byte, without the code under test.
 */

/* The client of most scenarios, and the name of its PTR records. */
#define CLIENT "192.0.2.1"
#define REVERSE "1.2.0.192.in-addr.arpa"

#define SCENARIO_UPSTREAMS 3
#define SCENARIO_RECORDS 64
#define SCENARIO_QUERIES 4096

enum { RCODE_OK = 0, RCODE_FORMERR = 1, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5 };

/* A query as it left the engine. */
struct sim_query {
	uint64_t at_ms;
	size_t upstream;
	int socket;
	char name[1100]; /* lower-case, with the final dot */
	uint16_t type;
	bool edns;
	bool ad; /* asks whether the answer is authentic */
	bool tcp;
	size_t question_len;
	size_t cookie_len;
	uint8_t cookie[40];
	size_t len;
	uint8_t bytes[512];
};

struct sim_record {
	const char *owner;
	enum dns_type type;
	uint32_t ttl;
	const char *data; /* address or name */
};

/* A message that a test builds. */
struct sim_reply {
	size_t len;
	uint8_t bytes[65535];
};

struct sim_event;

struct scenario {
	struct dns_settings settings;
	struct dns_context *context;
	struct dns_engine *engine;
	uint64_t now_ms;
	/*
	 * How the servers behave: true if the function has handled the query; else it is answered
	 * at once from `records`, with a SOA (TTL 60, MINIMUM 60) if the name or type has no
	 * records.
	 */
	bool (*behave)(struct scenario *s, const struct sim_query *query);
	bool authentic;   /* replies from `records` have the AD bit */
	const char *word; /* for `behave`, as is `ctx` */
	void *ctx;
	bool unreachable[SCENARIO_UPSTREAMS];
	struct sim_record records[SCENARIO_RECORDS];
	size_t record_count;
	struct sim_query *queries;
	size_t query_count;
	size_t cut; /* how many bytes the next replies are too short */
	struct sim_event *events;
	unsigned woken;
	int acquired;
	int tcp_acquired;
	int tcp_room; /* the most queries in flight over TCP; 0: no limit */
	unsigned connections;
};

/*
 * Fills in the manual's defaults and one upstream. A test then changes them, and calls
 * scenario_start.
 */
void scenario_init(struct scenario *s);
void scenario_start(struct scenario *s);
/* `zone`: text of a static zone. */
void scenario_start_with_zone(struct scenario *s, const char *zone);
/* Checks that every socket was released. */
void scenario_end(struct scenario *s);

/* For cmocka: a scenario in *state, and its end. */
int scenario_setup(void **state);
int scenario_teardown(void **state);
/* The same with a PTR record for CLIENT, host.example, and its A record. */
int scenario_setup_host(void **state);

void scenario_record(
	struct scenario *s, const char *owner, enum dns_type type, uint32_t ttl, const char *data);
/* Lets time pass until no event is left, or for `ms`. */
void scenario_run(struct scenario *s, uint64_t ms);

/* Replies from the records, or with this rcode, after `delay_ms`, on the query's socket. */
void sim_answer(struct scenario *s, const struct sim_query *query, uint64_t delay_ms);
void sim_rcode(
	struct scenario *s, const struct sim_query *query, unsigned rcode, uint64_t delay_ms);
/* A reply by hand: header and question of the query, then records. */
void sim_begin(struct sim_reply *reply, const struct sim_query *query, unsigned rcode);
void sim_add(struct sim_reply *reply, const char *owner, enum dns_type type, uint32_t ttl,
	const char *data);
/* `rdata` in wire form. */
void sim_add_raw(struct sim_reply *reply, const char *owner, enum dns_type type, uint32_t ttl,
	const void *rdata, size_t len);
void sim_add_soa(struct sim_reply *reply, const char *owner, uint32_t ttl, uint32_t minimum);
void sim_send(struct scenario *s, const struct sim_query *query, const struct sim_reply *reply,
	uint64_t delay_ms);
void sim_send_on(
	struct scenario *s, int socket, const uint8_t *bytes, size_t len, uint64_t delay_ms);
/* An OPT with a COOKIE option; `len` 0: without. */
void sim_add_cookie(struct sim_reply *reply, const uint8_t *cookie, size_t len, unsigned rcode);
/* An ICMP error reaches the query's socket, or its connection breaks. */
void sim_unreachable(struct scenario *s, const struct sim_query *query, uint64_t delay_ms);

/* How often a name was asked for, over all queries. */
size_t sim_asked(const struct scenario *s, const char *name);

/* A lookup and its result. */
struct sim_lookup {
	struct scenario *s;
	struct dns_fcrdns *handle;
	unsigned calls;
	uint64_t done_ms;
	const struct dns_fcrdns_result *result; /* until sim_lookup_clear */
	void (*then)(struct sim_lookup *lookup);
	void *ctx;
};

void sim_lookup_start(
	struct sim_lookup *l, struct scenario *s, const char *addr, enum dns_fcrdns_mode mode);
void sim_lookup_clear(struct sim_lookup *l);

/*
 * One lookup from start to end: asserts its status, its names ("a b", in order), and that its
 * callback was called once. Returns how many milliseconds its result is valid.
 */
uint64_t scenario_expect(struct scenario *s, const char *addr, enum dns_fcrdns_mode mode,
	enum dns_fcrdns_status status, const char *names);
void sim_lookup_expect(
	const struct sim_lookup *l, enum dns_fcrdns_status status, const char *names);

struct addr sim_addr(const char *text);

#endif
