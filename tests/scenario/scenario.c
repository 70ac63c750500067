/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "scenario/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#define SOCKETS_EACH 4
#define FIRST_CONNECTION 100
#define CONNECTIONS_EACH 64

struct sim_event {
	struct sim_event *next;
	uint64_t at_ms;
	int socket;
	bool unreachable;
	size_t len;
	uint8_t bytes[];
};

struct addr sim_addr(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(str_view(text), &addr));
	return addr;
}

static void push16(struct sim_reply *r, unsigned value)
{
	r->bytes[r->len++] = (uint8_t)(value >> 8);
	r->bytes[r->len++] = (uint8_t)value;
}

static void push32(struct sim_reply *r, uint32_t value)
{
	push16(r, value >> 16);
	push16(r, value & 0xffff);
}

static void push_name(struct sim_reply *r, const char *text)
{
	while (*text != '\0' && *text != '.') {
		size_t len = strcspn(text, ".");

		r->bytes[r->len++] = (uint8_t)len;
		memcpy(r->bytes + r->len, text, len);
		r->len += len;
		text += len + (text[len] == '.');
	}
	r->bytes[r->len++] = 0;
}

static void count_record(struct sim_reply *r, size_t section)
{
	uint8_t *at = r->bytes + 4 + 2 * section;
	unsigned count = (unsigned)(at[0] << 8 | at[1]) + 1;

	at[0] = (uint8_t)(count >> 8);
	at[1] = (uint8_t)count;
}

static void push_record(
	struct sim_reply *r, const char *owner, unsigned type, uint32_t ttl, size_t rdata_len)
{
	push_name(r, owner);
	push16(r, type);
	push16(r, 1);
	push32(r, ttl);
	push16(r, (unsigned)rdata_len);
}

void sim_begin(struct sim_reply *reply, const struct sim_query *query, unsigned rcode)
{
	reply->len = 0;
	reply->bytes[reply->len++] = query->bytes[0];
	reply->bytes[reply->len++] = query->bytes[1];
	push16(reply, 0x8180 | rcode);
	push16(reply, 1);
	push16(reply, 0);
	push32(reply, 0);
	memcpy(reply->bytes + reply->len, query->bytes + 12, query->question_len);
	reply->len += query->question_len;
}

void sim_add_raw(struct sim_reply *reply, const char *owner, enum dns_type type, uint32_t ttl,
	const void *rdata, size_t len)
{
	push_record(reply, owner, type, ttl, len);
	memcpy(reply->bytes + reply->len, rdata, len);
	reply->len += len;
	count_record(reply, 1);
}

void sim_add(struct sim_reply *reply, const char *owner, enum dns_type type, uint32_t ttl,
	const char *data)
{
	struct sim_reply rdata = {.len = 0};

	if (type == DNS_TYPE_A || type == DNS_TYPE_AAAA) {
		struct addr addr = sim_addr(data);

		memcpy(rdata.bytes, addr.bytes, addr_len(&addr));
		rdata.len = addr_len(&addr);
	} else {
		push_name(&rdata, data);
	}
	sim_add_raw(reply, owner, type, ttl, rdata.bytes, rdata.len);
}

void sim_add_soa(struct sim_reply *reply, const char *owner, uint32_t ttl, uint32_t minimum)
{
	push_record(reply, owner, DNS_TYPE_SOA, ttl, 1 + 1 + 20);
	push_name(reply, "");
	push_name(reply, "");
	for (unsigned i = 0; i < 4; i++) {
		push32(reply, 1);
	}
	push32(reply, minimum);
	count_record(reply, 2);
}

void sim_add_cookie(struct sim_reply *reply, const uint8_t *cookie, size_t len, unsigned rcode)
{
	push_record(reply, "", DNS_TYPE_OPT, rcode >> 4 << 24, len > 0 ? 4 + len : 0);
	reply->bytes[3] = (uint8_t)((reply->bytes[3] & 0xf0) | (rcode & 0x0f));
	if (len > 0) {
		push16(reply, 10);
		push16(reply, (unsigned)len);
		memcpy(reply->bytes + reply->len, cookie, len);
		reply->len += len;
	}
	count_record(reply, 3);
}

static void add_event(struct scenario *s, int socket, const uint8_t *bytes, size_t len,
	uint64_t delay_ms, bool unreachable)
{
	struct sim_event *event = malloc(sizeof(*event) + len);
	struct sim_event **at = &s->events;

	assert_non_null(event);
	*event = (struct sim_event){.at_ms = s->now_ms + delay_ms,
		.socket = socket,
		.unreachable = unreachable,
		.len = len};
	if (len > 0) {
		memcpy(event->bytes, bytes, len);
	}
	while (*at != NULL && (*at)->at_ms <= event->at_ms) {
		at = &(*at)->next;
	}
	event->next = *at;
	*at = event;
}

void sim_send_on(
	struct scenario *s, int socket, const uint8_t *bytes, size_t len, uint64_t delay_ms)
{
	add_event(s, socket, bytes, len, delay_ms, false);
}

void sim_send(struct scenario *s, const struct sim_query *query, const struct sim_reply *reply,
	uint64_t delay_ms)
{
	add_event(s, query->socket, reply->bytes, reply->len - s->cut, delay_ms, false);
}

void sim_unreachable(struct scenario *s, const struct sim_query *query, uint64_t delay_ms)
{
	add_event(s, query->socket, NULL, 0, delay_ms, true);
}

void sim_rcode(struct scenario *s, const struct sim_query *query, unsigned rcode, uint64_t delay_ms)
{
	struct sim_reply *reply = calloc(1, sizeof(*reply));

	assert_non_null(reply);
	sim_begin(reply, query, rcode);
	sim_send(s, query, reply, delay_ms);
	free(reply);
}

/* Names are compared without their final dot. */
static bool owner_is(const char *owner, const char *name)
{
	size_t len = strlen(owner);

	return strncasecmp(owner, name, len) == 0 && strcmp(name + len, ".") == 0;
}

void sim_answer(struct scenario *s, const struct sim_query *query, uint64_t delay_ms)
{
	struct sim_reply *reply = calloc(1, sizeof(*reply));
	bool exists = false;
	bool answered = false;

	assert_non_null(reply);
	for (size_t i = 0; i < s->record_count; i++) {
		exists = exists || owner_is(s->records[i].owner, query->name);
	}
	sim_begin(reply, query, exists ? RCODE_OK : RCODE_NXDOMAIN);
	for (size_t i = 0; i < s->record_count; i++) {
		const struct sim_record *r = &s->records[i];

		if (owner_is(r->owner, query->name) &&
			(r->type == query->type || r->type == DNS_TYPE_CNAME)) {
			sim_add(reply, r->owner, r->type, r->ttl, r->data);
			answered = true;
		}
	}
	reply->bytes[3] |= s->authentic ? 0x20 : 0;
	if (!answered) {
		sim_add_soa(reply, "", 60, 60);
	}
	sim_send(s, query, reply, delay_ms);
	free(reply);
}

static uint64_t sim_now_ms(void *ctx)
{
	return ((struct scenario *)ctx)->now_ms;
}

static uint64_t sim_now_us(void *ctx)
{
	return sim_now_ms(ctx) * 1000;
}

static void sim_wake(void *ctx)
{
	((struct scenario *)ctx)->woken++;
}

static int sim_acquire(void *ctx, size_t upstream, enum dns_way way, struct random_pool *random)
{
	struct scenario *s = ctx;

	if (way != DNS_WAY_UDP && s->tcp_room > 0 && s->tcp_acquired >= s->tcp_room) {
		return DNS_SOCKET_BUSY;
	}
	s->acquired++;
	if (way != DNS_WAY_UDP) {
		s->tcp_acquired++;
		s->connections += way == DNS_WAY_TCP_FRESH;
		return FIRST_CONNECTION +
		       (int)(upstream * CONNECTIONS_EACH + s->connections % CONNECTIONS_EACH);
	}
	return (int)(upstream * SOCKETS_EACH + random_below(random, SOCKETS_EACH));
}

static void sim_release(void *ctx, int socket)
{
	struct scenario *s = ctx;

	s->acquired--;
	s->tcp_acquired -= socket >= FIRST_CONNECTION;
}

static void read_query(struct sim_query *q, const uint8_t *bytes, size_t len)
{
	size_t at = 12;
	char *name = q->name;

	assert_in_range(len, 17, sizeof(q->bytes));
	memcpy(q->bytes, bytes, len);
	q->len = len;
	q->ad = (bytes[3] & 0x20) != 0;
	assert_int_equal(bytes[2], 1);
	assert_int_equal(bytes[3], q->ad ? 0x20 : 0);
	assert_memory_equal(bytes + 4, "\x00\x01\x00\x00\x00\x00\x00", 7);
	while (bytes[at] != 0) {
		for (size_t i = 1; i <= bytes[at]; i++) {
			*name++ = ascii_lower((char)bytes[at + i]);
		}
		*name++ = '.';
		at += 1u + bytes[at];
	}
	*name = '\0';
	q->type = (uint16_t)(bytes[at + 1] << 8 | bytes[at + 2]);
	q->question_len = at + 5 - 12;
	q->edns = bytes[11] == 1;
	at += 5;
	if (q->edns && len > at + 11) {
		q->cookie_len = len - (at + 15);
		assert_in_range(q->cookie_len, 8, 40);
		assert_int_equal(bytes[at + 10], q->cookie_len + 4);
		assert_memory_equal(bytes + at + 11, "\0\12\0", 3);
		assert_int_equal(bytes[at + 14], q->cookie_len);
		memcpy(q->cookie, bytes + at + 15, q->cookie_len);
		at += 4 + q->cookie_len;
	}
	assert_int_equal(len, at + (q->edns ? 11 : 0));
}

static enum dns_sent sim_transmit(void *ctx, int socket, const uint8_t *bytes, size_t len)
{
	struct scenario *s = ctx;
	bool tcp = socket >= FIRST_CONNECTION;
	size_t upstream = tcp ? (size_t)(socket - FIRST_CONNECTION) / CONNECTIONS_EACH
			      : (size_t)socket / SOCKETS_EACH;

	if (s->unreachable[upstream]) {
		return DNS_SENT_UNREACHABLE;
	}
	assert_true(s->query_count < SCENARIO_QUERIES);
	struct sim_query *q = &s->queries[s->query_count++];

	*q = (struct sim_query){
		.at_ms = s->now_ms, .upstream = upstream, .socket = socket, .tcp = tcp};
	read_query(q, bytes, len);
	if (s->behave == NULL || !s->behave(s, q)) {
		sim_answer(s, q, 0);
	}
	return DNS_SENT;
}

void scenario_init(struct scenario *s)
{
	*s = (struct scenario){
		.settings = {.nameserver_count = 1,
			.timeout_ms = 500,
			.attempts = 3,
			.lookup_timeout_ms = 2500,
			.max_ptr = 10,
			.min_ttl_s = 5,
			.max_ttl_s = 3600,
			.negative_max_ttl_s = 900,
			.edns_size = 1232,
			.case_randomization = true,
			.max_in_flight = 1024,
			.max_in_flight_per_prefix = 64,
			.cache_size = 4 * 1024 * 1024},
		.now_ms = 1000000,
	};
	for (uint8_t i = 0; i < SCENARIO_UPSTREAMS; i++) {
		s->settings.nameservers[i] = (struct endpoint){
			.addr = {.family = ADDR_V4, .bytes = {127, 0, 0, (uint8_t)(i + 1)}},
			.port = 53};
	}
	s->queries = calloc(SCENARIO_QUERIES, sizeof(*s->queries));
	assert_non_null(s->queries);
}

void scenario_start(struct scenario *s)
{
	struct dns_host host = {.network = {sim_acquire, sim_transmit, sim_release, sim_now_us, s},
		.now_ms = sim_now_ms,
		.wake = sim_wake,
		.ctx = s};
	struct diag diag;

	diag_init(&diag);
	s->context = dns_context_new(&s->settings, NULL, &diag);
	assert_non_null(s->context);
	s->engine = dns_core_new(&host, s->context);
	assert_non_null(s->engine);
	diag_clear(&diag);
}

void scenario_start_with_zone(struct scenario *s, const char *zone)
{
	char path[] = "/tmp/doorward-zone-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, zone, strlen(zone)), strlen(zone));
	close(fd);
	s->settings.static_zone = path;
	scenario_start(s);
	s->settings.static_zone = NULL;
	unlink(path);
}

void scenario_end(struct scenario *s)
{
	dns_core_free(s->engine);
	assert_int_equal(s->acquired, 0);
	assert_int_equal(s->tcp_acquired, 0);
	dns_context_unref(s->context);
	while (s->events != NULL) {
		struct sim_event *next = s->events->next;

		free(s->events);
		s->events = next;
	}
	free(s->queries);
}

int scenario_setup(void **state)
{
	struct scenario *s = malloc(sizeof(*s));

	assert_non_null(s);
	scenario_init(s);
	*state = s;
	return 0;
}

int scenario_setup_host(void **state)
{
	scenario_setup(state);
	scenario_record(*state, REVERSE, DNS_TYPE_PTR, 300, "host.example");
	scenario_record(*state, "host.example", DNS_TYPE_A, 300, CLIENT);
	return 0;
}

int scenario_teardown(void **state)
{
	scenario_end(*state);
	free(*state);
	return 0;
}

void scenario_record(
	struct scenario *s, const char *owner, enum dns_type type, uint32_t ttl, const char *data)
{
	assert_true(s->record_count < SCENARIO_RECORDS);
	s->records[s->record_count++] = (struct sim_record){owner, type, ttl, data};
}

static void deliver(struct scenario *s)
{
	struct sim_event *event = s->events;

	s->events = event->next;
	if (event->unreachable) {
		dns_core_unreachable(s->engine, event->socket);
	} else {
		dns_core_receive(s->engine, event->socket, event->bytes, event->len);
	}
	free(event);
}

void scenario_run(struct scenario *s, uint64_t ms)
{
	uint64_t end_ms = s->now_ms + ms;

	for (unsigned turns = 0;; turns++) {
		uint64_t next_ms = dns_core_next(s->engine);

		assert_true(turns < 1000000);
		if (s->events != NULL && s->events->at_ms < next_ms) {
			next_ms = s->events->at_ms;
		}
		if (next_ms == UINT64_MAX) {
			return;
		}
		if (next_ms > end_ms) {
			s->now_ms = end_ms;
			return;
		}
		if (next_ms > s->now_ms) {
			s->now_ms = next_ms;
		}
		while (s->events != NULL && s->events->at_ms <= s->now_ms) {
			deliver(s);
		}
		dns_core_tick(s->engine);
	}
}

size_t sim_asked(const struct scenario *s, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < s->query_count; i++) {
		count += owner_is(name, s->queries[i].name);
	}
	return count;
}

static void lookup_done(void *ctx, const struct dns_fcrdns_result *result)
{
	struct sim_lookup *l = ctx;

	assert_non_null(result);
	dns_fcrdns_result_unref(l->result);
	l->result = result;
	l->calls++;
	l->done_ms = l->s->now_ms;
	l->handle = NULL;
	if (l->then != NULL) {
		l->then(l);
	}
}

void sim_lookup_start(
	struct sim_lookup *l, struct scenario *s, const char *addr, enum dns_fcrdns_mode mode)
{
	struct addr parsed = sim_addr(addr);
	unsigned woken = s->woken;
	unsigned calls = l->calls;

	l->s = s;
	l->handle = dns_fcrdns_start(s->engine, &parsed, mode, NULL, lookup_done, l);
	assert_non_null(l->handle);
	assert_int_equal(l->calls, calls);
	assert_int_equal(s->woken, woken + 1);
}

void sim_lookup_clear(struct sim_lookup *l)
{
	dns_fcrdns_result_unref(l->result);
	l->result = NULL;
}

void sim_lookup_expect(const struct sim_lookup *l, enum dns_fcrdns_status status, const char *names)
{
	char got[8192] = "";
	size_t len = 0;

	assert_int_equal(l->calls, 1);
	for (size_t i = 0; i < l->result->names.count; i++) {
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s", i > 0 ? " " : "",
			l->result->names.items[i].data);
	}
	assert_string_equal(
		dns_fcrdns_status_word(l->result->status), dns_fcrdns_status_word(status));
	assert_string_equal(got, names);
}

uint64_t scenario_expect(struct scenario *s, const char *addr, enum dns_fcrdns_mode mode,
	enum dns_fcrdns_status status, const char *names)
{
	struct sim_lookup l = {.calls = 0};

	sim_lookup_start(&l, s, addr, mode);
	scenario_run(s, s->settings.lookup_timeout_ms);
	sim_lookup_expect(&l, status, names);
	uint64_t life_ms = l.result->expires_ms - l.done_ms;

	sim_lookup_clear(&l);
	return life_ms;
}
