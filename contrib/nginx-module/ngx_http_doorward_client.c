/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_client.h"

/* Questions: asked once for all that wait for the same answer, asked again once, ended in time. */

static void timeout_handler(ngx_event_t *ev);
static void answered_handler(ngx_event_t *ev);
static void retry_handler(ngx_event_t *ev);

const ngx_str_t *ngx_http_doorward_server_name(const ngx_http_doorward_server_t *server)
{
	return &server->name;
}

static ngx_int_t add_peers(ngx_conf_t *cf, ngx_http_doorward_server_t *server, ngx_str_t *address)
{
	ngx_url_t url;

	ngx_memzero(&url, sizeof(url));
	url.url = *address;
	if (ngx_parse_url(cf->pool, &url) != NGX_OK) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in doorward_server \"%V\"",
			url.err != NULL ? url.err : "no memory", address);
		return NGX_ERROR;
	}
	if (url.family != AF_UNIX && url.no_port) {
		ngx_conf_log_error(
			NGX_LOG_EMERG, cf, 0, "no port in doorward_server \"%V\"", address);
		return NGX_ERROR;
	}
	for (ngx_uint_t i = 0; i < url.naddrs; i++) {
		ngx_http_doorward_peer_t *peer = ngx_array_push(&server->peers);

		if (peer == NULL) {
			return NGX_ERROR;
		}
		ngx_memzero(peer, sizeof(*peer));
		peer->addr = url.addrs[i];
		peer->slot = NGX_ERROR;
	}
	return NGX_OK;
}

static ngx_int_t join(ngx_conf_t *cf, ngx_str_t *addresses, ngx_uint_t n, ngx_str_t *name)
{
	size_t len = 0;
	u_char *p;

	for (ngx_uint_t i = 0; i < n; i++) {
		len += addresses[i].len + 1;
	}
	name->data = p = ngx_pnalloc(cf->pool, len);
	if (p == NULL) {
		return NGX_ERROR;
	}
	for (ngx_uint_t i = 0; i < n; i++) {
		p = ngx_cpymem(p, addresses[i].data, addresses[i].len);
		*p++ = ' ';
	}
	name->len = len - 1;
	return NGX_OK;
}

ngx_http_doorward_server_t *ngx_http_doorward_server_add(
	ngx_conf_t *cf, ngx_str_t *addresses, ngx_uint_t n)
{
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);
	ngx_http_doorward_server_t **servers = dmcf->servers.elts;
	ngx_http_doorward_server_t **place;
	ngx_http_doorward_server_t *server;
	ngx_str_t name;

	if (join(cf, addresses, n, &name) != NGX_OK) {
		return NULL;
	}
	for (ngx_uint_t i = 0; i < dmcf->servers.nelts; i++) {
		if (servers[i]->name.len == name.len &&
			ngx_memcmp(servers[i]->name.data, name.data, name.len) == 0) {
			return servers[i];
		}
	}
	place = ngx_array_push(&dmcf->servers);
	server = ngx_pcalloc(cf->pool, sizeof(*server));
	if (place == NULL || server == NULL ||
		ngx_array_init(&server->peers, cf->pool, n, sizeof(ngx_http_doorward_peer_t)) !=
			NGX_OK) {
		return NULL;
	}
	*place = server;
	server->name = name;
	server->log = &cf->cycle->new_log;
	for (ngx_uint_t i = 0; i < n; i++) {
		if (add_peers(cf, server, &addresses[i]) != NGX_OK) {
			return NULL;
		}
	}
	return server;
}

/* The state of this worker, at its first question. */
static void start(ngx_http_doorward_server_t *server)
{
	if (server->started) {
		return;
	}
	server->started = 1;
	server->log = ngx_cycle->log;
	ngx_queue_init(&server->connections);
	ngx_queue_init(&server->waiting);
	ngx_queue_init(&server->answered);
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_BUCKETS; i++) {
		ngx_queue_init(&server->buckets[i]);
	}
	server->answered_event.handler = answered_handler;
	server->answered_event.data = server;
	server->answered_event.log = server->log;
	server->retry_event.handler = retry_handler;
	server->retry_event.data = server;
	server->retry_event.log = server->log;
}

static ngx_queue_t *bucket_of(
	ngx_http_doorward_server_t *server, const ngx_http_doorward_key_t *key)
{
	return &server->buckets[key->word[0] % NGX_HTTP_DOORWARD_BUCKETS];
}

/* An open question with this key that ends no later than one that is asked now must. */
static ngx_http_doorward_question_t *find(ngx_http_doorward_server_t *server,
	const ngx_http_doorward_key_t *key, const ngx_http_doorward_loc_conf_t *conf)
{
	ngx_queue_t *bucket = bucket_of(server, key);

	for (ngx_queue_t *q = ngx_queue_head(bucket); q != ngx_queue_sentinel(bucket);
		q = ngx_queue_next(q)) {
		ngx_http_doorward_question_t *question =
			ngx_queue_data(q, ngx_http_doorward_question_t, by_key);

		if (question->key.word[0] == key->word[0] &&
			question->key.word[1] == key->word[1] &&
			question->conf->timeout <= conf->timeout) {
			return question;
		}
	}
	return NULL;
}

/* How many questions are open about clients that are told by the same, but for what they claim. */
static uint32_t *count_of(
	ngx_http_doorward_server_t *server, const ngx_http_doorward_hash_t *identity)
{
	ngx_http_doorward_hash_t hash = *identity;

	return &server->by_identity[ngx_http_doorward_hash_end(&hash).word[0] %
				    NGX_HTTP_DOORWARD_IDENTITIES];
}

/* Takes the parameters. NULL: no memory. */
static ngx_http_doorward_question_t *question_new(ngx_http_doorward_loc_conf_t *conf,
	const ngx_http_doorward_key_t *key, const ngx_http_doorward_hash_t *identity,
	ngx_str_t params)
{
	ngx_http_doorward_server_t *server = conf->server;
	ngx_http_doorward_question_t *question = ngx_calloc(sizeof(*question), server->log);

	if (question == NULL) {
		ngx_free(params.data);
		return NULL;
	}
	question->server = server;
	question->conf = conf;
	question->ident = -1;
	question->key = *key;
	question->identity = *identity;
	question->zone_slot = NGX_ERROR;
	question->params = params;
	question->begun = ngx_current_msec;
	question->timer.handler = timeout_handler;
	question->timer.data = question;
	question->timer.log = server->log;
	ngx_queue_init(&question->waiters);
	server->question_count++;
	++*count_of(server, identity);
	/* Not cancelable: a worker that leaves waits for the response. */
	ngx_add_timer(&question->timer, conf->timeout);
	return question;
}

static void question_free(ngx_http_doorward_question_t *question)
{
	question->server->question_count--;
	--*count_of(question->server, &question->identity);
	if (question->response != NULL) {
		ngx_free(question->response);
	}
	ngx_free(question->params.data);
	ngx_free(question);
}

/* No other request joins it from now on. */
static void leave_bucket(ngx_http_doorward_question_t *question)
{
	if (question->shared) {
		question->shared = 0;
		ngx_queue_remove(&question->by_key);
	}
}

static void unqueue(ngx_http_doorward_question_t *question)
{
	if (question->queued) {
		question->queued = 0;
		ngx_queue_remove(&question->queue);
	}
}

static void enqueue(ngx_http_doorward_question_t *question, ngx_queue_t *queue)
{
	question->queued = 1;
	ngx_queue_insert_tail(queue, &question->queue);
}

void ngx_http_doorward_question_end(
	ngx_http_doorward_question_t *question, ngx_http_doorward_outcome_e outcome)
{
	ngx_http_doorward_server_t *server = question->server;

	if (question->outcome == NGX_HTTP_DOORWARD_ANSWERED) {
		question->outcome = outcome;
	}
	if (question->timer.timer_set) {
		ngx_del_timer(&question->timer);
	}
	leave_bucket(question);
	unqueue(question);
	enqueue(question, &server->answered);
	ngx_post_event(&server->answered_event, &ngx_posted_events);
}

void ngx_http_doorward_question_take(
	ngx_http_doorward_question_t *question, ngx_http_doorward_text_t piece)
{
	size_t len = question->response_len + piece.len;

	if (question->outcome != NGX_HTTP_DOORWARD_ANSWERED || piece.len == 0) {
		return;
	}
	if (len > NGX_HTTP_DOORWARD_RESPONSE_MAX) {
		question->outcome = NGX_HTTP_DOORWARD_BAD_RESPONSE;
		return;
	}
	if (len > question->response_size) {
		size_t size = ngx_max(2 * question->response_size, len);
		u_char *bigger = ngx_alloc(size, question->server->log);

		if (bigger == NULL) {
			question->outcome = NGX_HTTP_DOORWARD_INTERNAL;
			return;
		}
		if (question->response != NULL) {
			ngx_memcpy(bigger, question->response, question->response_len);
			ngx_free(question->response);
		}
		question->response = bigger;
		question->response_size = size;
	}
	ngx_memcpy(question->response + question->response_len, piece.data, piece.len);
	question->response_len = len;
}

/*
 * Sends a question, or lets it wait: as long as an outage is shorter than its own time, doorward
 * may be back before that is up.
 */
static void question_send(ngx_http_doorward_question_t *question)
{
	ngx_http_doorward_server_t *server = question->server;
	ngx_http_doorward_connection_t *connection = ngx_http_doorward_connection_get(server);

	if (connection != NULL) {
		server->down = 0;
		if (ngx_http_doorward_connection_send(connection, question) != NGX_OK) {
			ngx_http_doorward_question_end(question, NGX_HTTP_DOORWARD_INTERNAL);
		}
		return;
	}
	if (server->connection_count > 0) {
		ngx_http_doorward_question_end(question, NGX_HTTP_DOORWARD_OVERLOAD);
		return;
	}
	if (!server->down) {
		server->down = 1;
		server->down_since = ngx_current_msec;
	}
	if (ngx_current_msec - server->down_since >= question->conf->timeout) {
		ngx_http_doorward_question_end(question, NGX_HTTP_DOORWARD_UNAVAILABLE);
		return;
	}
	enqueue(question, &server->waiting);
	if (!server->retry_event.timer_set) {
		/* The question's own timer is not cancelable, and keeps the worker until then. */
		server->retry_event.cancelable = 1;
		ngx_add_timer(&server->retry_event, ngx_http_doorward_connection_retry_in(server));
	}
}

/* Sends a new question, unless too many are open. */
static void question_begin(ngx_http_doorward_question_t *question)
{
	ngx_http_doorward_server_t *server = question->server;

	if (server->question_count > NGX_HTTP_DOORWARD_QUESTIONS ||
		*count_of(server, &question->identity) > NGX_HTTP_DOORWARD_QUESTIONS_OF_ONE) {
		ngx_http_doorward_question_end(question, NGX_HTTP_DOORWARD_OVERLOAD);
	} else {
		question_send(question);
	}
}

void ngx_http_doorward_question_lost(ngx_http_doorward_question_t *question)
{
	question->response_len = 0;
	if (question->tries >= NGX_HTTP_DOORWARD_TRIES) {
		ngx_http_doorward_question_end(question, NGX_HTTP_DOORWARD_UNAVAILABLE);
		return;
	}
	question->outcome = NGX_HTTP_DOORWARD_ANSWERED;
	question_send(question);
}

static void retry_handler(ngx_event_t *ev)
{
	ngx_http_doorward_server_t *server = ev->data;
	ngx_queue_t waiting;

	if (ngx_queue_empty(&server->waiting)) {
		return;
	}
	ngx_queue_init(&waiting);
	ngx_queue_add(&waiting, &server->waiting);
	ngx_queue_init(&server->waiting);
	while (!ngx_queue_empty(&waiting)) {
		ngx_http_doorward_question_t *question = ngx_queue_data(
			ngx_queue_head(&waiting), ngx_http_doorward_question_t, queue);

		unqueue(question);
		question_send(question);
	}
}

static void timeout_handler(ngx_event_t *ev)
{
	ngx_http_doorward_question_t *question = ev->data;
	ngx_uint_t asked = question->connection != NULL;

	if (asked) {
		ngx_http_doorward_connection_give_up(question);
	}
	question->outcome = NGX_HTTP_DOORWARD_ANSWERED;
	ngx_http_doorward_question_end(
		question, asked ? NGX_HTTP_DOORWARD_TIMEOUT : NGX_HTTP_DOORWARD_UNAVAILABLE);
}

static void read_answer(ngx_http_doorward_question_t *question, ngx_http_doorward_answer_t *answer)
{
	ngx_memzero(answer, sizeof(*answer));
	answer->outcome = question->outcome;
	answer->claims = NGX_HTTP_DOORWARD_ALL_CLAIMS;
	answer->time = ngx_current_msec - question->begun;
	if (answer->outcome != NGX_HTTP_DOORWARD_ANSWERED) {
		return;
	}
	if (ngx_http_doorward_response_read(
		    question->response, question->response_len, &answer->response) != 0) {
		ngx_log_error(NGX_LOG_ERR, question->server->log, 0,
			"doorward: malformed response from %V", &question->server->name);
		answer->outcome = NGX_HTTP_DOORWARD_BAD_RESPONSE;
		return;
	}
	answer->claims = ngx_http_doorward_claims_read(answer->response.vary);
}

/* Keeps the answer for as long as doorward says, and which claims decided. */
static void keep(ngx_http_doorward_question_t *question, const ngx_http_doorward_answer_t *answer)
{
	static const ngx_http_doorward_text_t name = {
		(const unsigned char *)"DOORWARD_POLICY", sizeof("DOORWARD_POLICY") - 1};
	ngx_http_doorward_main_conf_t *dmcf = question->server->dmcf;
	ngx_http_doorward_text_t params = {question->params.data, question->params.len};
	ngx_http_doorward_text_t policy;
	ngx_http_doorward_key_t key;

	if (dmcf == NULL || answer->outcome != NGX_HTTP_DOORWARD_ANSWERED ||
		question->zone_slot == NGX_ERROR) {
		return;
	}
	if (answer->response.vary.len > 0 &&
		ngx_http_doorward_pairs_find(params, name, &policy) == 0) {
		ngx_http_doorward_known_add(dmcf, question->server, policy, answer->claims,
			question->zone_slot, question->generation);
	}
	if (question->conf->keep && answer->response.expires > 0 &&
		ngx_http_doorward_is_verdict(answer->response.status)) {
		key = ngx_http_doorward_params_key(
			&question->identity, &question->params, answer->claims);
		ngx_http_doorward_zone_keep(
			dmcf->zone, &key, question->zone_slot, question->generation, answer);
	}
}

/* Asks for one waiter alone. */
static void ask_alone(ngx_http_doorward_question_t *for_all, ngx_http_doorward_waiter_t *waiter)
{
	static const ngx_http_doorward_answer_t no_memory = {.outcome = NGX_HTTP_DOORWARD_INTERNAL};
	ngx_http_doorward_question_t *question = NULL;
	ngx_str_t params = for_all->params;

	params.data = ngx_alloc(params.len + 1, for_all->server->log);
	if (params.data != NULL) {
		ngx_memcpy(params.data, for_all->params.data, params.len);
		question = question_new(for_all->conf, &for_all->key, &for_all->identity, params);
	}
	if (question == NULL) {
		waiter->handler(waiter, &no_memory);
		return;
	}
	waiter->question = question;
	ngx_queue_insert_tail(&question->waiters, &waiter->queue);
	question_begin(question);
}

/*
 * Tells those that wait. Each of them may end requests, and so other waiters, too: the next is
 * always the head of the queue.
 */
static void tell(ngx_http_doorward_question_t *question)
{
	ngx_http_doorward_answer_t answer;
	ngx_uint_t told = 0;

	read_answer(question, &answer);
	keep(question, &answer);
	while (!ngx_queue_empty(&question->waiters)) {
		ngx_queue_t *q = ngx_queue_head(&question->waiters);
		ngx_http_doorward_waiter_t *waiter =
			ngx_queue_data(q, ngx_http_doorward_waiter_t, queue);

		ngx_queue_remove(q);
		waiter->question = NULL;
		if (told++ > 0 && answer.outcome == NGX_HTTP_DOORWARD_ANSWERED &&
			answer.response.expires == 0) {
			ask_alone(question, waiter);
		} else {
			waiter->handler(waiter, &answer);
		}
	}
}

static void answered_handler(ngx_event_t *ev)
{
	ngx_http_doorward_server_t *server = ev->data;

	while (!ngx_queue_empty(&server->answered)) {
		ngx_http_doorward_question_t *question = ngx_queue_data(
			ngx_queue_head(&server->answered), ngx_http_doorward_question_t, queue);

		unqueue(question);
		tell(question);
		question_free(question);
	}
}

ngx_int_t ngx_http_doorward_ask(ngx_http_doorward_waiter_t *waiter, ngx_http_doorward_inputs_t *in,
	const ngx_http_doorward_key_t *key)
{
	ngx_http_doorward_server_t *server = in->conf->server;
	ngx_http_doorward_question_t *question;

	start(server);
	question = find(server, key, in->conf);
	if (question == NULL) {
		ngx_str_t params = ngx_http_doorward_inputs_params(in);

		if (params.data == NULL) {
			return NGX_ERROR;
		}
		question = question_new(in->conf, key, &in->identity, params);
		if (question == NULL) {
			return NGX_ERROR;
		}
		question->shared = 1;
		ngx_queue_insert_tail(bucket_of(server, key), &question->by_key);
		question_begin(question);
	}
	waiter->question = question;
	ngx_queue_insert_tail(&question->waiters, &waiter->queue);
	return NGX_OK;
}

void ngx_http_doorward_forget(ngx_http_doorward_waiter_t *waiter)
{
	if (waiter->question != NULL) {
		waiter->question = NULL;
		ngx_queue_remove(&waiter->queue);
	}
}

static void poll_handler(ngx_event_t *ev)
{
	ngx_http_doorward_server_t *server = ev->data;

	if (!ngx_exiting && !ngx_terminate) {
		ngx_http_doorward_connections_poll(server);
		ngx_add_timer(ev, NGX_HTTP_DOORWARD_POLL);
	}
}

void ngx_http_doorward_server_poll(
	ngx_http_doorward_server_t *server, ngx_http_doorward_main_conf_t *dmcf)
{
	ngx_http_doorward_peer_t *peers = server->peers.elts;

	start(server);
	for (ngx_uint_t i = 0; i < server->peers.nelts; i++) {
		peers[i].slot = ngx_http_doorward_zone_slot(dmcf->zone, &peers[i].addr.name);
	}
	server->dmcf = dmcf;
	server->poll_event.handler = poll_handler;
	server->poll_event.data = server;
	server->poll_event.log = server->log;
	server->poll_event.cancelable = 1;
	ngx_add_timer(&server->poll_event, 1);
}

void ngx_http_doorward_server_close(ngx_http_doorward_server_t *server)
{
	if (server->started) {
		ngx_http_doorward_connections_close(server);
	}
}
