/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_FILES_H
#define DW_SHARED_FILES_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"
#include "store/seal.h"

#include <stdbool.h>
#include <stddef.h>

/* The files of [shared], which only the user of doorward may read. */

/* The secrets of secret_file. */
struct shared_secrets {
	uint8_t bytes[STORE_SECRETS_MAX][STORE_SECRET_MAX];
	size_t lens[STORE_SECRETS_MAX];
	size_t count;
};

/*
 * Lines of base64; empty lines, and lines that begin with #, do not count. False after a
 * diag_error. The caller wipes *out.
 */
NODISCARD bool shared_read_secrets(const char *path, struct shared_secrets *out, struct diag *diag);
/* The same of a text; `why` is what was wrong, and *line where. */
NODISCARD bool shared_parse_secrets(
	struct str text, struct shared_secrets *out, unsigned *line, const char **why);
/* The only line of password_file. False after a diag_error. */
NODISCARD bool shared_read_password(const char *path, struct bytes *out, struct diag *diag);

#endif
