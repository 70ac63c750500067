/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DESCRIBED_H
#define DW_AUTHZ_DESCRIBED_H

#include "authz/input.h"
#include "config/config.h"

/*
 * A request that people describe, on the command line, in a file or by the admin listener, instead
 * of a front end. Sets the values that are there, the address (as REMOTE_ADDR) where the
 * configuration has it taken from. Values are borrowed.
 */
void authz_described_inputs(struct authz_input *input, const struct config_frontend *frontend,
	const struct str values[AUTHZ_INPUT_CERT]);

#endif
