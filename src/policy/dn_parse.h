/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DN_PARSE_H
#define DW_POLICY_DN_PARSE_H

#include "policy/text.h"

/* A parsed distinguished name, for dn.c and lint_value.c. */

#define POLICY_DN_AVAS_MAX 32

/* One attribute and its value, in the form in which OpenSSL prints it. */
struct policy_ava {
	struct str type;
	struct str text; /* type, `=` and value */
	bool joined;     /* to the previous attribute, by a `+` */
};

struct policy_dn {
	struct policy_ava avas[POLICY_DN_AVAS_MAX]; /* in the order in which they are written */
	size_t count;
	bool loose; /* with blanks between its parts, which RFC 2253 does not have */
	size_t used;
	char room[POLICY_TEXT_ROOM];
	char why[128]; /* the error */
};

/* Parses RFC 4514 text and similar forms; false with `why`. At least one attribute. */
NODISCARD bool policy_dn_parse(struct policy_dn *dn, struct str written);
/* Parses `/C=DE/O=Example`, in which only bytes are escaped, as \xXX. False with `why`. */
NODISCARD bool policy_dn_parse_slashes(struct policy_dn *dn, struct str written);
/*
 * The position of the next `/`, behind the first byte, that an attribute follows; else the length.
 */
size_t policy_dn_find_slash(struct str text);

#endif
