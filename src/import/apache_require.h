/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_APACHE_REQUIRE_H
#define DW_IMPORT_APACHE_REQUIRE_H

#include "import/apache_conf.h"
#include "import/terms.h"

#define IMPORT_REQUIRE_MAX_DEPTH 8 /* containers in containers */

/* What is found out about one set of Require lines. */
struct import_require {
	const char *path;
	struct arena *arena;
	struct diag *diag;
	bool lost;     /* a line cannot be said; it lets nobody in then */
	unsigned told; /* what is lost up to this line */
};

/* Whether the line belongs to mod_authz_core's language: Require, <RequireAll> and its kin. */
bool import_is_require(const struct import_directive *d);

/* When the Require lines directly in `parent` let a client in (Apache 2.4, mod_authz_core). */
struct import_terms import_require_granted(
	struct import_require *r, const struct import_directive *parent);

/* Tells what is not carried over of a line, once. */
void import_require_lose(
	struct import_require *r, const struct import_directive *d, const char *why);

#endif
