/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_VALUE_PRIVATE_H
#define DW_CONFIG_VALUE_PRIVATE_H

#include "base/bytes.h"
#include "base/util.h"
#include "config/key.h"
#include "config/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The private part of value.h: value.c has one row for each enum config_type; this is a row. */
struct config_value_type {
	/* As config_value_read; NULL: the value is stored by another file. */
	bool (*read)(const struct config_key *key, const struct config_reading *reading,
		struct str text, void *base, struct config_fault *fault);
	void (*expect)(const struct config_key *key, struct bytes *out);
	void (*write)(
		const struct config_key *key, const void *base, size_t index, struct bytes *out);
	size_t (*count)(const struct config_key *key, const void *base); /* NULL: one */
	enum config_repeat repeat;
	size_t size; /* of the member that config_value_copy copies; 0: it is not copied */
};

/* value_scalar.c */
extern const struct config_value_type config_value_bool;
extern const struct config_value_type config_value_number;
extern const struct config_value_type config_value_size;
extern const struct config_value_type config_value_big_size;
extern const struct config_value_type config_value_time_ms;
extern const struct config_value_type config_value_time_s;
extern const struct config_value_type config_value_word;
extern const struct config_value_type config_value_mode;

/* value_store.c */
extern const struct config_value_type config_value_store;
extern const struct config_value_type config_value_text;

/* value_text.c */
extern const struct config_value_type config_value_path;
extern const struct config_value_type config_value_paths;
extern const struct config_value_type config_value_user;
extern const struct config_value_type config_value_group;
extern const struct config_value_type config_value_cert_source;
extern const struct config_value_type config_value_verify_source;
extern const struct config_value_type config_value_log;

/* value_list.c */
extern const struct config_value_type config_value_prefixes;
extern const struct config_value_type config_value_endpoints;
extern const struct config_value_type config_value_claims;
extern const struct config_value_type config_value_headers;
extern const struct config_value_type config_value_listen;
extern const struct config_value_type config_value_oids;

/* Adds an item to the array in the member of `key`; on failure false, and *why is the error. */
NODISCARD bool config_value_add_item(const struct config_key *key,
	const struct config_reading *reading, void *base, const void *item, size_t item_size,
	const char **why);
/* The number of items of that array. */
size_t config_value_item_count(const struct config_key *key, const void *base);
/* Appends one of `count` words: "a", "a or b", "a, b or c". */
void config_value_expect_choice(struct bytes *out, const char *word, size_t index, size_t count);

/* Members of a struct, by their offset. */
static inline void config_store(void *base, size_t offset, const void *value, size_t size)
{
	memcpy((char *)base + offset, value, size);
}

static inline void config_store_u32(void *base, size_t offset, uint32_t value)
{
	config_store(base, offset, &value, sizeof(value));
}

static inline uint32_t config_load_u32(const void *base, size_t offset)
{
	uint32_t value;

	memcpy(&value, (const char *)base + offset, sizeof(value));
	return value;
}

static inline const void *config_load_pointer(const void *base, size_t offset)
{
	const void *value;

	memcpy(&value, (const char *)base + offset, sizeof(value));
	return value;
}

#endif
