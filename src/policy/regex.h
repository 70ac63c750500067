/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_REGEX_H
#define DW_POLICY_REGEX_H

#include "base/str.h"
#include "base/util.h"

#include <stddef.h>
#include <stdint.h>

/* A compiled regular expression: PCRE2, caseless, unanchored, bytes (UTF cannot be switched on). */
struct policy_regex;

enum policy_regex_result { POLICY_REGEX_NO_MATCH, POLICY_REGEX_MATCH, POLICY_REGEX_LIMIT };

struct policy_regex_error {
	size_t offset; /* into the pattern, at most its length */
	char text[256];
};

/* The result for a longer subject is POLICY_REGEX_LIMIT. */
#define POLICY_REGEX_SUBJECT_MAX 8192

/*
 * The cost of matching, in steps. A step is one try of one item of the pattern at one place, or 16
 * bytes over which an item runs. Steps are counted over all places of the subject; PCRE2's own
 * limits start again at each place, and as machine code leave out the loops over single characters.
 * A step takes about 10 ns as machine code (JIT), and up to 60 ns without.
 *
 * A match has a few steps of its own for each byte of its subject, as many as any harmless pattern
 * takes. Further steps come out of a budget that all matches of one decision share: so the regexes
 * of a request take at most 3 ms in addition to a time that grows with the length of its texts
 * alone, whatever the patterns and the texts are.
 */
#define POLICY_REGEX_STEPS 250000
#define POLICY_REGEX_FREE_STEPS(len) (64 + 2 * (uint64_t)(len))

/* NULL, with *error filled in, if it does not compile. */
struct policy_regex *policy_regex_new(struct str pattern, struct policy_regex_error *error);
void policy_regex_free(struct policy_regex *regex);

/*
 * Whether the regex matches somewhere in `subject`. POLICY_REGEX_LIMIT: unknown, because its steps
 * were used up, or PCRE2 ran into one of its limits or failed in any other way. `*steps` is what is
 * left of the budget; NULL: the match has a budget of its own. Thread-safe; takes no memory from
 * the heap as long as the pattern runs as machine code (JIT).
 */
NODISCARD enum policy_regex_result policy_regex_match(
	const struct policy_regex *regex, struct str subject, uint64_t *steps);

#endif
