/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_FILE_STAMP_H
#define DW_BASE_FILE_STAMP_H

#include <stdint.h>

/*
 * A number for the state of a path: it changes when the file is replaced, written to, removed or
 * created. The file is not opened. Sums of several stamps show whether any of them changed.
 */
uint64_t file_stamp_of_path(const char *path);

#endif
