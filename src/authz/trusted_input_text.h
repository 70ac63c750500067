/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_TRUSTED_INPUT_TEXT_H
#define DW_AUTHZ_TRUSTED_INPUT_TEXT_H

#include "authz/trusted_input.h"
#include "base/bytes.h"

/*
 * What came and what was expected, for the log: one sentence each, that names the setting which
 * helps. Of a client's bytes at most some dozens, escaped.
 */

/* Why there is no usable address; nothing with AUTHZ_CLIENT_ADDRESS_OK. */
void authz_trusted_address_text(const struct authz_trusted_input *trusted,
	const struct authz_input *input, const struct config_frontend *frontend, struct bytes *out);
/* Why `ignored` was not read; it is an input's name. */
void authz_trusted_ignored_text(const struct authz_trusted_input *trusted,
	const struct config_frontend *frontend, struct bytes *out);
/* Why there is no certificate, or why its front end does not vouch for it. */
void authz_trusted_cert_text(const struct authz_trusted_cert *sent, const struct authz_input *input,
	const struct config_frontend *frontend, const struct authz_trusted_input *trusted,
	struct bytes *out);
/* Why the word that came is about another certificate, by what else the front end says. */
void authz_trusted_other_cert_text(const struct authz_trusted_cert *sent,
	const struct config_frontend *frontend, struct bytes *out);

#endif
