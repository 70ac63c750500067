/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/value.h"

#include "config/schema.h"
#include "config/value_private.h"
#include "policy/pin.h"

static void expect_parent(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "the name of a policy");
}

static void expect_pin(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(
		out, "a name, or one with a dot in front, and prefixes separated by commas");
}

static void expect_rule(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "a rule");
}

static void expect_regex(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "a regular expression");
}

static size_t count_pins(const struct config_key *key, const void *base)
{
	return policy_pins_line_count(config_load_pointer(base, key->offset));
}

static void write_pin(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	bytes_append_str(out, policy_pins_line(config_load_pointer(base, key->offset), index));
}

static const struct config_value_type parent = {.expect = expect_parent};
static const struct config_value_type pin = {.expect = expect_pin,
	.write = write_pin,
	.count = count_pins,
	.repeat = CONFIG_REPEAT_LINES,
	.size = sizeof(const struct policy_pins *)};
static const struct config_value_type rule = {.expect = expect_rule, .repeat = CONFIG_REPEAT_LINES};
static const struct config_value_type regex = {
	.expect = expect_regex, .repeat = CONFIG_REPEAT_LINES};

static const struct config_value_type *type_of(const struct config_key *key)
{
	static const struct config_value_type *const types[] = {
		[CONFIG_BOOL] = &config_value_bool,
		[CONFIG_NUMBER] = &config_value_number,
		[CONFIG_SIZE] = &config_value_size,
		[CONFIG_BIG_SIZE] = &config_value_big_size,
		[CONFIG_TIME_MS] = &config_value_time_ms,
		[CONFIG_TIME_S] = &config_value_time_s,
		[CONFIG_WORD] = &config_value_word,
		[CONFIG_MODE] = &config_value_mode,
		[CONFIG_TEXT] = &config_value_text,
		[CONFIG_PATH] = &config_value_path,
		[CONFIG_PATHS] = &config_value_paths,
		[CONFIG_OIDS] = &config_value_oids,
		[CONFIG_USER] = &config_value_user,
		[CONFIG_GROUP] = &config_value_group,
		[CONFIG_PREFIXES] = &config_value_prefixes,
		[CONFIG_ENDPOINTS] = &config_value_endpoints,
		[CONFIG_CLAIMS] = &config_value_claims,
		[CONFIG_HEADERS] = &config_value_headers,
		[CONFIG_LISTEN] = &config_value_listen,
		[CONFIG_STORE] = &config_value_store,
		[CONFIG_CERT_SOURCE] = &config_value_cert_source,
		[CONFIG_VERIFY_SOURCE] = &config_value_verify_source,
		[CONFIG_LOG] = &config_value_log,
		[CONFIG_PARENT] = &parent,
		[CONFIG_PIN] = &pin,
		[CONFIG_ALLOW] = &rule,
		[CONFIG_DENY] = &rule,
		[CONFIG_RDNS_ALLOW] = &regex,
		[CONFIG_RDNS_DENY] = &regex,
	};

	return types[key->type];
}

enum config_repeat config_value_repeat(const struct config_key *key)
{
	return type_of(key)->repeat;
}

bool config_value_read(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	const struct config_value_type *type = type_of(key);

	*fault = (struct config_fault){.found = text};
	if (text.len == 0 && !config_key_may_be_empty(key)) {
		return false;
	}
	return type->read == NULL || type->read(key, reading, text, base, fault);
}

void config_value_expected(const struct config_key *key, struct bytes *out)
{
	type_of(key)->expect(key, out);
}

size_t config_value_count(const struct config_key *key, const void *base)
{
	const struct config_value_type *type = type_of(key);

	return type->count != NULL ? type->count(key, base) : 1;
}

void config_value_write(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	const struct config_value_type *type = type_of(key);

	if (type->write != NULL) {
		type->write(key, base, index, out);
	}
}

void config_value_copy(const struct config_key *key, const void *from, void *to)
{
	const struct config_value_type *type = type_of(key);

	if (type->size > 0 && type->count == config_value_item_count) {
		config_store(to, key->second, (const char *)from + key->second, sizeof(size_t));
	}
	config_store(to, key->offset, (const char *)from + key->offset, type->size);
}

void config_value_expect_choice(struct bytes *out, const char *word, size_t index, size_t count)
{
	if (index > 0) {
		bytes_append_text(out, index + 1 == count ? " or " : ", ");
	}
	bytes_append_text(out, word);
}

size_t config_value_item_count(const struct config_key *key, const void *base)
{
	size_t count;

	memcpy(&count, (const char *)base + key->second, sizeof(count));
	return count;
}

/* The array at `offset`, with room for one more item; NULL when out of memory. Arrays double. */
static void *grow(const struct config_key *key, const struct config_reading *reading, void *base,
	size_t item_size)
{
	size_t count = config_value_item_count(key, base);
	void *items;

	memcpy(&items, (char *)base + key->offset, sizeof(items));
	if ((count & (count - 1)) == 0) {
		void *more = arena_alloc(reading->arena, count == 0 ? 1 : 2 * count, item_size);

		if (more != NULL && count > 0) {
			memcpy(more, items, count * item_size);
		}
		items = more;
		if (items != NULL) {
			config_store(base, key->offset, &items, sizeof(items));
		}
	}
	return items;
}

bool config_value_add_item(const struct config_key *key, const struct config_reading *reading,
	void *base, const void *item, size_t item_size, const char **why)
{
	size_t count = config_value_item_count(key, base);
	char *items = grow(key, reading, base, item_size);

	if (items == NULL) {
		*why = "out of memory";
		return false;
	}
	memcpy(items + count * item_size, item, item_size);
	count++;
	config_store(base, key->second, &count, sizeof(count));
	return true;
}
