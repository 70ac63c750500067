/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_EXIT_CODE_H
#define DW_BASE_EXIT_CODE_H

/* The exit codes of the process; 64 and up are from sysexits(3). */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_DENY = 1,  /* check: denied; -t: the configuration has errors; import: not all */
	EXIT_CODE_ERROR = 2, /* check: error; serve: could not start */
	EXIT_CODE_USAGE = 64,
	EXIT_CODE_DATA = 65,
	EXIT_CODE_CONFIG = 78
};

#endif
