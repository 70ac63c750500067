/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_HOST_LABEL_H
#define DW_BASE_HOST_LABEL_H

#include "base/str.h"

#include <stdbool.h>

/*
 * Whether the text is a label of a host name: 1 to 63 letters, digits and hyphens, without a hyphen
 * at an end (RFC 1123 2.1), or underscores, which names in certificates have.
 */
bool host_label_is_valid(struct str text);

#endif
