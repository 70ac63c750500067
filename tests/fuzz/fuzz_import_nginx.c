/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Any text is refused with a reason, or becomes a configuration that loads and an nginx
 * configuration in which no directive of the module is left.
 */

#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void import(struct str text, bool again)
{
	struct import_source source = {&text, import_read, import_glob};
	struct import_result result;
	struct diag diag;

	diag_init(&diag);
	import_result_init(&result);
	enum import_status status = import_nginx(IMPORT_PATH, &source, &result, &diag);

	import_check(status, &result, &diag);
	assert(!again || status == IMPORT_DONE);
	if (again) {
		assert(memmem(result.config.data, result.config.len, "\n[policy ", 9) == NULL);
	} else if (status == IMPORT_DONE) {
		import(bytes_view(&result.server), true);
	}
	import_result_clear(&result);
	diag_clear(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import(str_from_bytes(data, size), false);
	return 0;
}
