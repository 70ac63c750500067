/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_REGEX_SHAPE_H
#define DW_POLICY_REGEX_SHAPE_H

#include "base/str.h"

#include <stdbool.h>

/* Room for a name out of a regex, with its NUL. */
#define POLICY_SHAPE_NAME_MAX 128

/*
 * What the text of a regex about host names shows, as far as it is plain: what cannot be told from
 * it (look-around, quoting, options) gives no finding at all.
 */
struct policy_regex_shape {
	bool open_end;   /* what it matches may go on: no $ at the end of some alternative */
	bool open_start; /* a name in it may begin in the middle of a label: evilexample.com */
	bool raw_dot;    /* a dot between parts of a name stands for any character */
	/* The name, where the regex is one name and at most anchors; "" if it is anything else. */
	char name[POLICY_SHAPE_NAME_MAX];
	bool whole; /* the name is anchored at its start by ^ */
};

/* `regex` compiles. */
void policy_regex_shape(struct str regex, struct policy_regex_shape *out);

#endif
