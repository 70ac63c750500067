/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin_write.h"

#include "base/clock.h"
#include "config/admin_token.h"
#include "daemon/admin_page.h"
#include "daemon/admin_response.h"
#include "log/log.h"
#include "net/credentials.h"

#include <inttypes.h>
#include <stdio.h>

#define ARENA_CHUNK 1024
#define WHO_MAX 64
#define UNAUTHORIZED "401 Unauthorized"

bool daemon_admin_write_is_on(const struct daemon_live_config *live)
{
	return live->first->server.admin_write && live->snapshot->config->server.admin_write;
}

static void name_peer(const struct http_conn *conn, char out[WHO_MAX])
{
	uid_t uid;

	if (conn->from.family != ADDR_NONE) {
		addr_format(&conn->from, out);
	} else if (net_credentials_uid(&conn->net, &uid)) {
		snprintf(out, WHO_MAX, "uid:%" PRIuMAX, (uintmax_t)uid);
	} else {
		snprintf(out, WHO_MAX, "unix");
	}
}

/* Whether the request does not say that a page of another site makes it. */
static bool is_of_this_site(const struct http_head *head)
{
	struct str host = http_head_value(head, "Host");
	struct str origin = http_head_value(head, "Origin");
	struct str site = http_head_value(head, "Sec-Fetch-Site");

	if (http_head_count(head, "Origin") > 1 || http_head_count(head, "Sec-Fetch-Site") > 1 ||
		(site.data != NULL && !str_eq_text(site, "same-origin"))) {
		return false;
	}
	return origin.data == NULL || (host.data != NULL && str_starts_with(origin, "http://") &&
					      str_eq_nocase(str_from(origin, 7), host));
}

/* Without the parameters. */
static bool is_form(const struct http_head *head)
{
	struct str type = http_head_value(head, "Content-Type");
	struct str media = {type.data, str_find(type, ';')};

	return http_head_count(head, "Content-Type") == 1 &&
	       str_eq_nocase(str_trim(media), str_view("application/x-www-form-urlencoded"));
}

static bool fail(
	struct page_outcome *outcome, const char *status, const char *more, const char *told)
{
	*outcome = (struct page_outcome){status, more, str_view(told)};
	return false;
}

/* Whether it depends on the token alone what the request gets. */
static bool is_well_formed(const struct http_head *head, struct page_outcome *outcome)
{
	if (str_find(head->path, '?') < head->path.len) {
		return fail(outcome, "400 Bad Request", "",
			"expected no query: the parameters come in the body, and the token there "
			"or "
			"in Authorization: Bearer");
	}
	if (!is_of_this_site(head)) {
		return fail(outcome, "403 Forbidden", "",
			"Origin or Sec-Fetch-Site names another site: expected the page of this "
			"listener, or a program that sends neither");
	}
	if (head->body && head->content.data == NULL) {
		return head->length > 0 ? fail(outcome, "413 Content Too Large", "",
						  "expected a body of at most 4096 bytes")
					: fail(outcome, "411 Length Required", "",
						  "expected Content-Length, not a body in chunks");
	}
	return is_form(head) || fail(outcome, "415 Unsupported Media Type", "",
					"expected Content-Type: application/x-www-form-urlencoded");
}

/* The token that came, in one of the two places. */
static bool find_token(const struct http_head *head, const struct http_query *query,
	struct str *token, struct page_outcome *outcome)
{
	struct str header = http_head_value(head, "Authorization");
	struct str field = http_query_value(query, "token");
	struct str scheme = str_take_word(&header);
	size_t count = http_head_count(head, "Authorization");

	if (count + (field.data != NULL ? 1 : 0) > 1) {
		return fail(outcome, "400 Bad Request", "",
			"expected one token: in Authorization: Bearer, or in the body");
	}
	*token = count > 0 ? header : field;
	if (token->len == 0 || (count > 0 && !str_eq_nocase(scheme, str_view("Bearer")))) {
		return fail(outcome, UNAUTHORIZED, "WWW-Authenticate: Bearer\r\n",
			"expected the token of admin_token_file, in Authorization: Bearer or as "
			"token of the body");
	}
	return true;
}

static bool is_right(const struct config *config, struct str given, struct page_outcome *outcome)
{
	struct bytes token;
	struct diag diag;

	diag_init(&diag);
	bytes_init(&token, 0);
	bool right = true;

	if (!config_admin_token_read(config->server.admin_token_file, &token, &diag)) {
		log_diag(&diag);
		right = fail(outcome, "503 Service Unavailable", "",
			"admin_token_file cannot be used (see the log)");
	} else if (!config_admin_token_is(given, bytes_view(&token))) {
		right = fail(outcome, UNAUTHORIZED,
			"WWW-Authenticate: Bearer error=\"invalid_token\"\r\n",
			"this is not the token of admin_token_file");
	}
	bytes_wipe(&token);
	diag_clear(&diag);
	return right;
}

/* Of a program with a header, and of the page's form. */
static void respond(const struct http_head *head, const struct daemon_status *status,
	const struct page_outcome *outcome, struct bytes *out)
{
	if (http_head_count(head, "Authorization") > 0 || head->content.data == NULL) {
		daemon_admin_plain(out, outcome->status, outcome->more, outcome->told);
	} else {
		daemon_admin_page_outcome(status, outcome, out);
	}
}

static void refuse(struct daemon_admin_writer *writer, const char *who,
	const struct http_head *head, const struct daemon_status *status,
	const struct page_outcome *outcome, struct bytes *out)
{
	struct str path = {head->path.data, str_find(head->path, '?')};

	log_limited(&writer->refused, LOG_LEVEL_WARNING, clock_ms(),
		"admin: %s: POST %.*s is refused: %.*s", who, (int)path.len, path.data,
		(int)outcome->told.len, outcome->told.data);
	respond(head, status, outcome, out);
}

static void make(struct daemon_admin_writer *writer, enum daemon_change change,
	const struct daemon_change_request *request, const struct http_head *head,
	const struct daemon_status *status, struct bytes *out)
{
	struct bytes told;

	bytes_init(&told, 0);
	const char *made = daemon_change_make(&writer->changes, change, request, &told);
	const struct page_outcome outcome = {made, "", bytes_view(&told)};

	respond(head, status, &outcome, out);
	out->failed = out->failed || told.failed;
	bytes_clear(&told);
}

void daemon_admin_write_respond(struct daemon_admin_writer *writer, const struct http_conn *conn,
	const struct http_head *head, const struct daemon_status *status, struct bytes *out)
{
	enum daemon_change change =
		daemon_change_at((struct str){head->path.data, str_find(head->path, '?')});
	struct page_outcome outcome;
	struct http_query query;
	struct arena arena;
	struct bytes why;
	struct str token;
	char who[WHO_MAX];

	name_peer(conn, who);
	if (!is_well_formed(head, &outcome)) {
		refuse(writer, who, head, status, &outcome, out);
		return;
	}
	arena_init(&arena, ARENA_CHUNK);
	bytes_init(&why, 0);
	if (!http_query_read_form(
		    head->content, daemon_change_parameters(change), &arena, &query, &why)) {
		daemon_admin_plain(out, "400 Bad Request", "", bytes_view(&why));
	} else if (!find_token(head, &query, &token, &outcome) ||
		   !is_right(status->live->snapshot->config, token, &outcome)) {
		refuse(writer, who, head, status, &outcome, out);
	} else {
		const struct daemon_change_request request = {
			&query, str_view(who), conn->from, &arena};

		make(writer, change, &request, head, status, out);
	}
	bytes_clear(&why);
	arena_clear(&arena);
}
