/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* The engine on a real loop with real sockets, against a server in the same loop. */

#include "dns/engine.h"

#include "dns/context.h"
#include "dns/fcrdns.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct dns_settings defaults = {
	.nameserver_count = 1,
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
	.cache_size = 1024 * 1024,
};

/* Answers PTR with "host." and A with 192.0.2.1, for whatever name. */
struct server {
	uv_poll_t poll;
	int fd;
	unsigned queries;
	bool silent;
};

static void daemon_run(uv_poll_t *poll, int status, int events)
{
	static const uint8_t ptr[] = "\xc0\x0c\0\x0c\0\1\0\0\1\x2c\0\x0e\4host\7example";
	static const uint8_t a[] = "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1";
	struct server *server = poll->data;
	struct sockaddr_storage peer;
	socklen_t peer_len = sizeof(peer);
	uint8_t message[1024];
	ssize_t got = recvfrom(server->fd, message, 512, 0, (struct sockaddr *)&peer, &peer_len);

	assert_int_equal(status, 0);
	assert_true(got > 12);
	server->queries++;
	if (server->silent) {
		return;
	}
	size_t at = 12;

	while (message[at] != 0) {
		at += 1u + message[at];
	}
	bool is_ptr = message[at + 2] == 12;

	at += 5;
	memcpy(message + 2, "\x81\x80\0\1\0\1\0\0\0\0", 10);
	memcpy(message + at, is_ptr ? ptr : a, is_ptr ? sizeof(ptr) : sizeof(a) - 1);
	at += is_ptr ? sizeof(ptr) : sizeof(a) - 1;
	assert_int_equal(
		sendto(server->fd, message, at, 0, (struct sockaddr *)&peer, peer_len), at);
}

static void server_start(struct server *server, uv_loop_t *loop, struct endpoint *where)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);

	server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(server->fd >= 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&in, &len), 0);
	assert_true(addr_from_sockaddr((struct sockaddr *)&in, &where->addr));
	where->port = ntohs(in.sin_port);
	assert_int_equal(uv_poll_init(loop, &server->poll, server->fd), 0);
	server->poll.data = server;
	assert_int_equal(uv_poll_start(&server->poll, UV_READABLE, daemon_run), 0);
}

static void server_stop(struct server *server)
{
	if (uv_is_closing((uv_handle_t *)&server->poll)) {
		return;
	}
	uv_poll_stop(&server->poll);
	uv_close((uv_handle_t *)&server->poll, NULL);
	close(server->fd);
}

struct world {
	uv_loop_t loop;
	struct server server;
	struct dns_settings settings;
	struct dns_context *context;
	struct dns_engine *engine;
	unsigned expected; /* results until the engine is closed */
	unsigned verified;
	unsigned others;
};

static struct dns_context *shared_new(
	const struct dns_settings *settings, struct dns_context *previous)
{
	struct diag diag;

	diag_init(&diag);
	struct dns_context *context = dns_context_new(settings, previous, &diag);

	assert_int_equal(diag.errors, context == NULL);
	diag_clear(&diag);
	return context;
}

static void world_start(struct world *w)
{
	*w = (struct world){.settings = defaults};
	assert_int_equal(uv_loop_init(&w->loop), 0);
	server_start(&w->server, &w->loop, &w->settings.nameservers[0]);
	w->context = shared_new(&w->settings, NULL);
	w->engine = dns_engine_new(&w->loop, w->context, NULL);
	assert_non_null(w->engine);
}

/* Nothing may be left on the loop. */
static void world_end(struct world *w)
{
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	dns_context_unref(w->context);
}

static void done(void *ctx, const struct dns_fcrdns_result *result)
{
	struct world *w = ctx;

	if (result->status == DNS_FCRDNS_VERIFIED) {
		assert_string_equal(result->names.items[0].data, "host.example");
		w->verified++;
	} else {
		w->others++;
	}
	dns_fcrdns_result_unref(result);
	if (--w->expected == 0) {
		dns_engine_close(w->engine);
		server_stop(&w->server);
	}
}

static struct dns_fcrdns *start(struct world *w, const char *text)
{
	struct addr addr;

	assert_true(addr_parse(str_view(text), &addr));
	return dns_fcrdns_start(w->engine, &addr, DNS_FCRDNS_DOUBLE, NULL, done, w);
}

static void many_lookups_share_one_engine(void **state)
{
	struct world w;
	char text[32];

	world_start(&w);
	w.expected = 200;
	for (unsigned i = 1; i <= 200; i++) {
		snprintf(text, sizeof(text), "192.0.%u.1", i);
		assert_non_null(start(&w, text));
	}
	world_end(&w);
	assert_int_equal(w.verified, 1);
	assert_int_equal(w.others, 199);
	/* All forward lookups are for one name: it is asked for once, or a few times. */
	assert_in_range(w.server.queries, 201, 250);
}

static void close_in_flight(void **state)
{
	struct world w;

	world_start(&w);
	w.server.silent = true;
	w.expected = 1000;
	for (unsigned i = 0; i < 3; i++) {
		assert_non_null(start(&w, "192.0.2.1"));
		assert_non_null(start(&w, "192.0.2.2"));
		while (w.server.queries < i * 2) {
			uv_run(&w.loop, UV_RUN_ONCE);
		}
		dns_engine_close(w.engine);
		if (i < 2) {
			w.engine = dns_engine_new(&w.loop, w.context, NULL);
			assert_non_null(w.engine);
		}
	}
	server_stop(&w.server);
	world_end(&w);
	assert_int_equal(w.verified + w.others, 0);
}

static void dead_server(void **state)
{
	struct world w;

	world_start(&w);
	server_stop(&w.server);
	w.expected = 2;
	assert_non_null(start(&w, "192.0.2.1"));
	assert_non_null(start(&w, "192.0.2.2"));
	world_end(&w);
	assert_int_equal(w.others, 2);
	assert_int_equal(w.verified, 0);
}

static void shared_cache(void **state)
{
	struct dns_settings settings = defaults;
	struct dns_settings other = defaults;

	settings.nameservers[0] = (struct endpoint){{ADDR_V4, {127, 0, 0, 1}}, 53, 0};
	other.nameservers[0] = (struct endpoint){{ADDR_V4, {127, 0, 0, 2}}, 53, 0};
	struct dns_context *first = shared_new(&settings, NULL);
	struct dns_context *same = shared_new(&settings, first);
	struct dns_context *moved = shared_new(&other, first);

	assert_ptr_equal(dns_context_cache(first), dns_context_cache(same));
	assert_ptr_not_equal(dns_context_cache(first), dns_context_cache(moved));
	settings.max_ttl_s++;
	struct dns_context *longer = shared_new(&settings, first);

	assert_ptr_not_equal(dns_context_cache(first), dns_context_cache(longer));
	dns_context_unref(first);
	assert_int_equal(dns_cache_size(dns_context_cache(same)).bytes,
		dns_cache_size(dns_context_cache(moved)).bytes);
	dns_context_unref(same);
	dns_context_unref(moved);
	dns_context_unref(longer);
	dns_context_unref(NULL);
}

static struct dns_context *shared_with_zone(const char *text, struct dns_context *previous)
{
	struct dns_settings settings = defaults;
	char path[] = "/tmp/doorward-zone-XXXXXX";
	int fd = mkstemp(path);

	settings.nameservers[0] = (struct endpoint){{ADDR_V4, {127, 0, 0, 1}}, 53, 0};
	settings.static_zone = path;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	struct dns_context *context = shared_new(&settings, previous);

	unlink(path);
	return context;
}

static void shared_cache_and_zone(void **state)
{
	struct dns_context *first = shared_with_zone("a.example. 60 IN A 192.0.2.1\n", NULL);
	struct dns_context *same = shared_with_zone("a.example. 60 IN A 192.0.2.1\n", first);
	struct dns_context *changed = shared_with_zone("a.example. 60 IN A 192.0.2.2\n", first);

	assert_ptr_equal(dns_context_cache(first), dns_context_cache(same));
	assert_ptr_not_equal(dns_context_cache(first), dns_context_cache(changed));
	assert_null(shared_with_zone("this is not a zone", NULL));
	dns_context_unref(first);
	dns_context_unref(same);
	dns_context_unref(changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_lookups_share_one_engine),
		cmocka_unit_test(close_in_flight),
		cmocka_unit_test(dead_server),
		cmocka_unit_test(shared_cache),
		cmocka_unit_test(shared_cache_and_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
