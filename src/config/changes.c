/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/changes.h"

#include "base/bytes.h"
#include "config/config_private.h"
#include "config/schema.h"
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

/* A value of a key; of rules each has the key that it was written with. */
struct item {
	const char *key;
	size_t from; /* in the text of its list */
	size_t len;
	bool in_both;
};

struct items {
	struct bytes text;
	struct item *list;
	size_t count;
	size_t capacity;
	bool failed;
};

struct comparison {
	struct items before;
	struct items after;
	struct str section;
	void (*each)(void *ctx, const struct config_change *change);
	void *ctx;
};

static void items_clear(struct items *items)
{
	bytes_clear(&items->text);
	free(items->list);
}

static void items_reset(struct items *items)
{
	bytes_reset(&items->text, SIZE_MAX);
	items->count = 0;
}

/* What was appended to the text since `from` is a value. */
static void items_add(struct items *items, const char *key, size_t from)
{
	if (items->count == items->capacity) {
		size_t capacity = items->capacity > 0 ? 2 * items->capacity : 16;
		struct item *list = reallocarray(items->list, capacity, sizeof(*list));

		if (list == NULL) {
			items->failed = true;
			return;
		}
		items->list = list;
		items->capacity = capacity;
	}
	items->list[items->count++] = (struct item){key, from, items->text.len - from, false};
}

static struct str text_of(const struct items *items, const struct item *item)
{
	/* An empty value is not an absent one. */
	return item->len > 0 ? (struct str){(const char *)items->text.data + item->from, item->len}
			     : str_view("");
}

static void read_values(struct items *items, const struct config_key *key, const void *base)
{
	size_t count = config_value_count(key, base);

	items_reset(items);
	for (size_t i = 0; i < count; i++) {
		size_t from = items->text.len;

		config_value_write(key, base, i, &items->text);
		items_add(items, key->name, from);
	}
}

static void write_rule(const struct policy_rule *rule, struct bytes *out)
{
	size_t count = policy_rule_term_count(rule);

	for (size_t i = 0; i < count; i++) {
		bytes_append_text(out, i > 0 ? " & " : "");
		bytes_append_str(out, policy_rule_term_text(rule, i));
	}
}

static void read_rules(
	struct items *items, const struct config_policy_source *source, const struct policy *policy)
{
	items_reset(items);
	for (size_t i = 0; i < source->rules_from->rule_count; i++) {
		const struct config_ini_entry *entry = source->rules_from->rule_entries[i];
		const struct config_key *key = config_key_find(CONFIG_POLICY_SCHEMA, entry->key);
		size_t from = items->text.len;

		if (key->type == CONFIG_ALLOW || key->type == CONFIG_DENY) {
			write_rule(policy_rules_at(policy->rules, i), &items->text);
		} else {
			bytes_append_str(&items->text, entry->value);
		}
		items_add(items, key->name, from);
	}
}

static bool is_same(
	const struct items *a, const struct item *x, const struct items *b, const struct item *y)
{
	return strcmp(x->key, y->key) == 0 && str_eq(text_of(a, x), text_of(b, y));
}

/* A value, to be sorted. */
struct sorted {
	struct str text;
	struct item *item;
};

static int compare_texts(const void *a, const void *b)
{
	const struct sorted *x = a;
	const struct sorted *y = b;
	size_t len = x->text.len < y->text.len ? x->text.len : y->text.len;
	int order = strcmp(x->item->key, y->item->key);

	if (order == 0 && len > 0) {
		order = memcmp(x->text.data, y->text.data, len);
	}
	if (order == 0) {
		order = (x->text.len > y->text.len) - (x->text.len < y->text.len);
	}
	return order;
}

/* NULL when out of memory. */
static struct sorted *sort(const struct items *items, size_t first, size_t count)
{
	struct sorted *sorted = calloc(count + 1, sizeof(*sorted));

	for (size_t i = 0; sorted != NULL && i < count; i++) {
		struct item *item = &items->list[first + i];

		sorted[i] = (struct sorted){text_of(items, item), item};
	}
	if (sorted != NULL) {
		qsort(sorted, count, sizeof(*sorted), compare_texts);
	}
	return sorted;
}

/* Marks the values that are in both of the lists; false when out of memory. */
static bool match(struct comparison *c, size_t first, size_t before_count, size_t after_count)
{
	struct sorted *before = sort(&c->before, first, before_count);
	struct sorted *after = sort(&c->after, first, after_count);
	size_t i = 0;
	size_t j = 0;

	while (before != NULL && after != NULL && i < before_count && j < after_count) {
		int order = compare_texts(&before[i], &after[j]);

		if (order == 0) {
			before[i].item->in_both = true;
			after[j].item->in_both = true;
		}
		i += order <= 0;
		j += order >= 0;
	}
	bool good = before != NULL && after != NULL;

	free(before);
	free(after);
	return good;
}

/* Of one key; one of the two may be NULL. */
static void tell(const struct comparison *c, const char *key, const struct item *before,
	const struct item *after)
{
	const struct config_change change = {
		.section = c->section,
		.key = str_view(key),
		.before = before != NULL ? text_of(&c->before, before) : (struct str){NULL, 0},
		.after = after != NULL ? text_of(&c->after, after) : (struct str){NULL, 0},
	};

	c->each(c->ctx, &change);
}

/* The values from `first` to `end` that only this list has. */
static size_t count_alone(const struct items *items, size_t first, size_t end)
{
	size_t count = 0;

	for (size_t i = first; i < end; i++) {
		count += !items->list[i].in_both;
	}
	return count;
}

/* The first of them; there is one. */
static const struct item *first_alone(const struct items *items, size_t first)
{
	while (items->list[first].in_both) {
		first++;
	}
	return &items->list[first];
}

/* Tells how the lists differ, from `first` to their ends. */
static void tell_all(const struct comparison *c, size_t first, size_t before_end, size_t after_end)
{
	size_t gone = count_alone(&c->before, first, before_end);
	size_t added = count_alone(&c->after, first, after_end);

	if (gone == 0 && added == 0) {
		const struct item *old = &c->before.list[first];

		tell(c, old->key, old, &c->after.list[first]);
		return;
	}
	if (gone == 1 && added == 1) {
		const struct item *old = first_alone(&c->before, first);
		const struct item *new = first_alone(&c->after, first);

		if (strcmp(old->key, new->key) == 0) {
			tell(c, old->key, old, new);
			return;
		}
	}
	for (size_t i = first; i < before_end; i++) {
		const struct item *item = &c->before.list[i];

		if (!item->in_both) {
			tell(c, item->key, item, NULL);
		}
	}
	for (size_t i = first; i < after_end; i++) {
		const struct item *item = &c->after.list[i];

		if (!item->in_both) {
			tell(c, item->key, NULL, item);
		}
	}
}

/* Compares what the two lists hold; false when out of memory. */
static bool compare(struct comparison *c)
{
	size_t before = c->before.count;
	size_t after = c->after.count;
	size_t first = 0;

	if (c->before.failed || c->after.failed || c->before.text.failed || c->after.text.failed) {
		return false;
	}
	while (first < before && first < after &&
		is_same(&c->before, &c->before.list[first], &c->after, &c->after.list[first])) {
		first++;
	}
	while (before > first && after > first &&
		is_same(&c->before, &c->before.list[before - 1], &c->after,
			&c->after.list[after - 1])) {
		before--;
		after--;
	}
	if (first == before && first == after) {
		return true;
	}
	if (!match(c, first, before - first, after - first)) {
		return false;
	}
	tell_all(c, first, before, after);
	return true;
}

static bool compare_keys(struct comparison *c, const struct config_section_schema *schema,
	const void *before, const void *after)
{
	bool good = true;

	for (size_t k = 0; good && k < schema->key_count; k++) {
		const struct config_key *key = &schema->keys[k];

		if (key->type == CONFIG_PARENT || config_key_is_rule(key)) {
			continue;
		}
		read_values(&c->before, key, before);
		read_values(&c->after, key, after);
		good = compare(c);
	}
	return good;
}

static const struct config_policy_source *source_of(
	const struct config *config, const struct policy *policy)
{
	return &((const struct config_snapshot *)(const void *)config)->sources[policy->number];
}

static bool compare_policies(struct comparison *c, const struct config *before,
	const struct policy *old, const struct config *after, const struct policy *new)
{
	if (!compare_keys(c, CONFIG_POLICY_SCHEMA, old, new)) {
		return false;
	}
	read_rules(&c->before, source_of(before, old), old);
	read_rules(&c->after, source_of(after, new), new);
	return compare(c);
}

static void tell_policy(const struct comparison *c, bool is_new)
{
	const struct str there = str_view("configured");
	const struct config_change change = {.section = c->section,
		.before = is_new ? (struct str){NULL, 0} : there,
		.after = is_new ? there : (struct str){NULL, 0}};

	c->each(c->ctx, &change);
}

/* The policies of `of`, each beside the one of the same name in `other`. */
static bool each_policy(
	struct comparison *c, const struct config *of, const struct config *other, bool of_is_new)
{
	struct bytes section;
	bool good = true;

	bytes_init(&section, 0);
	for (size_t i = 0; good && i < of->policy_count; i++) {
		const struct policy *policy = &of->policies[i];
		const struct policy *same = config_policy(other, policy->name);

		bytes_reset(&section, SIZE_MAX);
		bytes_append_text(&section, "policy ");
		bytes_append_str(&section, policy->name);
		c->section = bytes_view(&section);
		good = !section.failed;
		if (good && same == NULL) {
			tell_policy(c, of_is_new);
		} else if (good && of_is_new) {
			good = compare_policies(c, other, same, of, policy);
		}
	}
	bytes_clear(&section);
	return good;
}

bool config_changes(const struct config *before, const struct config *after,
	void (*each)(void *ctx, const struct config_change *change), void *ctx)
{
	struct comparison c = {.each = each, .ctx = ctx};
	bool good = true;

	for (size_t i = 0; good && i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section_schema *schema = &config_sections[i];

		if (!schema->named) {
			c.section = str_view(schema->name);
			good = compare_keys(&c, schema, before, after);
		}
	}
	good = good && each_policy(&c, before, after, false) &&
	       each_policy(&c, after, before, true);
	items_clear(&c.before);
	items_clear(&c.after);
	return good;
}
