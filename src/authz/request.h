/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_REQUEST_H
#define DW_AUTHZ_REQUEST_H

#include "authz/input.h"
#include "cert/cert.h"
#include "dns/fcrdns.h"
#include "policy/evaluate.h"

#include <stdint.h>

/* A certificate given outright, instead of one that a front end sent. */
struct authz_given_cert {
	struct cert_chain chain;
	struct str status; /* the front end's word with it; absent: the one that verifies */
};

/* How explanations are told what happens; the members may be NULL. */
struct authz_trace {
	const struct dns_fcrdns_trace *dns;
	const struct policy_trace *policy;
};

/* What one decision is about. What it points to is borrowed until the decision is reset. */
struct authz_request {
	struct authz_input input;
	const struct authz_given_cert *given_cert; /* NULL: the input's counts */
	int64_t wall_s;                            /* the time by which certificates are judged */
	const struct authz_trace *trace;           /* NULL: none */
};

#endif
