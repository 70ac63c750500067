/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_EXPLAIN_EXPLAIN_PRIVATE_H
#define DW_EXPLAIN_EXPLAIN_PRIVATE_H

#include "explain/explain.h"

/* The private part of explain.h: json.c collects and writes JSON, text.c writes for people. */

struct explain_query {
	struct explain_query *next;
	struct dns_fcrdns_trace_step step;
};

struct explain_step {
	struct explain_step *next;
	const struct policy_rule *rule;
	enum policy_truth truth;
	enum policy_truth *terms;
};

const char *explain_truth_word(enum policy_truth truth);
/* The names that count: the confirmed ones, or with rdns = single those of the PTR. */
struct str_list explain_names(const struct authz_decision *d);
struct str_list explain_ptr(const struct authz_decision *d);
/* Calls `told` for each name that a pin excluded, of the reverse DNS and of `forward` terms. */
void explain_each_kept_out(const struct authz_decision *d,
	void (*told)(struct bytes *out, struct str name, const struct policy_pin *pin),
	struct bytes *out);
/* The name as in the request, also if there is no such policy; absent: the request named none. */
struct str explain_policy_name(const struct authz_decision *d);
/* What is wrong with the certificate; NULL: nothing. */
const char *explain_cert_error(const struct authz_decision *d);
/* The certificate, and the rules that match it. */
void explain_text_cert(const struct authz_decision *d, struct bytes *out);

#endif
