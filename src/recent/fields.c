/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/fields.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct recent_fields *recent_fields_new(struct str fields, unsigned cut)
{
	struct recent_fields *made = malloc(sizeof(*made) + fields.len);

	assert(fields.len <= RECENT_FIELDS_MAX);
	if (made != NULL) {
		*made = (struct recent_fields){.refs = 1, .cut = cut, .len = (uint32_t)fields.len};
		memcpy(made->data, fields.data, fields.len);
	}
	return made;
}

void recent_fields_free(struct recent_fields *fields)
{
	free(fields);
}
