/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/findings.h"

#include "log/log.h"

#include <stdio.h>

void cli_findings_print(const struct diag *diag)
{
	if (log_is_journal()) {
		log_diag(diag);
	} else {
		diag_print(diag, stderr);
	}
}
