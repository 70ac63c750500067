/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_FUZZ_IMPORT_H
#define DW_TESTS_FUZZ_IMPORT_H

#include "config/config.h"
#include "config/config_private.h"
#include "import/source.h"

#include <assert.h>
#include <string.h>

#define IMPORT_PATH "/fuzz.conf"

/* There is one file. */
static inline bool import_read(
	const void *ctx, const char *path, struct bytes *text, const char **why)
{
	const struct str *data = ctx;

	*why = "there is no such file";
	return strcmp(path, IMPORT_PATH) == 0 && bytes_append_str(text, *data);
}

static inline bool import_glob(
	const void *ctx, const char *pattern, struct arena *arena, struct str_list *out)
{
	return true;
}

/* Whatever comes out is a configuration that doorward takes. */
static inline void import_check(
	enum import_status status, const struct import_result *result, const struct diag *diag)
{
	struct diag loading;

	assert((status == IMPORT_DONE) == (diag->errors == 0));
	if (status != IMPORT_DONE || result->config.len > (1 << 19)) {
		return;
	}
	diag_init(&loading);
	struct config *config =
		config_load_text("/out.conf", bytes_view(&result->config), &loading);

	if (config == NULL) {
		diag_print(&loading, stderr);
		fwrite(result->config.data, 1, result->config.len, stderr);
	}
	assert(config != NULL);
	config_unref(config);
	diag_clear(&loading);
}

#endif
