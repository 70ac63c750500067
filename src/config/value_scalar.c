/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "config/config.h"
#include "config/units.h"
#include "config/value_private.h"

#include <sys/types.h>

/* Values of one number: flags, numbers, sizes, times, words and modes. */

_Static_assert(sizeof(enum policy_rdns) == sizeof(uint32_t), "words are stored as 32 bits");
_Static_assert(sizeof(int) == sizeof(uint32_t), "the backlog is stored as 32 bits");
_Static_assert(sizeof(mode_t) == sizeof(uint32_t), "modes are stored as 32 bits");

static bool in_range(const struct config_key *key, uint64_t value)
{
	return value >= key->min && value <= key->max;
}

static void expect_range(
	const struct config_key *key, enum config_units units, uint64_t weight, struct bytes *out)
{
	bytes_append_text(out, "from ");
	config_units_write(units, key->min * weight, out);
	bytes_append_text(out, " to ");
	config_units_write(units, key->max * weight, out);
}

static bool find_word(
	const struct config_word *words, struct str text, uint32_t *out, const char **why)
{
	for (; words != NULL && words->word != NULL; words++) {
		if (str_eq_text(text, words->word)) {
			*out = words->value;
			*why = words->later ? "not in this version" : NULL;
			return !words->later;
		}
	}
	return false;
}

static bool read_word(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	uint32_t word;

	if (!find_word(key->words, text, &word, &fault->why)) {
		return false;
	}
	config_store_u32(base, key->offset, word);
	return true;
}

static void expect_word(const struct config_key *key, struct bytes *out)
{
	size_t count = 0;
	size_t index = 0;

	for (const struct config_word *w = key->words; w->word != NULL; w++) {
		count += w->later ? 0 : 1;
	}
	for (const struct config_word *w = key->words; w->word != NULL; w++) {
		if (!w->later) {
			config_value_expect_choice(out, w->word, index++, count);
		}
	}
}

/* Appends the words that a number or a time may have in place of a value. */
static void expect_words_or(const struct config_key *key, struct bytes *out)
{
	if (key->words != NULL) {
		expect_word(key, out);
		bytes_append_text(out, " or ");
	}
}

static void write_word(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	uint32_t value = config_load_u32(base, key->offset);

	for (const struct config_word *w = key->words; w->word != NULL; w++) {
		if (w->value == value && !w->later) {
			bytes_append_text(out, w->word);
			return;
		}
	}
}

/* Words stand for values below the least number. */
static bool is_word(const struct config_key *key, const void *base)
{
	return key->words != NULL && config_load_u32(base, key->offset) < key->min;
}

static bool read_bool(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"yes", true}, {"no", false}, {"true", true}, {"false", false}, {"on", true},
		{"off", false}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_text(text, words[i].word)) {
			config_store(base, key->offset, &words[i].value, sizeof(words[i].value));
			return true;
		}
	}
	return false;
}

static void expect_bool(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "yes or no");
}

static void write_bool(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	bool flag;

	memcpy(&flag, (const char *)base + key->offset, sizeof(flag));
	bytes_append_text(out, flag ? "yes" : "no");
}

static bool read_number(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	uint64_t value;
	uint32_t word;

	if (find_word(key->words, text, &word, &fault->why)) {
		value = word;
	} else if (!str_to_u64(text, key->max, &value) || !in_range(key, value)) {
		return false;
	}
	config_store_u32(base, key->offset, (uint32_t)value);
	return true;
}

static void expect_number(const struct config_key *key, struct bytes *out)
{
	expect_words_or(key, out);
	bytes_appendf(out, "a number from %llu to %llu", (unsigned long long)key->min,
		(unsigned long long)key->max);
}

static void write_number(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	if (is_word(key, base)) {
		write_word(key, base, index, out);
	} else {
		bytes_append_u64(out, config_load_u32(base, key->offset));
	}
}

static bool read_units(
	const struct config_key *key, enum config_units units, struct str text, uint64_t *out)
{
	return config_units_read(units, text, out) && in_range(key, *out);
}

static bool read_size(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	uint64_t value;

	if (!read_units(key, CONFIG_SIZE_UNITS, text, &value)) {
		return false;
	}
	config_store_u32(base, key->offset, (uint32_t)value);
	return true;
}

static bool read_big_size(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	uint64_t value;

	if (!read_units(key, CONFIG_SIZE_UNITS, text, &value)) {
		return false;
	}
	config_store(base, key->offset, &value, sizeof(value));
	return true;
}

static void expect_size(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "a size ");
	expect_range(key, CONFIG_SIZE_UNITS, 1, out);
}

static void write_size(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	config_units_write(CONFIG_SIZE_UNITS, config_load_u32(base, key->offset), out);
}

static void write_big_size(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	uint64_t value;

	memcpy(&value, (const char *)base + key->offset, sizeof(value));
	config_units_write(CONFIG_SIZE_UNITS, value, out);
}

/* A time in units of `per` milliseconds. */
static bool read_time(
	const struct config_key *key, uint64_t per, struct str text, void *base, const char **why)
{
	uint64_t value;
	uint32_t word;

	if (find_word(key->words, text, &word, why)) {
		config_store_u32(base, key->offset, word);
		return true;
	}
	if (str_to_u64(text, UINT64_MAX, &value)) {
		*why = "expected a time with its unit, e.g. 500ms, 10s, 5m or 1h";
		return false;
	}
	if (!config_units_read(CONFIG_TIME_UNITS, text, &value) || value % per != 0 ||
		!in_range(key, value / per)) {
		return false;
	}
	config_store_u32(base, key->offset, (uint32_t)(value / per));
	return true;
}

static bool read_time_ms(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return read_time(key, 1, text, base, &fault->why);
}

static bool read_time_s(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return read_time(key, 1000, text, base, &fault->why);
}

static void expect_time_ms(const struct config_key *key, struct bytes *out)
{
	expect_words_or(key, out);
	bytes_append_text(out, "a time ");
	expect_range(key, CONFIG_TIME_UNITS, 1, out);
}

static void expect_time_s(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "a time in whole seconds ");
	expect_range(key, CONFIG_TIME_UNITS, 1000, out);
}

static void write_time_ms(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	if (is_word(key, base)) {
		write_word(key, base, index, out);
	} else {
		config_units_write(CONFIG_TIME_UNITS, config_load_u32(base, key->offset), out);
	}
}

static void write_time_s(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	config_units_write(CONFIG_TIME_UNITS, config_load_u32(base, key->offset) * 1000ULL, out);
}

static bool read_mode(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	uint32_t mode = 0;

	if (text.len < 3 || text.len > 4) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '7') {
			return false;
		}
		mode = mode * 8 + (uint32_t)(text.data[i] - '0');
	}
	if (!in_range(key, mode)) {
		return false;
	}
	config_store_u32(base, key->offset, mode);
	return true;
}

static void expect_mode(const struct config_key *key, struct bytes *out)
{
	bytes_appendf(out, "an octal mode up to %04llo", (unsigned long long)key->max);
}

static void write_mode(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	bytes_appendf(out, "%04o", config_load_u32(base, key->offset));
}

const struct config_value_type config_value_bool = {
	.read = read_bool, .expect = expect_bool, .write = write_bool, .size = sizeof(bool)};
const struct config_value_type config_value_number = {.read = read_number,
	.expect = expect_number,
	.write = write_number,
	.size = sizeof(uint32_t)};
const struct config_value_type config_value_size = {
	.read = read_size, .expect = expect_size, .write = write_size, .size = sizeof(uint32_t)};
const struct config_value_type config_value_big_size = {.read = read_big_size,
	.expect = expect_size,
	.write = write_big_size,
	.size = sizeof(uint64_t)};
const struct config_value_type config_value_time_ms = {.read = read_time_ms,
	.expect = expect_time_ms,
	.write = write_time_ms,
	.size = sizeof(uint32_t)};
const struct config_value_type config_value_time_s = {.read = read_time_s,
	.expect = expect_time_s,
	.write = write_time_s,
	.size = sizeof(uint32_t)};
const struct config_value_type config_value_word = {
	.read = read_word, .expect = expect_word, .write = write_word, .size = sizeof(uint32_t)};
const struct config_value_type config_value_mode = {
	.read = read_mode, .expect = expect_mode, .write = write_mode};
