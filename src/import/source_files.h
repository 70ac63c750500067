/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_SOURCE_FILES_H
#define DW_IMPORT_SOURCE_FILES_H

#include "import/source.h"

/* Reads the files of this machine. `argument`, which a user named, may be a pipe; it is borrowed.
 */
struct import_source import_source_files(const char *argument);

#endif
