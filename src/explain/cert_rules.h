/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_EXPLAIN_CERT_RULES_H
#define DW_EXPLAIN_CERT_RULES_H

#include "cert/trust.h"

#include <stddef.h>

/* A rule about one value of a certificate. */
struct explain_cert_rule {
	const char *field;
	struct str value; /* "yes" for a field that is a term by itself */
	/*
	 * `allow = FIELD VALUE` as it can stand in a configuration, without its last line end;
	 * absent if no rule can hold the value.
	 */
	struct str lines;
	/* of the file PATH, for a rule with `in file:PATH`, as the value is too long for a line */
	struct str file_line;
};

/*
 * Calls `told` for each value that rules see of the certificate, in the order of the fields. Each
 * rule was read and evaluated, but for the PATH of a file: it is valid, and matches the certificate
 * where that is verified.
 */
void explain_each_cert_rule(const struct cert_identity *identity,
	const struct cert_chain_keys *keys,
	void (*told)(void *ctx, const struct explain_cert_rule *rule), void *ctx);

#endif
