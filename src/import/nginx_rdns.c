/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/nginx_rdns.h"

#include <string.h>

void import_lose(struct import_world *w, struct import_node *node, const char *note)
{
	struct place place = import_node_place(node);

	w->lost = true;
	if (node->note == NULL) {
		node->note = note;
		diag_warning(w->diag, &place, "%.*s%s%s",
			node->arg_count > 0 ? (int)node->args[0].len : 0,
			node->arg_count > 0 ? node->args[0].data : "",
			node->arg_count > 0 ? ": " : "", note);
	}
}

const struct import_context *import_server_of(const struct import_context *c)
{
	while (c->kind == IMPORT_KIND_LOCATION && c->parent != NULL) {
		c = c->parent;
	}
	return c;
}

enum import_mode import_effective_mode(const struct import_context *c)
{
	while (c->mode == IMPORT_MODE_UNSET && c->parent != NULL) {
		c = c->parent;
	}
	return c->mode;
}

const struct import_rule *import_effective_rules(const struct import_context *c)
{
	while (c->rules == NULL && c->parent != NULL) {
		c = c->parent;
	}
	return c->rules;
}

static bool out_of_memory(struct import_world *w)
{
	diag_error(w->diag, NULL, "out of memory");
	return false;
}

static struct import_context *add_context(struct import_world *w, struct import_context *parent,
	enum import_kind kind, struct import_node *node)
{
	struct import_context *c = arena_alloc(w->arena, 1, sizeof(*c));

	if (c == NULL) {
		out_of_memory(w);
		return NULL;
	}
	c->parent = parent;
	c->kind = kind;
	c->node = node;
	node->context = c;
	c->rules_end = &c->rules;
	c->conditions_end = &c->conditions;
	*w->contexts_end = c;
	w->contexts_end = &c->next;
	return c;
}

static bool uses_variable(struct str s)
{
	static const char plain[] = "$rdns_hostname";
	const char *at;

	if (memmem(s.data, s.len, "${rdns_hostname}", strlen("${rdns_hostname}")) != NULL) {
		return true;
	}
	while ((at = memmem(s.data, s.len, plain, strlen(plain))) != NULL) {
		s = str_from(s, (size_t)(at - s.data) + strlen(plain));
		if (s.len == 0 || (!ascii_is_alnum(s.data[0]) && s.data[0] != '_')) {
			return true;
		}
	}
	return false;
}

/* These run in a phase before the one in which doorward is asked. */
static void note_variable(struct import_world *w, struct import_node *node)
{
	static const char *const early[] = {"if", "set", "rewrite", "return"};
	bool used = false;

	for (size_t i = 1; i < node->arg_count; i++) {
		used = used || uses_variable(node->args[i]);
	}
	w->variable = w->variable || used;
	for (size_t i = 0; used && i < ARRAY_LEN(early); i++) {
		if (import_node_is(node, early[i])) {
			import_lose(w, node,
				"$rdns_hostname is not known yet where this runs, before "
				"auth_request; say it as a rule of the policy");
		}
	}
}

static bool bad_directive(struct import_world *w, const struct import_node *node, const char *what)
{
	struct place place = import_node_place(node);

	diag_error(w->diag, &place, "%.*s: expected %s", (int)node->args[0].len, node->args[0].data,
		what);
	return false;
}

static bool read_mode(
	struct import_world *w, const struct import_node *node, enum import_mode *mode)
{
	static const struct {
		const char *word;
		enum import_mode mode;
	} modes[] = {{"on", IMPORT_MODE_SINGLE}, {"off", IMPORT_MODE_OFF},
		{"double", IMPORT_MODE_DOUBLE}};

	for (size_t i = 0; i < ARRAY_LEN(modes) && node->arg_count == 2; i++) {
		if (str_eq_nocase(node->args[1], str_view(modes[i].word))) {
			*mode = modes[i].mode;
			return true;
		}
	}
	return bad_directive(w, node, "on, off or double");
}

static bool read_rule(struct import_world *w, struct import_context *c, struct import_node *node)
{
	struct import_rule *rule = arena_alloc(w->arena, 1, sizeof(*rule));
	struct place place = import_node_place(node);

	if (node->arg_count != 2) {
		return bad_directive(w, node, "one regex");
	}
	if (rule == NULL ||
		(rule->regex = arena_alloc(w->arena, 1, sizeof(*rule->regex))) == NULL ||
		!import_regex_read(node->args[1], w->arena, rule->regex)) {
		return out_of_memory(w);
	}
	rule->node = node;
	rule->allow = import_node_is(node, "rdns_allow");
	if (rule->regex->lost != NULL) {
		import_lose(w, node, rule->regex->lost);
	} else if (!rule->regex->any && !rule->regex->only_absent) {
		import_regex_warn(node->args[1], &place, w->diag);
	}
	*c->rules_end = rule;
	c->rules_end = &rule->next;
	return true;
}

/* The words between the parentheses; false: no words. */
static bool strip_parentheses(const struct import_node *node, struct str words[3], size_t *count)
{
	*count = 0;
	for (size_t i = 1; i < node->arg_count; i++) {
		struct str word = node->args[i];

		if (i == 1) {
			if (!str_starts_with(word, "(")) {
				return false;
			}
			word = str_from(word, 1);
		}
		if (i + 1 == node->arg_count) {
			if (word.len == 0 || word.data[word.len - 1] != ')') {
				return false;
			}
			word.len--;
		}
		/* An empty word in quotes is a word; the remainder of a lone parenthesis is not. */
		if (word.len == 0 && (i == 1 || i + 1 == node->arg_count)) {
			continue;
		}
		if (*count == 3) {
			return false;
		}
		words[(*count)++] = word;
	}
	return *count > 0;
}

static const char *field_of(struct str variable)
{
	static const struct {
		const char *variable;
		const char *field;
	} fields[] = {{"$http_user_agent", "user_agent"}, {"$request_uri", "uri_raw"},
		{"$uri", "uri"}, {"$document_uri", "uri"}, {"$request_method", "method"}};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (str_eq_nocase(variable, str_view(fields[i].variable))) {
			return fields[i].field;
		}
	}
	return NULL;
}

/*
 * The regex that must match the variable's value; data NULL if that cannot be expressed. False: out
 * of memory.
 */
static bool condition_regex(struct import_world *w, const struct str words[3], size_t count,
	bool *negated, struct str *regex)
{
	struct str operator= count == 3 ? words[1] : (struct str){NULL, 0};
	struct bytes text;

	*regex = (struct str){NULL, 0};
	*negated = operator.len> 0 && operator.data[0] == '!';
	if (*negated) {
		operator= str_from(operator, 1);
	}
	if (count == 1) {
		*regex = str_view("^(?!0\\z)[\\s\\S]"); /* true: neither empty nor 0 */
		return true;
	}
	if (str_eq_text(operator, "~*")) {
		*regex = words[2];
		return true;
	}
	if (str_eq_text(operator, "=") && str_find(words[2], '$') == words[2].len) {
		return import_regex_quote(words[2], w->arena, regex);
	}
	if (!str_eq_text(operator, "~") || str_starts_with(words[2], "(*")) {
		return true;
	}
	bytes_init(&text, 0);
	bytes_append_text(&text, "(?-i)");
	bytes_append_str(&text, words[2]);
	*regex = arena_dup(w->arena, bytes_view(&text));
	bytes_clear(&text);
	return regex->data != NULL;
}

/* Sets field, negated and regex if the rule language has them. */
static bool read_test(struct import_world *w, struct import_condition *condition)
{
	struct str words[3];
	struct str regex;
	size_t count;

	if (!strip_parentheses(condition->node, words, &count) || count == 2 ||
		field_of(words[0]) == NULL) {
		return true;
	}
	if (!condition_regex(w, words, count, &condition->negated, &regex)) {
		return out_of_memory(w);
	}
	if (regex.data == NULL) {
		return true;
	}
	condition->regex = arena_alloc(w->arena, 1, sizeof(*condition->regex));
	if (condition->regex == NULL || !import_regex_read(regex, w->arena, condition->regex)) {
		return out_of_memory(w);
	}
	if (condition->regex->lost == NULL) {
		condition->field = field_of(words[0]);
	}
	return true;
}

static bool read_condition(struct import_world *w, struct import_context *c,
	struct import_node *node, const struct import_node *directive)
{
	struct import_condition *condition = arena_alloc(w->arena, 1, sizeof(*condition));

	if (condition == NULL) {
		return out_of_memory(w);
	}
	condition->node = node;
	if (!read_mode(w, directive, &condition->mode) || !read_test(w, condition)) {
		return false;
	}
	if (condition->field == NULL) {
		import_lose(w, node,
			condition->mode == IMPORT_MODE_OFF
				? "no rule can say this condition; the policy holds also where it "
				  "switched rdns off"
				: "no rule can say this condition; the policy holds also where it "
				  "does not");
	}
	*c->conditions_end = condition;
	c->conditions_end = &condition->next;
	return true;
}

static void note_unread(struct import_world *w, struct import_node *node)
{
	if (node->unread != NULL) {
		import_lose(w, node,
			"the file cannot be read; if it holds rdns directives, they are missing");
	}
}

static bool read_if(struct import_world *w, struct import_context *c, struct import_node *node,
	struct import_node *block)
{
	for (struct import_node *n = block->children; n != NULL; n = n->next) {
		note_variable(w, n);
		note_unread(w, n);
		if (n->arg_count == 0 || import_node_is(n, "include")) {
			if (!read_if(w, c, node, n)) {
				return false;
			}
		} else if (import_node_is(n, "rdns") && !read_condition(w, c, node, n)) {
			return false;
		} else if (import_node_is(n, "rdns_allow") || import_node_is(n, "rdns_deny")) {
			return bad_directive(w, n, "it outside of if");
		}
	}
	return true;
}

static bool read_nodes(
	struct import_world *w, struct import_context *c, struct import_node *parent);

static bool read_block(struct import_world *w, struct import_context *c, struct import_node *node)
{
	static const struct {
		const char *word;
		enum import_kind kind;
	} kinds[] = {{"http", IMPORT_KIND_HTTP}, {"server", IMPORT_KIND_SERVER},
		{"location", IMPORT_KIND_LOCATION}};
	static const char *const others[] = {"stream", "mail"};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (import_node_is(node, others[i])) {
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (import_node_is(node, kinds[i].word)) {
			struct import_context *inner = add_context(w, c, kinds[i].kind, node);

			if (inner == NULL) {
				return false;
			}
			if (kinds[i].kind == IMPORT_KIND_LOCATION) {
				inner->name = node->args[node->arg_count - 1];
			}
			return read_nodes(w, inner, node);
		}
	}
	if (import_node_is(node, "if")) {
		return read_if(w, c, node, node);
	}
	for (struct import_node *n = node->children; n != NULL; n = n->next) {
		note_variable(w, n);
	}
	return true;
}

static bool read_nodes(struct import_world *w, struct import_context *c, struct import_node *parent)
{
	for (struct import_node *n = parent->children; n != NULL; n = n->next) {
		bool good = true;

		note_variable(w, n);
		note_unread(w, n);
		if (n->arg_count == 0 || import_node_is(n, "include")) {
			good = read_nodes(w, c, n);
		} else if (n->block) {
			good = read_block(w, c, n);
		} else if (import_node_is(n, "rdns")) {
			good = read_mode(w, n, &c->mode);
		} else if (import_node_is(n, "rdns_allow") || import_node_is(n, "rdns_deny")) {
			good = read_rule(w, c, n);
		} else if (import_node_is(n, "server_name") && c->name.len == 0 &&
			   n->arg_count > 1 && c->kind != IMPORT_KIND_LOCATION) {
			c->name = n->args[1];
		} else if (import_node_is(n, "resolver")) {
			c->resolver = n;
		} else if (import_node_is(n, "auth_request")) {
			c->auth_request = n;
		} else if (import_node_is(n, "satisfy") && n->arg_count > 1 &&
			   str_eq_text(n->args[1], "any")) {
			import_lose(w, n,
				"the module let everyone in under satisfy any wherever rdns was "
				"off; "
				"now only who passes another check, or the policy");
		}
		if (!good) {
			return false;
		}
	}
	return true;
}

bool import_rdns_read(struct import_world *w)
{
	struct import_context *root = add_context(w, NULL, IMPORT_KIND_ROOT, w->root);

	return root != NULL && read_nodes(w, root, w->root);
}
