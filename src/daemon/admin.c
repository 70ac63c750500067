/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin.h"

#include "base/clock.h"
#include "daemon/admin_host.h"
#include "daemon/admin_page.h"
#include "daemon/admin_response.h"
#include "daemon/admin_write.h"
#include "daemon/documents.h"
#include "daemon/question.h"
#include "http/conn.h"
#include "http/route.h"
#include "log/log.h"
#include "net/server.h"
#include "worker/endpoints.h"

#include <stdlib.h>

#define HEAD_MAX 8192
#define RESPONSE_KEEP 65536 /* bytes of buffer kept between responses */
#define REQUEST_TIMEOUT_MS 2000

struct daemon_admin {
	struct daemon_status status;
	struct worker_pool *pool;
	struct net_server *server; /* NULL: closed */
	struct http_pool http;
	struct net_service service;
	uv_timer_t sampling;
	struct daemon_questions questions;
	struct daemon_admin_writer writer;
	struct bytes document;
	struct bytes response;
	struct bytes why; /* a query is wrong */
};

static bool is_readable(struct str method)
{
	return str_eq_text(method, "GET") || str_eq_text(method, "HEAD");
}

static bool is_change(struct str path)
{
	return daemon_change_at((struct str){path.data, str_find(path, '?')}) != DAEMON_CHANGE_NONE;
}

/* A request that may not be made, by its method. */
static void respond_not_allowed(
	const struct daemon_admin *admin, const struct http_head *head, struct bytes *out)
{
	bool changes = admin->status.writable && is_change(head->path);

	daemon_admin_plain(out, "405 Method Not Allowed",
		changes ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n",
		str_view(changes                 ? "expected POST"
			 : is_change(head->path) ? "this listener only tells, and changes nothing, "
						   "without [server] admin_write = yes"
						 : "expected GET or HEAD"));
}

static void respond_at(struct daemon_admin *admin, struct str path, struct bytes *out)
{
	const struct worker_endpoint_state state = {
		admin->status.metrics, admin->status.live->snapshot, !admin->status.ready};
	struct str plain_path = {path.data, str_find(path, '?')};
	enum page_view view = page_view_at(plain_path);

	switch (http_route(path).place) {
	case HTTP_HEALTHZ:
		worker_endpoint_respond(WORKER_ENDPOINT_HEALTHZ, &state, out);
		return;
	case HTTP_READYZ:
		worker_endpoint_respond(WORKER_ENDPOINT_READYZ, &state, out);
		return;
	case HTTP_METRICS:
		worker_endpoint_respond(WORKER_ENDPOINT_METRICS, &state, out);
		return;
	default:
		break;
	}
	bytes_reset(&admin->document, RESPONSE_KEEP);
	bytes_reset(&admin->why, RESPONSE_KEEP);
	switch (daemon_document_write(&admin->status, path, &admin->document, &admin->why)) {
	case DAEMON_DOCUMENT_WRITTEN:
		daemon_admin_json(out, bytes_view(&admin->document));
		return;
	case DAEMON_DOCUMENT_BAD_QUERY:
		daemon_admin_plain(out, "400 Bad Request", "", bytes_view(&admin->why));
		return;
	case DAEMON_DOCUMENT_OUT_OF_MEMORY:
		out->failed = true;
		return;
	default:
		break;
	}
	if (view != PAGE_NONE) {
		daemon_admin_page_write(view, &admin->status, path, out);
		return;
	}
	daemon_admin_plain(out, "404 Not Found", "",
		str_view("expected /, /status.json, /history.json, /recent.json, /explain.json, "
			 "/whatif.json, /metrics, /healthz or /readyz; decisions are made on the "
			 "listeners for front ends"));
}

static void *on_request(
	void *ctx, struct http_conn *conn, const struct http_head *head, const struct addr *from)
{
	struct daemon_admin *admin = ctx;
	struct bytes *out = &admin->response;

	bytes_reset(out, RESPONSE_KEEP);
	http_close_after(conn);
	admin->status.writable = daemon_admin_write_is_on(admin->status.live);
	if (!daemon_admin_host_is_local(head)) {
		daemon_admin_plain(out, "421 Misdirected Request", "",
			str_view("expected a Host header with an IP address or localhost"));
	} else if (admin->status.writable && is_change(head->path) &&
		   str_eq_text(head->method, "POST")) {
		daemon_admin_write_respond(&admin->writer, conn, head, &admin->status, out);
	} else if (!is_readable(head->method) || is_change(head->path)) {
		respond_not_allowed(admin, head, out);
	} else if (daemon_question_is_one(head->path)) {
		struct daemon_question *question =
			daemon_question_begin(&admin->questions, head->path, conn, out);

		if (question != NULL) {
			return question;
		}
	} else {
		respond_at(admin, head->path, out);
	}
	http_reply(conn, out->failed ? (struct str){NULL, 0} : bytes_view(out));
	return NULL;
}

static void on_abort(void *app_request)
{
	daemon_question_abort(app_request);
}

/* Every peer is treated like a stranger: few at a time, and none for long. */
static bool knows(const void *ctx, const struct addr *from)
{
	return false;
}

/* A worker that has not responded since the last tick is stuck. */
static void on_tick(uv_timer_t *timer)
{
	struct daemon_admin *admin = timer->data;

	daemon_status_sample(&admin->status);
	if (worker_pool_awaits_pong(admin->pool)) {
		admin->status.ready = false;
	} else {
		worker_pool_ping(admin->pool);
	}
}

bool daemon_admin_is_wanted(const struct daemon_sockets *sockets)
{
	bool wanted = false;

	for (size_t i = 0; i < sockets->count; i++) {
		wanted = wanted || sockets->protocols[i] == NET_LISTEN_ADMIN;
	}
	return wanted;
}

static int listen_on_all(struct daemon_admin *admin, const struct daemon_sockets *sockets)
{
	int error = 0;

	for (size_t i = 0; i < sockets->count && error == 0; i++) {
		if (sockets->protocols[i] == NET_LISTEN_ADMIN) {
			error = net_server_listen(admin->server, sockets->fds[i], &admin->service);
		}
	}
	return error;
}

struct daemon_admin *daemon_admin_new(
	uv_loop_t *loop, struct worker_pool *pool, const struct daemon_status *status)
{
	/* Without admin_peers: 127.0.0.0/8, ::1, and no others. */
	static const struct prefix loopback[] = {
		{.addr = {.family = ADDR_V4, .bytes = {127}}, .len = 8},
		{.addr = {.family = ADDR_V6, .bytes = {[15] = 1}}, .len = 128},
	};
	const struct config_server *server = &status->live->first->server;
	bool listed = server->admin_peer_count > 0;
	const struct net_settings settings = {
		.peers = listed ? server->admin_peers : loopback,
		.peer_count = listed ? server->admin_peer_count : ARRAY_LEN(loopback),
		.max_connections = DAEMON_ADMIN_CONNECTIONS * NET_STRANGERS_PART,
		.strangers = "to the admin listener",
		.request_timeout_ms = REQUEST_TIMEOUT_MS,
		.idle_timeout_ms = REQUEST_TIMEOUT_MS,
	};
	struct daemon_admin *admin = calloc(1, sizeof(*admin));

	if (admin == NULL) {
		log_write(LOG_LEVEL_ERROR, "the admin listener: out of memory");
		return NULL;
	}
	const struct http_app app = {.ctx = admin, .request = on_request, .abort = on_abort};

	admin->status = *status;
	admin->pool = pool;
	admin->questions = (struct daemon_questions){.loop = loop, .status = &admin->status};
	bytes_init(&admin->document, 0);
	bytes_init(&admin->response, 0);
	bytes_init(&admin->why, 0);
	admin->status.history = metrics_history_new(status->metrics, clock_ms());
	http_pool_init(&admin->http, &app, HEAD_MAX, clock_wall_s);
	admin->http.max_body = server->admin_write ? DAEMON_ADMIN_BODY_MAX : 0;
	daemon_changes_init(&admin->writer.changes, loop, status->live);
	net_service_init(&admin->service, &http_protocol, &admin->http);
	admin->service.knows = knows;
	admin->server = net_server_new(loop, &settings);
	int error = admin->server != NULL && admin->status.history != NULL
			    ? listen_on_all(admin, status->sockets)
			    : UV_ENOMEM;

	uv_timer_init(loop, &admin->sampling);
	admin->sampling.data = admin;
	uv_timer_start(&admin->sampling, on_tick, 0, DAEMON_STATUS_SAMPLE_MS);
	if (error != 0) {
		log_write(LOG_LEVEL_ERROR, "the admin listener: %s", uv_strerror(error));
		daemon_admin_close(admin);
	}
	return admin;
}

void daemon_admin_responded(struct daemon_admin *admin)
{
	if (admin != NULL) {
		admin->status.ready = true;
	}
}

void daemon_admin_turn(struct daemon_admin *admin)
{
	net_server_turn(admin->server, true);
}

void daemon_admin_close(struct daemon_admin *admin)
{
	if (admin->server != NULL) {
		net_server_close(admin->server);
		admin->server = NULL;
	}
	uv_close((uv_handle_t *)&admin->sampling, NULL);
	daemon_changes_close(&admin->writer.changes);
}

bool daemon_admin_is_closed(const struct daemon_admin *admin)
{
	return admin == NULL || admin->server == NULL;
}

void daemon_admin_free(struct daemon_admin *admin)
{
	if (admin != NULL) {
		bytes_clear(&admin->document);
		bytes_clear(&admin->response);
		bytes_clear(&admin->why);
		metrics_history_free(admin->status.history);
		free(admin);
	}
}
