/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_NGINX_SCOPE_H
#define DW_IMPORT_NGINX_SCOPE_H

#include "import/nginx_rdns.h"

/* The conditions of nginx, as terms of rules. */

#define IMPORT_GUARDS_MAX 64
#define IMPORT_GUARD_TERMS_MAX 30 /* in addition to the one about the host */

/* A conjunction of terms; rules are evaluated if one of several is true. */
struct import_guard {
	struct str terms[IMPORT_GUARD_TERMS_MAX];
	size_t count;
};

/* Under which conditions, and how, the module looks up the client in a context. */
struct import_scope {
	enum import_mode mode;
	struct import_guard *guards; /* room for IMPORT_GUARDS_MAX */
	size_t count;
	bool always;
	bool mixed; /* on under some conditions and double under others */
	bool failed;
};

/*
 * Finds the scope of a context; `guards` has room for IMPORT_GUARDS_MAX. Conditions that rules
 * cannot express are reported and left out. scope->failed: out of memory.
 */
void import_scope_find(struct import_world *w, const struct import_context *c,
	struct import_guard *guards, struct import_scope *out);

#endif
