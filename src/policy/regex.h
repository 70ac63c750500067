/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_REGEX_H
#define DW_POLICY_REGEX_H

#include "base/str.h"
#include "base/util.h"

#include <stddef.h>

/* A compiled regular expression: PCRE2, caseless, unanchored, bytes (UTF cannot be switched on). */
struct policy_regex;

enum policy_regex_result { POLICY_REGEX_NO_MATCH, POLICY_REGEX_MATCH, POLICY_REGEX_LIMIT };

struct policy_regex_error {
	size_t offset; /* into the pattern, at most its length */
	char text[256];
};

/* A longer subject is POLICY_REGEX_LIMIT: patterns exist whose time grows with its square. */
#define POLICY_REGEX_SUBJECT_MAX 8192

/* NULL, and *error filled in, if it does not compile. */
struct policy_regex *policy_regex_new(struct str pattern, struct policy_regex_error *error);
void policy_regex_free(struct policy_regex *regex);

/*
 * Whether it matches somewhere in `subject`. POLICY_REGEX_LIMIT: nobody knows, because PCRE2 ran
 * into one of its limits or failed in any other way. Thread-safe; takes nothing from the heap as
 * long as the pattern runs as machine code (JIT).
 */
NODISCARD enum policy_regex_result policy_regex_match(
	const struct policy_regex *regex, struct str subject);

#endif
