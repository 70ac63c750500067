/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_SOURCE_FILES_H
#define DW_IMPORT_SOURCE_FILES_H

#include "import/source.h"

/* Reads the files of this machine; its `ctx` is not used. */
extern const struct import_source import_source_files;

#endif
