/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/question.h"

#include "authz/authz.h"
#include "authz/described.h"
#include "authz/described_certs.h"
#include "base/clock.h"
#include "daemon/admin_page.h"
#include "daemon/admin_response.h"
#include "explain/explain.h"
#include "explain/replay.h"
#include "http/query.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK 4096

struct daemon_question {
	struct daemon_questions *owner;
	struct http_conn *conn; /* NULL: it is answered, or its peer has left */
	struct authz_snapshot *snapshot;
	struct authz_env env;
	struct authz *authz;
	struct explain explain;
	struct arena arena;
	struct explain_replay then; /* of /explain.json */
	bool is_replay;
	struct authz_given_cert cert; /* of /whatif.json */
	enum page_view view;          /* PAGE_NONE: the document itself is asked for */
	struct str target;            /* in the arena */
	uv_timer_t timeout;
};

static void on_closed(uv_handle_t *handle)
{
	struct daemon_question *q = handle->data;

	authz_snapshot_unref(q->snapshot);
	arena_clear(&q->arena);
	free(q);
}

/* Ends it, decided or not; the rest is freed once the timer is closed. */
static void end(struct daemon_question *q)
{
	q->conn = NULL;
	q->owner->in_flight--;
	authz_free(q->authz);
	authz_env_clear(&q->env);
	explain_clear(&q->explain);
	uv_close((uv_handle_t *)&q->timeout, on_closed);
}

static void write_decided(const struct daemon_question *q, struct bytes *out)
{
	struct bytes document;

	bytes_init(&document, 0);
	explain_json(
		&q->explain, authz_decision(q->authz), q->is_replay ? &q->then : NULL, &document);
	daemon_admin_json(out, bytes_view(&document));
	out->failed = out->failed || document.failed;
	bytes_clear(&document);
}

static void reply(struct daemon_question *q, struct bytes *out)
{
	struct http_conn *conn = q->conn;

	daemon_admin_page_wrap(q->view, q->owner->status, q->target, out);
	end(q);
	http_reply(conn, out->failed ? (struct str){NULL, 0} : bytes_view(out));
}

static void on_decided(void *ctx)
{
	struct daemon_question *q = ctx;
	struct bytes out;

	bytes_init(&out, 0);
	write_decided(q, &out);
	reply(q, &out);
	bytes_clear(&out);
}

static void on_timeout(uv_timer_t *timer)
{
	struct daemon_question *q = timer->data;
	struct bytes out;

	bytes_init(&out, 0);
	daemon_admin_plain(&out, "504 Gateway Timeout", "",
		str_view("DNS has not answered in time; doorward check waits for it"));
	reply(q, &out);
	bytes_clear(&out);
}

/* False, after "NAME: expected EXPECTED, not VALUE". */
static bool refuse(
	struct bytes *why, const char *name, const char *expected, const struct http_query *query)
{
	struct str value = http_query_value(query, name);

	bytes_appendf(why, "%s: expected %s, ", name, expected);
	bytes_append_text(why, value.len > 0 ? "not " : "which is missing");
	bytes_append_visible(why, value);
	return false;
}

/* The client's certificate, and the intermediates behind it. */
static bool read_certificate(
	struct daemon_question *q, const struct http_query *query, struct bytes *why)
{
	struct str text = http_query_value(query, "cert");
	struct str status = http_query_value(query, "verify_status");

	if (text.len == 0 && status.len == 0) {
		return true;
	}
	if (text.len == 0) {
		bytes_append_text(why, "verify_status: expected cert beside it");
		return false;
	}
	const char *wrong = authz_described_certs(text, SIZE_MAX, &q->arena, &q->cert.chain);

	if (wrong != NULL) {
		bytes_appendf(why, "cert: %s", wrong);
		return false;
	}
	q->cert.status = status;
	authz_request(q->authz)->given_cert = &q->cert;
	return true;
}

/* What /whatif.json describes; false with a sentence in *why. */
static bool read_described(struct daemon_question *q, const struct http_query *query,
	struct str values[AUTHZ_INPUT_CERT], struct bytes *why)
{
	static const struct {
		const char *name;
		enum authz_input_name input;
	} parameters[] = {
		{"ip", AUTHZ_INPUT_REMOTE_ADDR},
		{"policy", AUTHZ_INPUT_DOORWARD_POLICY},
		{"user_agent", AUTHZ_INPUT_USER_AGENT},
		{"uri", AUTHZ_INPUT_REQUEST_URI},
		{"method", AUTHZ_INPUT_REQUEST_METHOD},
		{"http_host", AUTHZ_INPUT_HOST},
	};
	struct authz_request *request = authz_request(q->authz);
	struct str agent = http_query_value(query, "agent");
	struct str at = http_query_value(query, "at");
	struct addr addr;

	if (!addr_parse(http_query_value(query, "ip"), &addr)) {
		return refuse(why, "ip", "an address", query);
	}
	if (agent.len > 0 && !authz_described_agent(agent, &q->arena, &request->given_agent)) {
		return refuse(why, "agent", AUTHZ_DESCRIBED_AGENT, query);
	}
	if (at.len > 0 && !clock_parse(at, &request->wall_s)) {
		return refuse(why, "at", "an RFC 3339 time such as 2026-11-21T17:12:00Z", query);
	}
	for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
		values[parameters[i].input] = http_query_value(query, parameters[i].name);
	}
	return read_certificate(q, query, why);
}

/* The recent decision that /explain.json names; false after the response was written. */
static bool read_recent(struct daemon_question *q, struct str id, struct bytes *out)
{
	struct recent *recent = q->owner->status->recent;
	struct bytes line;
	struct bytes why;

	if (!authz_request_id_is_one(id)) {
		daemon_admin_plain(out, "400 Bad Request", "",
			str_view("id: expected the 24 hexadecimal digits of X-Doorward-Id"));
		return false;
	}
	bytes_init(&line, 0);
	bytes_init(&why, 0);
	bool found = recent != NULL && recent_find(recent, id, &line);
	bool good = found && explain_replay_read(bytes_view(&line), &q->arena, &q->then, &why);

	if (!found) {
		daemon_admin_plain(out, "404 Not Found", "",
			str_view("that decision is not among the recent ones ([server] recent); "
				 "doorward check --id finds it in the log"));
	} else if (!good) {
		daemon_admin_plain(out, "409 Conflict", "", bytes_view(&why));
	}
	bytes_clear(&line);
	bytes_clear(&why);
	q->is_replay = good;
	authz_request(q->authz)->given_agent = q->then.agent;
	return good;
}

/* What is asked, into `values`; false after the response was written. */
static bool read_target(struct daemon_question *q, struct str target,
	struct str values[AUTHZ_INPUT_CERT], struct bytes *out)
{
	static const char *const explain_names[] = {"id", NULL};
	static const char *const whatif_names[] = {"ip", "policy", "user_agent", "uri", "method",
		"http_host", "agent", "cert", "verify_status", "at", NULL};
	bool is_explain = q->view == PAGE_WHY || str_starts_with(target, "/explain.json");
	struct http_query query;
	struct bytes why;

	bytes_init(&why, 0);
	bool good = http_query_read(
		target, is_explain ? explain_names : whatif_names, &q->arena, &query, &why);

	good = good && (is_explain || read_described(q, &query, values, &why));
	if (!good) {
		daemon_admin_plain(out, "400 Bad Request", "", bytes_view(&why));
	} else if (is_explain) {
		good = read_recent(q, http_query_value(&query, "id"), out);
		memcpy(values, q->then.values, good ? sizeof(q->then.values) : 0);
	}
	bytes_clear(&why);
	return good;
}

static enum page_view view_of(struct str target)
{
	enum page_view view = page_view_at((struct str){target.data, str_find(target, '?')});

	return view == PAGE_WHY || view == PAGE_WHATIF ? view : PAGE_NONE;
}

bool daemon_question_is_one(struct str target)
{
	struct str path = {target.data, str_find(target, '?')};

	return str_eq_text(path, "/explain.json") || str_eq_text(path, "/whatif.json") ||
	       (view_of(target) != PAGE_NONE && path.len + 1 < target.len);
}

static struct daemon_question *question_new(struct daemon_questions *owner, struct http_conn *conn)
{
	struct daemon_question *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		return NULL;
	}
	q->owner = owner;
	q->conn = conn;
	q->authz = authz_new();
	q->snapshot = authz_snapshot_ref(owner->status->live->snapshot);
	if (q->authz == NULL || !authz_env_init(&q->env, owner->loop, q->snapshot, NULL, NULL)) {
		authz_free(q->authz);
		authz_snapshot_unref(q->snapshot);
		free(q);
		return NULL;
	}
	arena_init(&q->arena, ARENA_CHUNK);
	explain_init(&q->explain);
	q->explain.has_store = config_has_store(q->snapshot->config);
	uv_timer_init(owner->loop, &q->timeout);
	q->timeout.data = q;
	owner->in_flight++;
	return q;
}

static struct daemon_question *begin(struct daemon_questions *questions, struct str target,
	struct http_conn *conn, struct bytes *out)
{
	struct str values[AUTHZ_INPUT_CERT] = {{NULL, 0}};

	if (questions->in_flight == DAEMON_QUESTIONS) {
		daemon_admin_plain(out, "503 Service Unavailable", "Retry-After: 1\r\n",
			str_view("other questions are being decided"));
		return NULL;
	}
	struct daemon_question *q = question_new(questions, conn);

	if (q == NULL) {
		daemon_admin_plain(out, "503 Service Unavailable", "",
			str_view("out of memory or descriptors"));
		return NULL;
	}
	q->view = view_of(target);
	q->target = arena_dup(&q->arena, target);

	struct authz_request *request = authz_request(q->authz);

	request->wall_s = clock_wall_s();
	if (!read_target(q, target, values, out)) {
		end(q);
		return NULL;
	}
	authz_described_inputs(&request->input, &q->snapshot->config->frontend, values);
	request->trace = &q->explain.trace;
	request->is_trial = true;
	if (authz_start(q->authz, &q->env, on_decided, q) == AUTHZ_WAIT) {
		uv_timer_start(&q->timeout, on_timeout, DAEMON_QUESTION_MS, 0);
		return q;
	}
	write_decided(q, out);
	end(q);
	return NULL;
}

struct daemon_question *daemon_question_begin(struct daemon_questions *questions, struct str target,
	struct http_conn *conn, struct bytes *out)
{
	struct daemon_question *q = begin(questions, target, conn, out);

	if (q == NULL) {
		daemon_admin_page_wrap(view_of(target), questions->status, target, out);
	}
	return q;
}

void daemon_question_abort(struct daemon_question *q)
{
	end(q);
}
