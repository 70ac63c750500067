/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_USER_GROUP_H
#define DW_CONFIG_USER_GROUP_H

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* The number of a user, or of a group; false if the name does not exist. Thread-safe. */
NODISCARD bool config_user_group_find(bool user, const char *name, uint32_t *out);

#endif
