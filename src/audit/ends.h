/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_ENDS_H
#define DW_AUDIT_ENDS_H

#include "audit/report.h"
#include "cert/trust.h"

#include <stdint.h>

struct audit_ends {
	struct audit_report *report;
	int64_t now_s;
};

/*
 * A cert_trust_each_end, whose `ctx` is a struct audit_ends: reports a CRL that has ended, or that
 * is in the last twentieth of its time and in its last day, and a CA's certificate that ends within
 * 30 days; each once.
 */
void audit_check_end(void *ctx, const struct cert_trust_end *end);

#endif
