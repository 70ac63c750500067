/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_REGEX_TRIAL_H
#define DW_POLICY_REGEX_TRIAL_H

#include "policy/regex.h"

/*
 * Tries a regex on texts that are built to take long: of its own letters, and of others, repeated,
 * with an end that does not match. Returns the length, up to `longest` bytes, at which one of them
 * uses up POLICY_REGEX_STEPS, so that a request with such a text is denied; 0: none does. Counts
 * down `*steps`, and ends early, with 0, when they are used up.
 */
size_t policy_regex_try(
	const struct policy_regex *regex, struct str pattern, size_t longest, uint64_t *steps);

#endif
