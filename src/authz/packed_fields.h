/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_PACKED_FIELDS_H
#define DW_AUTHZ_PACKED_FIELDS_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fields of a decision as memory keeps them, one behind the other, so that only the few that
 * somebody reads are formatted. Only the process that wrote them can read them.
 */
enum authz_packed_kind {
	AUTHZ_PACKED_TEXT,   /* bytes as they came, not escaped */
	AUTHZ_PACKED_WORD,   /* a literal */
	AUTHZ_PACKED_NUMBER, /* uint64_t */
	AUTHZ_PACKED_PREFIX  /* struct prefix */
};

struct authz_packed_field {
	const char *name;
	enum authz_packed_kind kind;
	struct str text; /* of a text or word: a view of the fields or literal */
	uint64_t number;
	struct prefix prefix;
};

/* `name` must stay valid as long as the fields: a literal. */
void authz_packed_word(struct bytes *out, const char *name, const char *literal);
void authz_packed_text(struct bytes *out, const char *name, struct str value);
void authz_packed_number(struct bytes *out, const char *name, uint64_t value);
void authz_packed_prefix(struct bytes *out, const char *name, const struct prefix *value);

/* Cuts the first field off *rest; false: there are no more. */
NODISCARD bool authz_packed_next(struct str *rest, struct authz_packed_field *out);
/* The field of that name; false: no field has it. */
NODISCARD bool authz_packed_find(
	struct str fields, const char *name, struct authz_packed_field *out);

#endif
