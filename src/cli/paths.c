/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/paths.h"

const char cli_config_default[] = DW_SYSCONFDIR "/doorward/doorward.conf";
const char cli_audit_state_default[] = DW_LOCALSTATEDIR "/lib/doorward/audit.json";
const char cli_bans_default[] = DW_LOCALSTATEDIR "/lib/doorward/bans";
const char cli_shared_bans_default[] = DW_LOCALSTATEDIR "/lib/doorward/shared/bans";
