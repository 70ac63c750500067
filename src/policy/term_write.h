/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_TERM_WRITE_H
#define DW_POLICY_TERM_WRITE_H

#include "base/bytes.h"
#include "policy/field.h"

/* How a term is written, from the simplest form on. */
enum policy_term_form {
	POLICY_TERM_VALUE, /* FIELD VALUE */
	POLICY_TERM_REGEX, /* FIELD ~ ^VALUE$ */
	POLICY_TERM_FORMS
};

/*
 * Appends a term for a fact of a certificate, as policy_field_texts returns it, which holds for
 * that fact and for none that is not equal to it; of a POLICY_SHAPE_FLAG the fact is not read.
 * False, without a change, if the fact cannot be
 * written in this form; whether the term is too long, only reading it shows.
 */
NODISCARD bool policy_term_write(const struct policy_field *field, struct str fact,
	enum policy_term_form form, struct bytes *out);
/* Whether the fact, as it is, can be the line of a file for `FIELD in file:PATH`. */
bool policy_term_fits_file(const struct policy_field *field, struct str fact);

#endif
