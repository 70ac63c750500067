/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_FUZZ_CHECK_H
#define DW_TESTS_FUZZ_CHECK_H

#include <stdbool.h>
#include <stdlib.h>

/* Ends the process, which is a finding of the fuzzer; with any NDEBUG. */
static inline void check(bool good)
{
	if (!good) {
		abort();
	}
}

#endif
