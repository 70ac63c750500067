/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_SOURCE_H
#define DW_IMPORT_SOURCE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "base/str.h"

#include <stdbool.h>

/* Reads other servers' configurations: from files for the command, from memory for tests. */
struct import_source {
	const void *ctx;
	/* Appends the file; false with *why (valid until the next call) if it cannot be read. */
	bool (*read)(const void *ctx, const char *path, struct bytes *text, const char **why);
	/* The paths that match, sorted, in the arena; false when out of memory. */
	bool (*glob)(
		const void *ctx, const char *pattern, struct arena *arena, struct str_list *out);
};

/* The result of an import. */
struct import_result {
	struct bytes config; /* doorward's configuration */
	struct bytes server; /* the front end's part */
	struct bytes module; /* of nginx: the same for doorward's module */
	bool lost;           /* something could not be carried over; comments say what */
};

enum import_status { IMPORT_DONE, IMPORT_UNREADABLE, IMPORT_BAD };

#define IMPORT_MAX_FILE (4 * 1024 * 1024) /* bytes of one file */
#define IMPORT_MAX_OUTPUT (64 * 1024 * 1024)

/*
 * Reads an nginx configuration that uses the rdns module. *out, which the caller clears, has
 * policies for its directives and the nginx configuration with auth_request, or the directive of
 * doorward's module, in their place; included files that change are inserted in full. Errors and
 * warnings go to *diag.
 */
NODISCARD enum import_status import_nginx(const char *path, const struct import_source *source,
	struct import_result *out, struct diag *diag);

/*
 * The same for an Apache configuration with Require lines. The front end's part is the sections
 * with such lines, with mod_authnz_fcgi in their place.
 */
NODISCARD enum import_status import_apache(const char *path, const struct import_source *source,
	struct import_result *out, struct diag *diag);

void import_result_init(struct import_result *result);
void import_result_clear(struct import_result *result);

#endif
