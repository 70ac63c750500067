/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_CASE_FILE_H
#define DW_CONFIG_CASE_FILE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "dns/wire/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The cases of `doorward test`, as doorward(8) describes them: INI like the configuration. */

struct config_case_path {
	const char *path;   /* absolute; NULL: not given */
	struct place place; /* of the value */
};

struct config_case {
	struct str name;
	struct place place;

	/* The request. Absent: not sent. */
	struct str ip;
	struct str policy;
	struct str user_agent;
	struct str uri;
	struct str method;
	struct str http_host;
	struct str verify_status;
	struct str agent; /* a URL as agent_url_read writes it, or invalid, or unverified */
	struct config_case_path cert;
	struct config_case_path chain;
	bool has_time;
	int64_t wall_s;

	/* Names whose lookup fails. */
	const struct dns_name *failing;
	size_t failing_count;
	bool all_fail;

	/* The expected decision. Absent, NULL or 0: not compared; empty: must be absent. */
	const char *verdict; /* "allow", "deny", "error"; never NULL */
	const char *reason;
	struct str rule;
	struct str hostname;
	unsigned status;
};

struct config_cases {
	const struct config_case *items; /* in the order of the file; at least one */
	size_t count;
	struct config_case_path zone;
};

/* All memory is the arena's. False after at least one diag_error. */
NODISCARD bool config_cases_read(
	const char *path, struct arena *arena, struct config_cases *out, struct diag *diag);

#endif
