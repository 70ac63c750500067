/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Any text is refused with a reason, or becomes a configuration that loads. */

#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_from_bytes(data, size);
	struct import_source source = {&text, import_read, import_glob};
	struct import_result result;
	struct diag diag;

	diag_init(&diag);
	import_result_init(&result);
	import_check(import_apache(IMPORT_PATH, &source, &result, &diag), &result, &diag);
	import_result_clear(&result);
	diag_clear(&diag);
	return 0;
}
