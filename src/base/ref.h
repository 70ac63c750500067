/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_REF_H
#define DW_BASE_REF_H

#include "base/util.h"

#include <stdatomic.h>
#include <stdbool.h>

/*
 * The number of references to an object that threads share, starting with one. A new reference is
 * made from one that is held, so ref_get orders nothing. ref_put publishes what was done through
 * the reference, and the thread that drops the last one sees all of it before it frees the object.
 */
struct ref {
	atomic_uint count;
};

static inline void ref_init(struct ref *ref)
{
	atomic_init(&ref->count, 1);
}

static inline void ref_get(struct ref *ref)
{
	atomic_fetch_add_explicit(&ref->count, 1, memory_order_relaxed);
}

/* True when this was the last reference: the caller frees the object. */
NODISCARD static inline bool ref_put(struct ref *ref)
{
	return atomic_fetch_sub_explicit(&ref->count, 1, memory_order_acq_rel) == 1;
}

#endif
