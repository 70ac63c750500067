/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_EVALUATION_H
#define DW_AUTHZ_EVALUATION_H

#include "authz/authz_private.h"
#include "base/util.h"

/*
 * The rules' part of a decision, once the certificate, if any, has passed: evaluates the rules with
 * the known facts, fetches what they lack, and evaluates them again. For authz.c alone.
 */
NODISCARD enum authz_step authz_evaluate(struct authz *a);

#endif
