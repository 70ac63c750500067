/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_NGINX_INDEX_H
#define DW_DOCTOR_NGINX_INDEX_H

#include "base/util.h"
#include "import/nginx_conf.h"

/* Makes the indexes of the root and of all blocks, in the arena. False: out of memory. */
NODISCARD bool nginx_index(struct import_node *root, struct arena *arena);

#endif
