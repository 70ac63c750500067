/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

enum cert_word cert_word_read(struct str status)
{
	if (status.data == NULL) {
		return CERT_WORD_ABSENT;
	}
	if (str_eq_text(status, "SUCCESS")) {
		return CERT_WORD_VERIFIED;
	}
	if (status.len == 0 || str_eq_text(status, "NONE")) {
		return CERT_WORD_NONE;
	}
	return CERT_WORD_FAILED;
}
