/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_JSON_H
#define DW_BASE_JSON_H

#include "base/bytes.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Writes JSON (RFC 8259) value by value, with the commas between them. Failures stay in
 * out->failed. Bytes that are not UTF-8 become U+FFFD.
 */
void json_open(struct bytes *out, char bracket);  /* '{' or '[' */
void json_close(struct bytes *out, char bracket); /* '}' or ']' */
void json_key(struct bytes *out, const char *key);
void json_none(struct bytes *out);
void json_bool(struct bytes *out, bool value);
void json_u64(struct bytes *out, uint64_t value);
/* Absent strings (data == NULL) are null. */
void json_str(struct bytes *out, struct str value);
void json_text(struct bytes *out, const char *value);
void json_str_list(struct bytes *out, struct str_list list);

/* A member of an object: the key, then the value, or the bracket that begins it. */
void json_member_open(struct bytes *out, const char *key, char bracket);
void json_member_bool(struct bytes *out, const char *key, bool value);
void json_member_u64(struct bytes *out, const char *key, uint64_t value);
void json_member_str(struct bytes *out, const char *key, struct str value);
void json_member_text(struct bytes *out, const char *key, const char *value);
void json_member_str_list(struct bytes *out, const char *key, struct str_list list);

#endif
