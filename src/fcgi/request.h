/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_REQUEST_H
#define DW_FCGI_REQUEST_H

#include "fcgi/pool.h"

/* Bytes of memory that spare requests keep, for parameters that come in pieces. */
#define FCGI_STREAM_KEEP 4096

/* One request, from FCGI_BEGIN_REQUEST to its end. For conn.c alone. */
struct fcgi_request {
	struct fcgi_conn *conn;
	void *app_request;   /* NULL until `request` was called */
	struct list by_conn; /* in conn->requests, or in pool->spare */
	struct list by_age;  /* in pool->incomplete */
	uint64_t since;
	struct fcgi_stream params;
	size_t counted; /* of these, included in pool->incomplete_bytes */
	enum fcgi_params_fault fault;
	enum fcgi_role role;
	uint16_t id;
	bool ready;
	bool stdin_ended;
};

/* A new active request of the connection; NULL when out of memory. */
struct fcgi_request *fcgi_request_take(
	struct fcgi_conn *c, uint16_t id, enum fcgi_role role, uint64_t now);
/*
 * Adds a piece of its parameters, without copying. Beyond max_params the rest is dropped: the
 * beginning mostly shows who sent it.
 */
void fcgi_request_add_params(struct fcgi_request *r, struct str piece);
/* Copies the last piece, before its memory is freed. */
void fcgi_request_keep_params(struct fcgi_request *r);
/* To be called after the memory of its parameters has changed, or they have ended. */
void fcgi_request_count(struct fcgi_request *r);
/*
 * Ends the request; its memory may be reused at once. Returns the application's request, NULL if
 * `request` was not called.
 */
void *fcgi_request_release(struct fcgi_request *r);
/* The active request of this id, or NULL. */
struct fcgi_request *fcgi_request_find(const struct fcgi_conn *c, uint16_t id);
/* The first of a list by_conn, or NULL. */
struct fcgi_request *fcgi_request_first(const struct list *by_conn);

#endif
