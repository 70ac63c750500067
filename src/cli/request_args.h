/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_REQUEST_ARGS_H
#define DW_CLI_REQUEST_ARGS_H

#include "authz/request.h"

/* Certificates that people give, on the command line or in a file, instead of a front end. */

/*
 * A certificate over a limit of cert/cert.h is no error of the file: out->over_limit says so, and
 * the decision is cert_malformed, as it is for a front end's.
 */
/* The client's certificate: the first of a PEM file, or that of a DER file. NULL, or what was
 * wrong. */
const char *cli_request_args_certificate(
	const char *path, struct arena *arena, struct cert_chain *out);
/* Adds the intermediates: all of a PEM file, or that of a DER file. NULL, or what was wrong. */
const char *cli_request_args_intermediates(
	const char *path, struct arena *arena, struct cert_chain *out);

#endif
