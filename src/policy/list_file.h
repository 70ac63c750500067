/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_LIST_FILE_H
#define DW_POLICY_LIST_FILE_H

#include "policy/net_list.h"

#include <stdint.h>

/* A file that an `in` term was read from. */
struct policy_list_file {
	const char *path;
	uint64_t stamp; /* of file_stamp_of_path, before the file was read */
	enum policy_net_list_form form;
	struct policy_coverage covers; /* of prefixes; zero if it holds other values */
};

#endif
