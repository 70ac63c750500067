/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_TRUSTED_INPUT_TEXT_H
#define DW_AUTHZ_TRUSTED_INPUT_TEXT_H

#include "authz/trusted_input.h"
#include "base/bytes.h"

/*
 * Explanations for the log: what came and what was expected, one sentence each, with the setting
 * that helps. A few dozen bytes of a client's at most, escaped. Why there is no usable address;
 * nothing with AUTHZ_CLIENT_ADDRESS_OK.
 */
void authz_trusted_address_text(const struct authz_trusted_input *trusted,
	const struct authz_input *input, const struct config_frontend *frontend, struct bytes *out);
/* Why `ignored` does not count; it is an input's name. */
void authz_trusted_ignored_text(const struct authz_trusted_input *trusted,
	const struct config_frontend *frontend, struct bytes *out);
/* Why there is no certificate, or why its front end does not verify it. */
void authz_trusted_cert_text(const struct authz_trusted_cert *sent, const struct authz_input *input,
	const struct config_frontend *frontend, const struct authz_trusted_input *trusted,
	struct bytes *out);
/* The same of a certificate that came beside the input, with this verify status. */
void authz_trusted_given_cert_text(struct str status, enum cert_verify_status meaning,
	const struct config_frontend *frontend, struct bytes *out);
/* Why the result is about another certificate: what that input says does not hold for this one. */
void authz_trusted_other_cert_text(const struct authz_trusted_cert *sent,
	const struct authz_input *input, const struct config_frontend *frontend,
	enum cert_input mismatch, const struct cert_identity *identity, struct bytes *out);

#endif
