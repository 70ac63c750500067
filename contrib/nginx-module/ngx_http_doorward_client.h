/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef NGX_HTTP_DOORWARD_CLIENT_H
#define NGX_HTTP_DOORWARD_CLIENT_H

#include "ngx_http_doorward.h"

/*
 * Between ngx_http_doorward_client.c, which has questions, and ngx_http_doorward_connection.c,
 * which has connections. All of it is a worker's own: the state in a server is used after the fork
 * only.
 */

/* doorward's own limit of requests on a connection, max_requests_per_connection. */
#define NGX_HTTP_DOORWARD_SLOTS 64
#define NGX_HTTP_DOORWARD_CONNECTIONS 16 /* to one server */
#define NGX_HTTP_DOORWARD_QUESTIONS (NGX_HTTP_DOORWARD_SLOTS * NGX_HTTP_DOORWARD_CONNECTIONS)
/* One client, whatever it claims, leaves room for others. */
#define NGX_HTTP_DOORWARD_QUESTIONS_OF_ONE (NGX_HTTP_DOORWARD_QUESTIONS / 4)
#define NGX_HTTP_DOORWARD_TRIES 2
#define NGX_HTTP_DOORWARD_RESPONSE_MAX 65536
#define NGX_HTTP_DOORWARD_BACKOFF_MIN 100 /* ms */
#define NGX_HTTP_DOORWARD_BACKOFF_MAX 500 /* ms */
#define NGX_HTTP_DOORWARD_POLL 500        /* ms between two questions for the generation */

typedef struct ngx_http_doorward_connection_s ngx_http_doorward_connection_t;

typedef struct {
	ngx_addr_t addr;
	ngx_msec_t retry_at; /* if backoff > 0 */
	ngx_msec_t backoff;  /* 0: the last attempt succeeded */
	ngx_int_t slot;      /* in the zone; NGX_ERROR: none */
} ngx_http_doorward_peer_t;

#define NGX_HTTP_DOORWARD_BUCKETS 256
#define NGX_HTTP_DOORWARD_IDENTITIES 4096

struct ngx_http_doorward_server_s {
	ngx_str_t name;    /* its addresses, joined by blanks */
	ngx_array_t peers; /* ngx_http_doorward_peer_t */
	ngx_log_t *log;

	ngx_queue_t connections;
	ngx_uint_t connection_count;

	ngx_queue_t buckets[NGX_HTTP_DOORWARD_BUCKETS]; /* open questions by key */
	ngx_uint_t question_count;
	/* Of these by the hash of the identity; clients with one hash share a number. */
	uint32_t by_identity[NGX_HTTP_DOORWARD_IDENTITIES];
	ngx_queue_t waiting;  /* questions without a connection */
	ngx_queue_t answered; /* questions whose waiters have to be told */
	ngx_event_t answered_event;
	ngx_event_t retry_event;
	ngx_event_t poll_event;
	ngx_http_doorward_main_conf_t *dmcf; /* NULL: there is no zone */
	ngx_msec_t down_since;               /* if down */
	unsigned down : 1;    /* the last attempt to connect to any of the peers failed */
	unsigned started : 1; /* the state above is this worker's */
};

/* A question; it may have lost all its waiters, and is answered all the same. */
struct ngx_http_doorward_question_s {
	/* An event's data begins like an ngx_connection_t: a debug log reads its fd. */
	ngx_http_doorward_server_t *server;
	ngx_http_doorward_connection_t *connection; /* NULL: waits for one, or is answered */
	ngx_http_doorward_loc_conf_t *conf;
	ngx_int_t ident;

	ngx_queue_t by_key;
	ngx_queue_t queue; /* in waiting or answered */
	ngx_queue_t waiters;
	ngx_event_t timer;

	ngx_http_doorward_key_t key;
	ngx_http_doorward_hash_t identity;
	ngx_str_t params;
	ngx_uint_t slot;
	ngx_uint_t tries;
	ngx_msec_t begun;
	ngx_msec_t sent;

	u_char *response;
	size_t response_len;
	size_t response_size;

	/*
	 * Of the zone: NGX_ERROR: not kept; and the generation that its own connection had told
	 * when it was sent. Another connection may have told a later one, which its server does not
	 * have yet.
	 */
	ngx_int_t zone_slot;
	uint64_t generation;

	ngx_http_doorward_outcome_e outcome;
	unsigned shared : 1; /* is in a bucket: others may wait for it, too */
	unsigned queued : 1;
};

/* Ends a question, whose waiters are told later. */
void ngx_http_doorward_question_end(
	ngx_http_doorward_question_t *question, ngx_http_doorward_outcome_e outcome);
/* The connection of a question is gone: asks again, or ends it. */
void ngx_http_doorward_question_lost(ngx_http_doorward_question_t *question);
/* Keeps a piece of its response. */
void ngx_http_doorward_question_take(
	ngx_http_doorward_question_t *question, ngx_http_doorward_text_t piece);

/* A connection with room for a question: open, or opened now. NULL: it has none. */
ngx_http_doorward_connection_t *ngx_http_doorward_connection_get(
	ngx_http_doorward_server_t *server);
/* Sends a question. NGX_ERROR: no memory. */
ngx_int_t ngx_http_doorward_connection_send(
	ngx_http_doorward_connection_t *connection, ngx_http_doorward_question_t *question);
/* The time of a question is up: its response, should it come, is dropped. */
void ngx_http_doorward_connection_give_up(ngx_http_doorward_question_t *question);
/* When the next attempt to connect is due, in ms from now. */
ngx_msec_t ngx_http_doorward_connection_retry_in(ngx_http_doorward_server_t *server);
/* Asks for the generation on each connection. */
void ngx_http_doorward_connections_poll(ngx_http_doorward_server_t *server);
void ngx_http_doorward_connections_close(ngx_http_doorward_server_t *server);

#endif
