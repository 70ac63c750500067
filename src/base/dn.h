/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_DN_H
#define DW_BASE_DN_H

#include "base/str.h"

/* Attributes of a distinguished name (X.520, RFC 4519, PKCS #9) whose values are known one by one.
 */
enum dn_attribute {
	DN_CN,
	DN_O,
	DN_OU,
	DN_C,
	DN_ST,
	DN_L,
	DN_DC,
	DN_UID,
	DN_TITLE,
	DN_GIVEN_NAME,
	DN_SURNAME,
	DN_SERIAL_NUMBER,
	DN_ORGANIZATION_IDENTIFIER,
	DN_EMAIL,
	DN_ATTRIBUTES
};

/*
 * The values of a name's attributes, by enum dn_attribute: UTF-8 in the order of the name. The
 * attributes of a part with several count one by one.
 */
struct dn_values {
	struct str_list of[DN_ATTRIBUTES];
};

/* "cn", "o", ...: the last part of a field's name in rules, and of a member in JSON. */
extern const char *const dn_attribute_words[DN_ATTRIBUTES];

#endif
