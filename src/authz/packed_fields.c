/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/packed_fields.h"

#include <assert.h>
#include <string.h>

/* Before each value, in no alignment. */
struct head {
	const char *name;
	uint32_t kind;
	uint32_t len; /* of the value */
};

static inline void add(struct bytes *out, const char *name, enum authz_packed_kind kind,
	const void *value, size_t len)
{
	const struct head head = {name, kind, (uint32_t)len};
	uint8_t *at = bytes_reserve(out, sizeof(head) + len);

	if (at != NULL) {
		memcpy(at, &head, sizeof(head));
		memcpy(at + sizeof(head), value, len);
		out->len += sizeof(head) + len;
	}
}

void authz_packed_word(struct bytes *out, const char *name, const char *literal)
{
	add(out, name, AUTHZ_PACKED_WORD, &literal, sizeof(literal));
}

void authz_packed_text(struct bytes *out, const char *name, struct str value)
{
	if (value.len > UINT32_MAX) {
		out->failed = true;
	} else {
		add(out, name, AUTHZ_PACKED_TEXT, value.data != NULL ? value.data : "", value.len);
	}
}

void authz_packed_number(struct bytes *out, const char *name, uint64_t value)
{
	add(out, name, AUTHZ_PACKED_NUMBER, &value, sizeof(value));
}

void authz_packed_prefix(struct bytes *out, const char *name, const struct prefix *value)
{
	add(out, name, AUTHZ_PACKED_PREFIX, value, sizeof(*value));
}

static void take(void *value, size_t size, struct str bytes)
{
	assert(bytes.len == size);
	memcpy(value, bytes.data, size);
}

bool authz_packed_next(struct str *rest, struct authz_packed_field *out)
{
	struct head head;
	const char *literal;

	if (rest->len < sizeof(head)) {
		return false;
	}
	memcpy(&head, rest->data, sizeof(head));
	assert(head.len <= rest->len - sizeof(head));
	struct str value = {rest->data + sizeof(head), head.len};

	*out = (struct authz_packed_field){
		.name = head.name, .kind = (enum authz_packed_kind)head.kind};
	*rest = str_from(*rest, sizeof(head) + head.len);
	switch (out->kind) {
	case AUTHZ_PACKED_TEXT:
		out->text = value;
		break;
	case AUTHZ_PACKED_WORD:
		take(&literal, sizeof(literal), value);
		out->text = str_view(literal);
		break;
	case AUTHZ_PACKED_NUMBER:
		take(&out->number, sizeof(out->number), value);
		break;
	case AUTHZ_PACKED_PREFIX:
		take(&out->prefix, sizeof(out->prefix), value);
		break;
	}
	return true;
}

bool authz_packed_find(struct str fields, const char *name, struct authz_packed_field *out)
{
	while (authz_packed_next(&fields, out)) {
		if (strcmp(out->name, name) == 0) {
			return true;
		}
	}
	return false;
}
