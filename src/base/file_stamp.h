/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_FILE_STAMP_H
#define DW_BASE_FILE_STAMP_H

#include <stdint.h>

/*
 * What a path looks like from outside: another number once it was replaced, written to, removed or
 * put there. Nothing is opened. Sums of several stamps tell whether any of them changed.
 */
uint64_t file_stamp_of_path(const char *path);

#endif
