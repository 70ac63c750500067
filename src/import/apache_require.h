/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_APACHE_REQUIRE_H
#define DW_IMPORT_APACHE_REQUIRE_H

#include "import/apache_conf.h"
#include "import/terms.h"

#define IMPORT_REQUIRE_MAX_DEPTH 8 /* containers in containers */

/* The state of reading one set of Require lines. */
struct import_require {
	const char *path;
	struct arena *arena;
	struct diag *diag;
	bool lost;     /* a line cannot be expressed; it then admits no client */
	unsigned told; /* up to this line the user was told what is lost */
};

/* Whether the line belongs to mod_authz_core's language: Require, <RequireAll> and similar. */
bool import_is_require(const struct import_directive *d);

/* When the Require lines directly in `parent` admit a client (Apache 2.4, mod_authz_core). */
struct import_terms import_require_granted(
	struct import_require *r, const struct import_directive *parent);

/* Reports once what is not carried over of a line. */
void import_require_lose(
	struct import_require *r, const struct import_directive *d, const char *why);

#endif
