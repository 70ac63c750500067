/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/dn.h"

const char *const dn_attribute_words[DN_ATTRIBUTES] = {
	[DN_CN] = "cn",
	[DN_O] = "o",
	[DN_OU] = "ou",
	[DN_C] = "c",
	[DN_ST] = "st",
	[DN_L] = "l",
	[DN_DC] = "dc",
	[DN_UID] = "uid",
	[DN_TITLE] = "title",
	[DN_GIVEN_NAME] = "given_name",
	[DN_SURNAME] = "surname",
	[DN_SERIAL_NUMBER] = "serial_attr",
	[DN_ORGANIZATION_IDENTIFIER] = "organization_identifier",
	[DN_EMAIL] = "email_attr",
};
