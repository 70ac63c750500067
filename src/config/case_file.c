/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/case_file.h"

#include "base/clock.h"
#include "base/suggest.h"
#include "config/ini.h"
#include "policy/agent.h"
#include "policy/policy.h"

#define SECTION_CASE "case"
#define SECTION_DEFAULTS "defaults"

enum kind {
	KIND_TEXT,
	KIND_AGENT,
	KIND_PATH,
	KIND_TIME,
	KIND_DNS,
	KIND_VERDICT,
	KIND_REASON,
	KIND_STATUS
};

struct key {
	const char *name;
	enum kind kind;
	size_t offset; /* in struct config_case */
};

#define KEY(name, kind)                                                                            \
	{                                                                                          \
#name, kind, offsetof(struct config_case, name)                                    \
	}

static const struct key keys[] = {
	KEY(ip, KIND_TEXT), KEY(policy, KIND_TEXT), KEY(user_agent, KIND_TEXT), KEY(uri, KIND_TEXT),
	KEY(method, KIND_TEXT), KEY(http_host, KIND_TEXT), KEY(verify_status, KIND_TEXT),
	KEY(agent, KIND_AGENT), KEY(cert, KIND_PATH), KEY(chain, KIND_PATH),
	{"at", KIND_TIME, offsetof(struct config_case, wall_s)},
	{"dns_error", KIND_DNS, offsetof(struct config_case, failing)},
	{"expect", KIND_VERDICT, offsetof(struct config_case, verdict)}, KEY(reason, KIND_REASON),
	KEY(rule, KIND_TEXT), KEY(hostname, KIND_TEXT), KEY(status, KIND_STATUS),
	{"zone", KIND_PATH, 0}, /* for all cases */
};

#define ZONE_KEY (ARRAY_LEN(keys) - 1)

static const char *const verdicts[] = {"allow", "deny", "error"};

struct loader {
	struct arena *arena;
	struct diag *diag;
	struct config_cases *cases;
	struct config_case *items;
};

static void refuse(struct loader *l, const struct config_ini_entry *entry, const char *expected)
{
	struct place place = config_ini_value_place(entry);

	diag_error(l->diag, &place, "%s = %s: expected %s", entry->key.data, entry->value.data,
		expected);
}

static void refuse_word(struct loader *l, const struct config_ini_entry *entry, const char *what,
	const char *const *words, size_t count)
{
	struct place place = config_ini_value_place(entry);
	const char *meant = suggest(entry->value, words, count);

	diag_error(l->diag, &place, "%s = %s: expected %s%s%s%s", entry->key.data,
		entry->value.data, what, meant != NULL ? ", did you mean " : "",
		meant != NULL ? meant : "", meant != NULL ? "?" : "");
}

static const char *find_word(struct str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq_text(text, words[i])) {
			return words[i];
		}
	}
	return NULL;
}

static void out_of_memory(struct loader *l)
{
	diag_error(l->diag, NULL, "out of memory");
}

/* An empty value stands for no file, so that a case can override [defaults]. */
static void read_path(
	struct loader *l, const struct config_ini_entry *entry, struct config_case_path *out)
{
	struct bytes path;

	*out = (struct config_case_path){.place = config_ini_value_place(entry)};
	if (entry->value.len == 0) {
		return;
	}
	bytes_init(&path, 0);
	if (entry->value.data[0] != '/') {
		bytes_appendf(&path, "%s/", entry->file->folder);
	}
	bytes_append_str(&path, entry->value);
	if (!path.failed) {
		out->path = arena_dup(l->arena, bytes_view(&path)).data;
	}
	if (out->path == NULL) {
		out_of_memory(l);
	}
	bytes_clear(&path);
}

/* Host names, and addresses, which stand for their reverse names. */
static bool read_dns_name(struct str text, struct dns_name *out)
{
	struct addr addr;
	char host[DNS_HOST_MAX + 1];

	if (addr_parse(text, &addr)) {
		dns_name_reverse(&addr, out);
		return true;
	}
	return dns_name_from_text(text, out) && dns_name_to_host(out, host);
}

static void read_dns(
	struct loader *l, const struct config_ini_entry *entry, struct config_case *out)
{
	struct str rest = entry->value;
	struct dns_name *names;
	size_t count = 1;
	struct str part;

	out->failing = NULL;
	out->failing_count = 0;
	out->all_fail = str_eq_text(entry->value, "*");
	if (out->all_fail || entry->value.len == 0) {
		return;
	}
	for (size_t i = 0; i < entry->value.len; i++) {
		count += entry->value.data[i] == ',';
	}
	names = arena_alloc(l->arena, count, sizeof(*names));
	if (names == NULL) {
		out_of_memory(l);
		return;
	}
	count = 0;
	while (str_split_next(&rest, ',', &part)) {
		if (!read_dns_name(str_trim(part), &names[count++])) {
			refuse(l, entry, "* or host names and addresses, with commas");
			return;
		}
	}
	out->failing = names;
	out->failing_count = count;
}

static void read_agent(struct loader *l, const struct config_ini_entry *entry, struct str *out)
{
	struct place place = config_ini_value_place(entry);
	char room[POLICY_TEXT_ROOM];
	struct str url;

	*out = entry->value.len > 0 ? entry->value : (struct str){NULL, 0};
	if (out->data == NULL || str_eq_text(*out, "invalid") || str_eq_text(*out, "unverified") ||
		!policy_text_agent.read(*out, &place, l->diag, room, &url)) {
		return;
	}
	*out = arena_dup(l->arena, url);
	if (out->data == NULL) {
		out_of_memory(l);
	}
}

static void read_reason(
	struct loader *l, const struct config_ini_entry *entry, struct config_case *out)
{
	const char *words[POLICY_REASON_COUNT];

	for (size_t i = 0; i < POLICY_REASON_COUNT; i++) {
		words[i] = policy_reason_word((enum policy_reason)i);
	}
	out->reason = find_word(entry->value, words, ARRAY_LEN(words));
	if (out->reason == NULL) {
		refuse_word(l, entry, "a reason that doorward(8) lists", words, ARRAY_LEN(words));
	}
}

static void read_value(struct loader *l, const struct key *key,
	const struct config_ini_entry *entry, struct config_case *out)
{
	void *at = (char *)out + key->offset;
	bool expected = key->offset >= offsetof(struct config_case, verdict);
	uint64_t number;

	switch (key->kind) {
	case KIND_TEXT:
		*(struct str *)at =
			entry->value.len > 0 || expected ? entry->value : (struct str){NULL, 0};
		break;
	case KIND_AGENT:
		read_agent(l, entry, at);
		break;
	case KIND_PATH:
		read_path(l, entry, at);
		break;
	case KIND_TIME:
		out->has_time = clock_parse(entry->value, &out->wall_s);
		if (!out->has_time) {
			refuse(l, entry, "an RFC 3339 time such as 2026-11-21T17:12:00Z");
		}
		break;
	case KIND_DNS:
		read_dns(l, entry, out);
		break;
	case KIND_VERDICT:
		out->verdict = find_word(entry->value, verdicts, ARRAY_LEN(verdicts));
		if (out->verdict == NULL) {
			out->verdict = verdicts[0];
			refuse_word(
				l, entry, "allow, deny or error", verdicts, ARRAY_LEN(verdicts));
		}
		break;
	case KIND_REASON:
		read_reason(l, entry, out);
		break;
	case KIND_STATUS:
		out->status = 0;
		if (str_to_u64(entry->value, 599, &number) && number >= 200) {
			out->status = (unsigned)number;
		} else {
			refuse(l, entry, "an HTTP status such as 403");
		}
		break;
	}
}

/* NULL after a diag_error. */
static const struct key *find_key(struct loader *l, const struct config_ini_section *section,
	const struct config_ini_entry *entry)
{
	struct place place = config_ini_key_place(entry);
	const char *words[ARRAY_LEN(keys)];

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		words[i] = keys[i].name;
		if (str_eq_text(entry->key, keys[i].name)) {
			return &keys[i];
		}
	}
	const char *meant = suggest(entry->key, words, ARRAY_LEN(words));

	diag_error(l->diag, &place, "unknown key %s in [%s]%s%s%s", entry->key.data,
		section->name.data, meant != NULL ? ", did you mean " : "",
		meant != NULL ? meant : "", meant != NULL ? "?" : "");
	return NULL;
}

/* Reads into `out`; `zone`, which stands only among the defaults, into the cases. */
static void read_section(struct loader *l, const struct config_ini_section *section, bool defaults,
	struct config_case *out)
{
	unsigned given = 0;

	for (const struct config_ini_entry *e = section->entries; e != NULL; e = e->next) {
		struct place place = config_ini_key_place(e);
		const struct key *key = find_key(l, section, e);
		unsigned bit = key != NULL ? 1u << (key - keys) : 0;

		if (key == NULL) {
			continue;
		}
		if ((given & bit) != 0) {
			diag_error(l->diag, &place, "%s is given twice in [%s]", key->name,
				section->name.data);
		} else if (e->continued) {
			diag_error(l->diag, &place, "%s: expected one line", key->name);
		} else if (key != &keys[ZONE_KEY]) {
			read_value(l, key, e, out);
		} else if (defaults) {
			read_path(l, e, &l->cases->zone);
		} else {
			diag_error(l->diag, &place,
				"zone: expected it in [" SECTION_DEFAULTS
				"], it is one for all cases");
		}
		given |= bit;
	}
}

/* "NAME" of "case NAME"; absent for any other section. */
static struct str case_name(struct str section)
{
	struct str rest = section;
	struct str word;

	if (!str_split_next(&rest, ' ', &word) || !str_eq_text(word, SECTION_CASE)) {
		return (struct str){NULL, 0};
	}
	return rest.data != NULL ? rest : str_view("");
}

static void report_section(struct loader *l, const struct config_ini_section *section)
{
	static const char *const words[] = {SECTION_CASE, SECTION_DEFAULTS};
	struct place place = {section->file->path, section->line, 1};
	struct str word = {section->name.data, str_find(section->name, ' ')};
	const char *meant = suggest(word, words, ARRAY_LEN(words));

	diag_error(l->diag, &place,
		"unknown section [%s]: expected [" SECTION_CASE " NAME] or [" SECTION_DEFAULTS
		"]%s%s%s",
		section->name.data, meant != NULL ? ", did you mean " : "",
		meant != NULL ? meant : "", meant != NULL ? "?" : "");
}

static void read_case(struct loader *l, const struct config_ini_section *section,
	const struct config_case *defaults)
{
	struct config_case *c = &l->items[l->cases->count++];
	struct place place = {section->file->path, section->line, 1};

	*c = *defaults;
	c->name = case_name(section->name);
	c->place = place;
	if (c->name.len == 0) {
		diag_error(l->diag, &place, "[" SECTION_CASE "]: expected [" SECTION_CASE " NAME]");
	}
	read_section(l, section, false, c);
	if (c->verdict == NULL) {
		diag_error(l->diag, &place, "[%s]: expected expect = allow, deny or error in it",
			section->name.data);
	}
	if (c->chain.path != NULL && c->cert.path == NULL) {
		diag_error(l->diag, &c->chain.place, "chain: expected cert beside it");
	}
}

static void read_cases(struct loader *l, const struct config_ini *ini)
{
	struct config_case defaults = {.verdict = NULL};

	for (const struct config_ini_section *s = ini->sections; s != NULL; s = s->next) {
		if (str_eq_text(s->name, SECTION_DEFAULTS)) {
			read_section(l, s, true, &defaults);
		} else if (case_name(s->name).data == NULL) {
			report_section(l, s);
		}
	}
	for (const struct config_ini_section *s = ini->sections; s != NULL; s = s->next) {
		if (case_name(s->name).data != NULL) {
			read_case(l, s, &defaults);
		}
	}
}

bool config_cases_read(
	const char *path, struct arena *arena, struct config_cases *out, struct diag *diag)
{
	struct loader l = {.arena = arena, .diag = diag, .cases = out};
	size_t errors = diag->errors;
	struct config_ini ini;

	*out = (struct config_cases){.count = 0};
	bool whole = config_ini_read(path, arena, &ini, diag);

	l.items = arena_alloc(arena, ini.section_count + 1, sizeof(*l.items));
	if (l.items == NULL) {
		out_of_memory(&l);
		return false;
	}
	out->items = l.items;
	read_cases(&l, &ini);
	if (whole && out->count == 0) {
		struct place place = {path, 0, 0};

		diag_error(diag, &place, "expected at least one [" SECTION_CASE " NAME]");
	}
	return whole && diag->errors == errors;
}
