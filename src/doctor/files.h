/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_FILES_H
#define DW_DOCTOR_FILES_H

#include "authz/snapshot.h"

/* Looks for lists that were not downloaded for long, and for CRLs and CA certificates that end. */
void doctor_look_at_files(const struct authz_snapshot *snapshot, struct diag *diag);

#endif
