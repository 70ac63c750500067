/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_RECENT_FIELDS_H
#define DW_RECENT_FIELDS_H

#include "base/str.h"

#include <stdint.h>

/*
 * What all records of the same decision have in common: its fields, packed by
 * authz_decision_recent_fields. A cached response and each record of it share one. One thread
 * counts the references, the worker that writes the records; a reader reads the fields of a record
 * while it holds that record's slot.
 */
struct recent_fields {
	uint32_t refs;
	uint32_t cut; /* bits 1 << enum authz_decision_text of texts that are cut */
	uint32_t len;
	char data[];
};

#define RECENT_FIELDS_MAX 640 /* bytes of `data` */

/* With one reference. At most RECENT_FIELDS_MAX bytes of fields. NULL when out of memory. */
struct recent_fields *recent_fields_new(struct str fields, unsigned cut);
void recent_fields_free(struct recent_fields *fields);

static inline struct recent_fields *recent_fields_ref(struct recent_fields *fields)
{
	if (fields != NULL) {
		fields->refs++;
	}
	return fields;
}

/* NULL is ignored. */
static inline void recent_fields_unref(struct recent_fields *fields)
{
	if (fields != NULL && --fields->refs == 0) {
		recent_fields_free(fields);
	}
}

#endif
