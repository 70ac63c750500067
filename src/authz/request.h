/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_REQUEST_H
#define DW_AUTHZ_REQUEST_H

#include "authz/input.h"
#include "cert/cert.h"
#include "dns/fcrdns.h"
#include "policy/evaluate.h"

#include <stdint.h>

/* A certificate that is given directly, in place of one that a front end sent. */
struct authz_given_cert {
	struct cert_chain chain;
	struct str status; /* the front end's result for it; absent: verified */
};

/* What is supposed about the agent, in place of a signature. */
#define AUTHZ_GIVEN_AGENT_INVALID "invalid"
#define AUTHZ_GIVEN_AGENT_UNVERIFIED "unverified"

/* Callbacks for explanations; the members may be NULL. */
struct authz_trace {
	const struct dns_fcrdns_trace *dns;
	const struct policy_trace *policy;
};

/* The request of one decision. What it points to is borrowed until the decision is reset. */
struct authz_request {
	struct authz_input input;
	const struct authz_given_cert *given_cert; /* NULL: the input's counts */
	/*
	 * The URL of an agent whose signature counts as verified, as agent_url_read writes it, or
	 * one of the words above; absent: the input's signature counts.
	 */
	struct str given_agent;
	/* the time at which certificates and signatures must be valid */
	int64_t wall_s;
	const struct authz_trace *trace; /* NULL: no trace */
	bool is_trial;                   /* of no client: rates are read, and no token is taken */
};

#endif
