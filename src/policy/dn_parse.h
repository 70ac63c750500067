/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DN_PARSE_H
#define DW_POLICY_DN_PARSE_H

#include "policy/text.h"

/* For dn.c and lint_value.c: a distinguished name taken apart. */

#define POLICY_DN_AVAS_MAX 32

/* One attribute and its value, in the form in which OpenSSL prints it. */
struct policy_ava {
	struct str type;
	struct str text; /* type, `=` and value */
	bool joined;     /* to the one before it, by a `+` */
};

struct policy_dn {
	struct policy_ava avas[POLICY_DN_AVAS_MAX]; /* in the order in which they are written */
	size_t count;
	bool loose; /* with blanks between its parts, as RFC 2253 never has them */
	size_t used;
	char room[POLICY_TEXT_ROOM];
	char why[128]; /* what is wrong with it */
};

/* RFC 4514 text and its like; false with `why`. At least one attribute. */
NODISCARD bool policy_dn_parse(struct policy_dn *dn, struct str written);
/* `/C=DE/O=Example`, in which nothing is escaped but bytes, as \xXX. False with `why`. */
NODISCARD bool policy_dn_parse_slashes(struct policy_dn *dn, struct str written);
/* Where the next `/` stands, behind the first byte, that an attribute follows; else the length. */
size_t policy_dn_find_slash(struct str text);

#endif
