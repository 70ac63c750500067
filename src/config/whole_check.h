/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_WHOLE_CHECK_H
#define DW_CONFIG_WHOLE_CHECK_H

#include "config/config.h"

/* Warns of valid but unwise combinations of sections, once all are loaded. */
void config_check_whole(const struct config *config, struct diag *diag);

#endif
