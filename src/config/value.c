/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/value.h"

#include "base/addr.h"
#include "config/cert_source.h"
#include "config/config.h"
#include "config/units.h"
#include "config/user_group.h"
#include "log/log.h"
#include "net/listen.h"

#include <string.h>
#include <sys/types.h>

#define DNS_PORT 53

_Static_assert(sizeof(enum policy_rdns) == sizeof(uint32_t), "words are stored as 32 bits");
_Static_assert(sizeof(int) == sizeof(uint32_t), "the backlog is stored as 32 bits");
_Static_assert(sizeof(mode_t) == sizeof(uint32_t), "modes are stored as 32 bits");
_Static_assert(sizeof(uid_t) == sizeof(uint32_t), "owners are stored as 32 bits");
_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "groups are stored as 32 bits");

static void store(void *base, size_t offset, const void *value, size_t size)
{
	memcpy((char *)base + offset, value, size);
}

static void store_u32(void *base, size_t offset, uint32_t value)
{
	store(base, offset, &value, sizeof(value));
}

static size_t load_size(const void *base, size_t offset)
{
	size_t value;

	memcpy(&value, (const char *)base + offset, sizeof(value));
	return value;
}

static bool in_range(const struct config_key *key, uint64_t value)
{
	return value >= key->min && value <= key->max;
}

static bool read_bool(struct str text, bool *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"yes", true}, {"no", false}, {"true", true}, {"false", false}, {"on", true},
		{"off", false}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_text(text, words[i].word)) {
			*out = words[i].value;
			return true;
		}
	}
	return false;
}

static bool read_word(
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

static bool read_time(const struct config_key *key, struct str text, void *base, const char **why)
{
	uint64_t value;
	uint64_t per = key->type == CONFIG_TIME_S ? 1000 : 1;
	uint32_t word;

	if (read_word(key->words, text, &word, why)) {
		store_u32(base, key->offset, word);
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
	store_u32(base, key->offset, (uint32_t)(value / per));
	return true;
}

static bool read_mode(const struct config_key *key, struct str text, void *base)
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
	store_u32(base, key->offset, mode);
	return true;
}

static bool read_account(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, const char **why)
{
	const char *name = NULL;
	uint32_t id = UINT32_MAX;

	if (text.len > 0) {
		name = arena_dup(reading->arena, text).data;
		if (name == NULL) {
			*why = "out of memory";
			return false;
		}
		if (!config_user_group_find(key->type == CONFIG_USER, name, &id)) {
			*why = key->type == CONFIG_USER
				       ? "expected the name of a user; there is none"
				       : "expected the name of a group; there is none";
			return false;
		}
	}
	store(base, key->offset, &name, sizeof(name));
	if (key->second != CONFIG_NONE) {
		store_u32(base, key->second, id);
	}
	return true;
}

static bool store_path(const struct config_reading *reading, struct str text, void *base,
	size_t offset, const char **why)
{
	struct bytes joined;
	const char *path = NULL;

	bytes_init(&joined, 0);
	if (text.len > 0) {
		if (text.data[0] != '/') {
			bytes_append_text(&joined, reading->folder);
			bytes_append_text(&joined, "/");
		}
		bytes_append_str(&joined, text);
		path = arena_dup(reading->arena, bytes_view(&joined)).data;
	}
	bool failed = joined.failed || (text.len > 0 && path == NULL);

	bytes_clear(&joined);
	if (failed) {
		*why = "out of memory";
		return false;
	}
	store(base, offset, &path, sizeof(path));
	return true;
}

static bool read_log(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, const char **why)
{
	struct str path = {NULL, 0};
	enum log_target target;

	if (str_eq_text(text, "stderr")) {
		target = LOG_TO_STDERR;
	} else if (str_eq_text(text, "syslog")) {
		target = LOG_TO_SYSLOG;
	} else if (str_starts_with(text, "file:") && text.len > strlen("file:")) {
		target = LOG_TO_FILE;
		path = str_from(text, strlen("file:"));
	} else {
		return false;
	}
	store_u32(base, key->offset, target);
	return store_path(reading, path, base, key->second, why);
}

/* The array at `offset`, with room for one item more; NULL when out of memory. Arrays double. */
static void *grow(const struct config_key *key, const struct config_reading *reading, void *base,
	size_t item_size)
{
	size_t count = load_size(base, key->second);
	void *items;

	memcpy(&items, (char *)base + key->offset, sizeof(items));
	if ((count & (count - 1)) == 0) {
		void *more = arena_alloc(reading->arena, count == 0 ? 1 : 2 * count, item_size);

		if (more != NULL && count > 0) {
			memcpy(more, items, count * item_size);
		}
		items = more;
		if (items != NULL) {
			store(base, key->offset, &items, sizeof(items));
		}
	}
	return items;
}

static bool add_item(const struct config_key *key, const struct config_reading *reading, void *base,
	const void *item, size_t item_size, const char **why)
{
	size_t count = load_size(base, key->second);
	char *items = grow(key, reading, base, item_size);

	if (items == NULL) {
		*why = "out of memory";
		return false;
	}
	memcpy(items + count * item_size, item, item_size);
	count++;
	store(base, key->second, &count, sizeof(count));
	return true;
}

static bool read_listen(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, const char **why)
{
	struct net_listen_spec spec;
	struct str copy = arena_dup(reading->arena, text);

	if (copy.data == NULL) {
		*why = "out of memory";
		return false;
	}
	return net_listen_parse(copy, &spec, why) &&
	       add_item(key, reading, base, &spec, sizeof(spec), why);
}

static bool read_paths(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, const char **why)
{
	const char *path = NULL;

	return text.len == 0 || (store_path(reading, text, &path, 0, why) &&
					add_item(key, reading, base, &path, sizeof(path), why));
}

static bool read_endpoint(
	const struct config_key *key, struct str text, void *base, const char **why)
{
	size_t count = load_size(base, key->second);
	struct endpoint endpoint;

	if (!endpoint_parse(text, DNS_PORT, &endpoint)) {
		return false;
	}
	if (count == key->max) {
		*why = "expected no more of them";
		return false;
	}
	store(base, key->offset + count * sizeof(endpoint), &endpoint, sizeof(endpoint));
	count++;
	store(base, key->second, &count, sizeof(count));
	return true;
}

static bool read_claim(const struct config_key *key, struct str text, void *base)
{
	for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
		if (str_eq_text(text, policy_claim_word(i))) {
			uint32_t bits;

			memcpy(&bits, (char *)base + key->offset, sizeof(bits));
			store_u32(base, key->offset, bits | 1U << i);
			return true;
		}
	}
	return false;
}

static bool read_list(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	struct str rest = text;
	struct str item;

	while (text.len > 0 && str_split_next(&rest, ',', &item)) {
		struct prefix prefix;
		bool good;

		item = str_trim(item);
		fault->found = item;
		switch (key->type) {
		case CONFIG_PREFIXES:
			if (prefix_mend(item, &prefix)) {
				fault->why = "expected no bits set after the prefix, as in "
					     "10.0.0.0/8";
			}
			good = prefix_parse(item, &prefix) &&
			       add_item(key, reading, base, &prefix, sizeof(prefix), &fault->why);
			break;
		case CONFIG_ENDPOINTS:
			good = read_endpoint(key, item, base, &fault->why);
			break;
		default:
			good = read_claim(key, item, base);
			break;
		}
		if (!good) {
			return false;
		}
	}
	return true;
}

static bool read_number(const struct config_key *key, struct str text, void *base, const char **why)
{
	uint64_t value;
	uint32_t word;
	bool flag;

	switch (key->type) {
	case CONFIG_BOOL:
		if (!read_bool(text, &flag)) {
			return false;
		}
		store(base, key->offset, &flag, sizeof(flag));
		return true;
	case CONFIG_WORD:
		if (!read_word(key->words, text, &word, why)) {
			return false;
		}
		store_u32(base, key->offset, word);
		return true;
	case CONFIG_NUMBER:
		if (read_word(key->words, text, &word, why)) {
			value = word;
		} else if (!str_to_u64(text, key->max, &value) || !in_range(key, value)) {
			return false;
		}
		store_u32(base, key->offset, (uint32_t)value);
		return true;
	default:
		if (!config_units_read(CONFIG_SIZE_UNITS, text, &value) || !in_range(key, value)) {
			return false;
		}
		if (key->type == CONFIG_BIG_SIZE) {
			store(base, key->offset, &value, sizeof(value));
		} else {
			store_u32(base, key->offset, (uint32_t)value);
		}
		return true;
	}
}

bool config_value_read(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	*fault = (struct config_fault){.found = text};
	if (text.len == 0 && !config_key_may_be_empty(key)) {
		return false;
	}
	switch (key->type) {
	case CONFIG_BOOL:
	case CONFIG_NUMBER:
	case CONFIG_WORD:
	case CONFIG_SIZE:
	case CONFIG_BIG_SIZE:
		return read_number(key, text, base, &fault->why);
	case CONFIG_TIME_MS:
	case CONFIG_TIME_S:
		return read_time(key, text, base, &fault->why);
	case CONFIG_MODE:
		return read_mode(key, text, base);
	case CONFIG_PATH:
		return store_path(reading, text, base, key->offset, &fault->why);
	case CONFIG_PATHS:
		return read_paths(key, reading, text, base, &fault->why);
	case CONFIG_USER:
	case CONFIG_GROUP:
		return read_account(key, reading, text, base, &fault->why);
	case CONFIG_PREFIXES:
	case CONFIG_ENDPOINTS:
	case CONFIG_CLAIMS:
		return read_list(key, reading, text, base, fault);
	case CONFIG_LISTEN:
		return read_listen(key, reading, text, base, &fault->why);
	case CONFIG_CERT_SOURCE:
	case CONFIG_VERIFY_SOURCE:
		return config_cert_source_read(text, key->type == CONFIG_CERT_SOURCE,
			reading->arena, (struct cert_choice *)(void *)((char *)base + key->offset),
			&fault->why);
	case CONFIG_LOG:
		return read_log(key, reading, text, base, &fault->why);
	default:
		return true;
	}
}

void config_value_copy(const struct config_key *key, const void *from, void *to)
{
	size_t size = 0;

	switch (key->type) {
	case CONFIG_BOOL:
		size = sizeof(bool);
		break;
	case CONFIG_NUMBER:
	case CONFIG_SIZE:
	case CONFIG_TIME_MS:
	case CONFIG_TIME_S:
	case CONFIG_WORD:
	case CONFIG_CLAIMS:
		size = sizeof(uint32_t);
		break;
	case CONFIG_PATHS:
		store(to, key->second, (const char *)from + key->second, sizeof(size_t));
		size = sizeof(const char *const *);
		break;
	case CONFIG_PATH:
	case CONFIG_PIN:
		size = sizeof(const void *);
		break;
	default:
		break;
	}
	store(to, key->offset, (const char *)from + key->offset, size);
}
