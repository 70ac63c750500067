/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef NGX_HTTP_DOORWARD_H
#define NGX_HTTP_DOORWARD_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_doorward_hash.h"
#include "ngx_http_doorward_record.h"

/*
 * What a request is told by: the parameters that the module sends by itself, each of which
 * doorward_param can replace. The claims, from REQUEST_METHOD on, are those that a policy may or
 * may not depend on.
 */
typedef enum {
	NGX_HTTP_DOORWARD_REMOTE_ADDR,
	NGX_HTTP_DOORWARD_SSL_CLIENT_CERT,
	NGX_HTTP_DOORWARD_SSL_CLIENT_VERIFY,
	NGX_HTTP_DOORWARD_REQUEST_METHOD,
	NGX_HTTP_DOORWARD_REQUEST_URI,
	NGX_HTTP_DOORWARD_HTTP_HOST,
	NGX_HTTP_DOORWARD_HTTP_USER_AGENT,
	NGX_HTTP_DOORWARD_HTTP_SIGNATURE_INPUT, /* of an agent; with it all headers are sent */
	NGX_HTTP_DOORWARD_INPUTS
} ngx_http_doorward_input_e;

#define NGX_HTTP_DOORWARD_CLAIMS NGX_HTTP_DOORWARD_REQUEST_METHOD
#define NGX_HTTP_DOORWARD_ALL_CLAIMS                                                               \
	((1U << NGX_HTTP_DOORWARD_INPUTS) - (1U << NGX_HTTP_DOORWARD_CLAIMS))

extern const ngx_str_t ngx_http_doorward_input_names[NGX_HTTP_DOORWARD_INPUTS];

typedef struct {
	ngx_str_t name;
	ngx_http_complex_value_t value;
} ngx_http_doorward_param_t;

typedef struct ngx_http_doorward_server_s ngx_http_doorward_server_t;
typedef struct ngx_http_doorward_question_s ngx_http_doorward_question_t;

typedef struct ngx_http_doorward_zone_s ngx_http_doorward_zone_t;

/* The claims that decide in a policy, as doorward said: a worker's own. */
#define NGX_HTTP_DOORWARD_KNOWN 64
#define NGX_HTTP_DOORWARD_KNOWN_NAME_MAX 64

typedef struct {
	ngx_http_doorward_server_t *server;
	size_t len;
	u_char policy[NGX_HTTP_DOORWARD_KNOWN_NAME_MAX];
	ngx_uint_t claims;
	ngx_int_t slot;
	uint64_t generation;
} ngx_http_doorward_known_t;

typedef struct {
	ngx_array_t servers; /* ngx_http_doorward_server_t *, one for each list of addresses */
	ngx_http_doorward_zone_t *zone;    /* NULL: there is no zone */
	ngx_http_doorward_secret_t secret; /* of keys where there is no zone */
	ngx_uint_t used;                   /* handlers are needed: a policy, rdns or headers */
	ngx_uint_t rdns;                   /* rdns is */
	ngx_int_t rdns_hostname;           /* the index of this variable */
	ngx_http_doorward_known_t known[NGX_HTTP_DOORWARD_KNOWN];
} ngx_http_doorward_main_conf_t;

typedef struct {
	ngx_http_complex_value_t *policy; /* NULL: off */
	struct ngx_http_doorward_rdns_conf_s *rdns;
	ngx_http_doorward_server_t *server;
	ngx_array_t *params; /* ngx_http_doorward_param_t, as configured */
	/* Of these: what replaces an input, NULL for the module's own; and all others. */
	ngx_http_complex_value_t *replaced[NGX_HTTP_DOORWARD_INPUTS];
	ngx_array_t *added; /* ngx_http_doorward_param_t; NULL: none */
	ngx_msec_t timeout;
	ngx_uint_t on_error;
	ngx_flag_t keep; /* verdicts are kept in the zone */
	ngx_flag_t certificate;
	ngx_flag_t headers;
	/*
	 * Of a server: its configuration in place of a location, for a request that is in none;
	 * without the codes of the rewrite module, which have run.
	 */
	void **no_location;
	/* The decision is part of `satisfy any`, in the access phase. */
	unsigned access : 1;
	/* A server whose own directives could respond before a location is known. */
	unsigned early : 1;
	/* Nothing but the file of the URI is served, unless there is a content handler. */
	unsigned plain : 1;
} ngx_http_doorward_loc_conf_t;

/* What doorward, or the module in its place, said about a request. */
typedef struct ngx_http_doorward_verdict_s ngx_http_doorward_verdict_t;

struct ngx_http_doorward_verdict_s {
	ngx_http_doorward_verdict_t *next;
	ngx_http_doorward_key_t key; /* of the inputs that count */
	ngx_uint_t claims;           /* bits 1 << input: the claims among these */
	ngx_uint_t status;           /* NGX_HTTP_OK: allowed; else what nginx responds with */
	ngx_str_t fields[NGX_HTTP_DOORWARD_FIELDS];
	ngx_msec_t time; /* from the question to the response */
	unsigned kept : 1;
	/* The error page of a denial: this request, after one redirect. */
	ngx_http_request_t *denied;
	ngx_uint_t denied_uri_changes;
	/* With `satisfy any`, others may have let it in: the status of a denial; else 0. */
	ngx_int_t denied_status;
};

/* Inputs of one request under one configuration (ngx_http_doorward_inputs.c). */
typedef struct {
	ngx_http_request_t *request;
	ngx_http_doorward_loc_conf_t *conf;
	const ngx_http_doorward_secret_t *secret;
	ngx_str_t policy;
	ngx_str_t values[NGX_HTTP_DOORWARD_INPUTS];
	ngx_uint_t read;                   /* bits 1 << input: the value has been read */
	ngx_str_t *added;                  /* the values of conf->added */
	ngx_http_doorward_hash_t identity; /* of all but the claims */
} ngx_http_doorward_inputs_t;

/* Parts of the above, for signatures. A variable of nginx; empty where it is not there. */
ngx_int_t ngx_http_doorward_variable(ngx_http_request_t *r, ngx_str_t name, ngx_str_t *value);
/* Of one parameter, at most; an empty value is not sent. */
size_t ngx_http_doorward_param_size(const ngx_str_t *name, const ngx_str_t *value);
/* Writes it; returns its end. */
u_char *ngx_http_doorward_param_write(u_char *p, const ngx_str_t *name, const ngx_str_t *value);

/* What is sent beside the inputs about a request that an agent has signed; else empty. */
typedef struct {
	ngx_str_t scheme;
	ngx_str_t authority;
	ngx_list_part_t *headers;
} ngx_http_doorward_signed_t;

/* All lines of Signature-Input, joined (RFC 9110 5.3). NGX_OK, NGX_ERROR. */
ngx_int_t ngx_http_doorward_signature_input(ngx_http_request_t *r, ngx_str_t *value);
/*
 * Reads what a signature is about, unless doorward_param says it: the scheme, and the Host as it
 * came. Signature-Input must have been read. NGX_OK, NGX_ERROR.
 */
ngx_int_t ngx_http_doorward_signed_read(
	ngx_http_doorward_inputs_t *in, ngx_http_doorward_signed_t *out);
/* Writes its parameters at *p, which is moved on; NULL: nothing. Returns their size, at most. */
size_t ngx_http_doorward_signed_write(const ngx_http_doorward_signed_t *about, u_char **p);

/* Reads all but the claims. NGX_OK, NGX_ERROR (no memory), NGX_DECLINED: the policy is empty. */
ngx_int_t ngx_http_doorward_inputs_read(ngx_http_doorward_inputs_t *in, ngx_http_request_t *r,
	ngx_http_doorward_loc_conf_t *conf, const ngx_http_doorward_secret_t *secret);
/* The key of the inputs with these claims. */
ngx_int_t ngx_http_doorward_inputs_key(
	ngx_http_doorward_inputs_t *in, ngx_uint_t claims, ngx_http_doorward_key_t *key);
/* The parameters to send, in memory of the caller's: ngx_alloc. data NULL: no memory. */
ngx_str_t ngx_http_doorward_inputs_params(ngx_http_doorward_inputs_t *in);
/* The same key by the parameters that were sent. */
ngx_http_doorward_key_t ngx_http_doorward_params_key(
	const ngx_http_doorward_hash_t *identity, const ngx_str_t *params, ngx_uint_t claims);
/* The claims that are known to decide in the policy; all, if nothing is known. */
ngx_uint_t ngx_http_doorward_known_claims(
	ngx_http_doorward_main_conf_t *dmcf, ngx_http_doorward_inputs_t *in);
void ngx_http_doorward_known_add(ngx_http_doorward_main_conf_t *dmcf,
	ngx_http_doorward_server_t *server, ngx_http_doorward_text_t policy, ngx_uint_t claims,
	ngx_int_t slot, uint64_t generation);
/* The claims that a response names in X-Doorward-Vary; all, if it does not say. */
ngx_uint_t ngx_http_doorward_claims_read(ngx_http_doorward_text_t vary);

/* Asking (ngx_http_doorward_client.c). */

typedef enum {
	NGX_HTTP_DOORWARD_ANSWERED,
	NGX_HTTP_DOORWARD_UNAVAILABLE, /* no server can be reached, or its connection broke twice */
	NGX_HTTP_DOORWARD_TIMEOUT,
	NGX_HTTP_DOORWARD_OVERLOAD, /* too many questions are open */
	NGX_HTTP_DOORWARD_BAD_RESPONSE,
	NGX_HTTP_DOORWARD_INTERNAL /* no memory */
} ngx_http_doorward_outcome_e;

typedef struct {
	ngx_http_doorward_outcome_e outcome;
	ngx_http_doorward_response_t response; /* if ANSWERED; views, valid during the call */
	ngx_uint_t claims;                     /* that count for this response */
	ngx_msec_t time;
	unsigned kept : 1; /* out of the zone; the views are valid as long as the request */
} ngx_http_doorward_answer_t;

/* One that waits for an answer; in memory that lives until the answer or ..._forget. */
typedef struct ngx_http_doorward_waiter_s ngx_http_doorward_waiter_t;

struct ngx_http_doorward_waiter_s {
	ngx_queue_t queue;
	ngx_http_doorward_question_t *question; /* NULL: does not wait */
	void *data;
	/* Called once, never from within ..._ask; the waiter no longer waits then. */
	void (*handler)(
		ngx_http_doorward_waiter_t *waiter, const ngx_http_doorward_answer_t *answer);
};

/*
 * Asks, or waits for the answer to an open question with the same key. An answer that holds for its
 * own request alone goes to one waiter, and the others are asked about one by one. NGX_ERROR: no
 * memory.
 */
ngx_int_t ngx_http_doorward_ask(ngx_http_doorward_waiter_t *waiter, ngx_http_doorward_inputs_t *in,
	const ngx_http_doorward_key_t *key);
void ngx_http_doorward_forget(ngx_http_doorward_waiter_t *waiter);

/* Verdicts in shared memory (ngx_http_doorward_zone.c). */

#define NGX_HTTP_DOORWARD_GENERATION_MAX 32
/* Addresses of servers whose generations are known; verdicts of others are not kept. */
#define NGX_HTTP_DOORWARD_SLOTS_MAX 32

/* NULL: said why. */
ngx_http_doorward_zone_t *ngx_http_doorward_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size);
const ngx_http_doorward_secret_t *ngx_http_doorward_zone_secret(ngx_http_doorward_zone_t *zone);
/* The slot of an address, which may be new; NGX_ERROR: all are taken. */
ngx_int_t ngx_http_doorward_zone_slot(ngx_http_doorward_zone_t *zone, const ngx_str_t *name);
/* What counts the changes of the generation of the address. */
uint64_t ngx_http_doorward_zone_generation(ngx_http_doorward_zone_t *zone, ngx_int_t slot);
/* Takes the generation that an address has told; returns what counts it. 0: it is too long. */
uint64_t ngx_http_doorward_zone_learn(
	ngx_http_doorward_zone_t *zone, ngx_int_t slot, ngx_http_doorward_text_t text);
/* NGX_OK: answer has the verdict, with texts in the pool; NGX_DECLINED: it is not there. */
ngx_int_t ngx_http_doorward_zone_find(ngx_http_doorward_zone_t *zone,
	const ngx_http_doorward_key_t *key, ngx_pool_t *pool, ngx_http_doorward_answer_t *answer);
/* Keeps an answer, unless `generation`, of its connection when it was asked, is not the last. */
void ngx_http_doorward_zone_keep(ngx_http_doorward_zone_t *zone, const ngx_http_doorward_key_t *key,
	ngx_int_t slot, uint64_t generation, const ngx_http_doorward_answer_t *answer);

ngx_int_t ngx_http_doorward_random(ngx_log_t *log, void *out, size_t len);

/* The server of a list of addresses: the same for the same list. NULL: said why. */
ngx_http_doorward_server_t *ngx_http_doorward_server_add(
	ngx_conf_t *cf, ngx_str_t *addresses, ngx_uint_t n);
const ngx_str_t *ngx_http_doorward_server_name(const ngx_http_doorward_server_t *server);
/* In a worker that begins, with a zone: asks for the generation from time to time. */
void ngx_http_doorward_server_poll(
	ngx_http_doorward_server_t *server, ngx_http_doorward_main_conf_t *dmcf);
/* In a worker that ends: closes what is open. */
void ngx_http_doorward_server_close(ngx_http_doorward_server_t *server);

/* Verdicts that a request has been given (ngx_http_doorward_verdict.c). */

ngx_http_doorward_verdict_t *ngx_http_doorward_verdict_find(
	ngx_http_request_t *r, ngx_http_doorward_inputs_t *in);
/* The one that variables are about; NULL: none. */
ngx_http_doorward_verdict_t *ngx_http_doorward_verdict_last(ngx_http_request_t *r);
/* Copies an answer. NULL: no memory. */
ngx_http_doorward_verdict_t *ngx_http_doorward_verdict_add(
	ngx_http_request_t *r, const ngx_http_doorward_answer_t *answer, ngx_uint_t on_error);
/* A status that doorward decides with; any other is an error. */
ngx_uint_t ngx_http_doorward_is_verdict(ngx_uint_t status);
/* Makes it the one that variables are about. */
void ngx_http_doorward_verdict_use(ngx_http_request_t *r, ngx_http_doorward_verdict_t *verdict);
ngx_int_t ngx_http_doorward_add_variables(ngx_conf_t *cf);

/* Headers of the request (ngx_http_doorward_headers.c). */

/*
 * Removes X-Client-* and X-Doorward-* headers that a client sent, and adds those of the verdict
 * (NULL: adds none). NGX_OK, NGX_ERROR.
 */
ngx_int_t ngx_http_doorward_headers_replace(
	ngx_http_request_t *r, const ngx_http_doorward_verdict_t *verdict);

/* Of the place that is merged: codes of the rewrite module, as ngx_http_script.h has them. */
ngx_array_t **ngx_http_doorward_codes(ngx_conf_t *cf);
/*
 * Whether they respond, or redirect. They are structures of whole words that begin with their
 * function, so that a search by words finds each of them.
 */
ngx_uint_t ngx_http_doorward_has_way_out(ngx_conf_t *cf, ngx_uint_t of_server);

/* Handlers of phases (ngx_http_doorward_phases.c). */

/*
 * The verdict about a request. NGX_OK: it is in *verdict; NGX_DONE: the request is suspended, and
 * the handler is called again; NGX_ERROR: no memory.
 */
ngx_int_t ngx_http_doorward_decide(ngx_http_request_t *r, ngx_http_doorward_loc_conf_t *conf,
	ngx_http_doorward_verdict_t **verdict);
/*
 * Whether this is the error page of a denial: the same request, redirected once since then, to a
 * file. Any other redirect would be a way in, and so would an application that reads the URI which
 * the client sent.
 */
ngx_uint_t ngx_http_doorward_is_error_page(ngx_http_request_t *r,
	const ngx_http_doorward_loc_conf_t *conf, const ngx_http_doorward_verdict_t *verdict);
/* Notes a denial, whose error page may be shown if its name is fixed; status 0: it is final. */
void ngx_http_doorward_denied(
	ngx_http_request_t *r, ngx_http_doorward_verdict_t *verdict, ngx_int_t status);

ngx_int_t ngx_http_doorward_server_rewrite_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_doorward_rewrite_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_doorward_access_handler(ngx_http_request_t *r);

extern ngx_module_t ngx_http_doorward_module;

#endif
