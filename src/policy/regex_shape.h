/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_REGEX_SHAPE_H
#define DW_POLICY_REGEX_SHAPE_H

#include "base/str.h"

#include <stdbool.h>

/* Room for a name taken from a regex, with its NUL. */
#define POLICY_SHAPE_NAME_MAX 128

/*
 * What the text of a regex about host names shows. If it has parts that are not analysed
 * (look-around, quoting, options), nothing is found.
 */
struct policy_regex_shape {
	bool open_end;   /* a match may continue: an alternative has no $ at its end */
	bool open_start; /* a match may begin in the middle of a label: evilexample.com */
	bool raw_dot;    /* a dot between parts of a name stands for any character */
	/* The name, if the regex is one name with at most anchors; else "". */
	char name[POLICY_SHAPE_NAME_MAX];
	bool whole; /* the name is anchored at its start by ^ */
};

/* `regex` must compile. */
void policy_regex_shape(struct str regex, struct policy_regex_shape *out);

#endif
