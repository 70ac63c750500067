/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_DOCTOR_H
#define DW_DOCTOR_DOCTOR_H

#include "cli/command.h"

/*
 * `doorward doctor`: looks at what doorward needs beside its own process, and prints a line for
 * each check.
 */
extern const struct cli_command doctor_command;

#endif
