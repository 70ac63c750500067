/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_TEXTSET_H
#define DW_POLICY_TEXTSET_H

#include "policy/text.h"

/*
 * A set of values of one kind: its bytes and 5 more for each (6 from 128 bytes on), or the bytes of
 * a digest and none more; lookup in O(log n). Filled, sealed, and then only searched.
 */
struct policy_textset;

/* NULL when out of memory. `kind` is borrowed. */
struct policy_textset *policy_textset_new(const struct policy_text_kind *kind);
void policy_textset_free(struct policy_textset *set);
/*
 * `value` is in its kind's canonical form, and is copied, with its variants. False when out of
 * memory, or past 4 GiB.
 */
NODISCARD bool policy_textset_add(struct policy_textset *set, struct str value);
/* Sorts the set and drops values that others include. */
void policy_textset_seal(struct policy_textset *set);
/* The number of values; after sealing, without the dropped ones. */
size_t policy_textset_count(const struct policy_textset *set);
/* A value in the order of its kind, once sealed. A view. Not for digests. */
struct str policy_textset_at(const struct policy_textset *set, size_t index);
/* Whether any value covers the fact. Only after sealing. */
bool policy_textset_covers(const struct policy_textset *set, struct str fact);

#endif
