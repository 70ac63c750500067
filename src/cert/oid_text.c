/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/oid_text.h"

#include "base/oid.h"

bool cert_oid_text(const ASN1_OBJECT *oid, struct arena *arena, struct str *out)
{
	char text[OID_MAX_LEN + 1];
	int len = OBJ_obj2txt(text, sizeof(text), oid, 1);

	if (len <= 0 || len > OID_MAX_LEN) {
		return false;
	}
	*out = arena_dup(arena, (struct str){text, (size_t)len});
	return true;
}
