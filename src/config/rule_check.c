/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/rule_check.h"

#include "base/file.h"
#include "cert/host.h"
#include "policy/lint.h"
#include "policy/rule_terms.h"
#include "policy/text.h"

#include <string.h>

/* A file with this many certificates is a list of the public CAs. */
#define PUBLIC_CAS_MIN 40
#define CA_FILE_MAX (4U << 20)

/* For all regexes that -t tries: about a second. */
#define TRIAL_STEPS 50000000

/*
 * The rule up to which later rules, or the default, allow requests for which a rule is false;
 * `all`: allow all of them.
 */
static size_t allowed_up_to(const struct policy *policy, bool all)
{
	size_t i = policy_rules_count(policy->rules);

	if (policy->default_action == POLICY_ACTION_ALLOW) {
		return i;
	}
	for (; i > 0; i--) {
		const struct policy_rule *rule = policy_rules_at(policy->rules, i - 1);

		if (policy_rule_action(rule) == POLICY_ACTION_ALLOW &&
			(!all || policy_rule_holds_always(rule))) {
			return i - 1;
		}
	}
	return 0;
}

static size_t count_certificates(const char *path)
{
	static const char begin[] = "-----BEGIN ";
	struct bytes text;
	size_t count = 0;

	bytes_init(&text, 0);
	if (file_read(path, CA_FILE_MAX, &text, NULL)) {
		const uint8_t *at = text.data;

		while (at != NULL && (at = memmem(at, text.len - (size_t)(at - text.data), begin,
					      strlen(begin))) != NULL) {
			at += strlen(begin);
			count++;
		}
	}
	bytes_clear(&text);
	return count;
}

static bool trusts_public_cas(const struct policy_trust *trust)
{
	return (trust->ca_dir != NULL && strcmp(trust->ca_dir, "/etc/ssl/certs") == 0) ||
	       (trust->ca_file != NULL && count_certificates(trust->ca_file) >= PUBLIC_CAS_MIN);
}

/* Without a database the fields of rules would be unknown for each client. */
static void check_databases(
	struct config_loader *loader, const struct policy_rule *rule, const struct place *place)
{
	const struct config_networks *networks = &loader->snapshot->config.networks;

	if (networks->asn_database == NULL &&
		(policy_rule_asks_for(rule, POLICY_SOURCE_ASN) ||
			policy_rule_counts_by(rule, POLICY_RATE_BY_ASN))) {
		diag_error(loader->diag, place,
			"asn: nothing says which AS an address is in: expected asn_database in "
			"[networks]");
	}
	if (networks->country_database == NULL &&
		policy_rule_asks_for(rule, POLICY_SOURCE_COUNTRY)) {
		diag_error(loader->diag, place,
			"country: nothing says which country an address is in: expected "
			"country_database in [networks]");
	}
}

void config_check_rules(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy)
{
	size_t all_allowed = allowed_up_to(policy, true);
	size_t some_allowed = allowed_up_to(policy, false);
	bool told = false;

	for (size_t i = 0; i < source->rule_count; i++) {
		const struct policy_rule *rule = policy_rules_at(source->rules, i);
		const struct config_ini_entry *entry = source->rule_entries[i];
		struct place place = config_ini_value_place(entry);
		bool deny = policy_rule_action(rule) == POLICY_ACTION_DENY;

		check_databases(loader, rule, &place);
		if (policy_rule_denies_by(rule, POLICY_SOURCE_AGENT) && i < all_allowed) {
			diag_warning(loader->diag, &place,
				"deny by agent, and then every client is allowed: the agent gets "
				"in without its signature; expected a term such as user_agent or "
				"ip, and !agent of those that may come in");
		}
		if (str_eq_text(entry->key, "deny") &&
			policy_rule_denies_by(rule, POLICY_SOURCE_NAMES) && i < all_allowed) {
			diag_warning(loader->diag, &place,
				"deny by host, and then every client is allowed: the owner of the "
				"reverse zone of an address can take the name away, and gets in; "
				"expected deny by ip, or an allow that says who may come in");
		}
		if (deny && policy_rule_counts(rule) && i >= some_allowed) {
			diag_warning(loader->diag, &place,
				"the rate decides nothing: a client that the rules above allow is "
				"not counted, and all others are denied anyway; expected it above "
				"those rules");
		}
		if (!told && policy_rule_admits_any_certificate(rule) &&
			policy->verify == POLICY_VERIFY_LOCAL &&
			trusts_public_cas(&policy->trust)) {
			diag_warning(loader->diag, &place,
				"any certificate of a public CA is accepted, and anyone can have "
				"one: "
				"expected ca_file with your own CA, or a term about what "
				"the certificate contains");
			told = true;
		}
	}
	const struct config_ini_entry *level = config_policy_given(source, "security_level");

	if (level != NULL && source->own.trust.security_level == 0) {
		struct place place = config_ini_value_place(level);

		diag_warning(loader->diag, &place,
			"security_level = 0: keys and signatures count that can be forged; "
			"expected 1 or more");
	}
}

bool config_has_regexes(const struct config *config)
{
	const struct config_snapshot *snapshot = (const void *)config;

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct config_policy_source *source = &snapshot->sources[i];

		for (size_t r = 0; r < source->rule_count; r++) {
			struct str text = policy_rule_text(policy_rules_at(source->rules, r));

			if (str_find(text, '~') < text.len) {
				return true;
			}
		}
	}
	return false;
}

void config_try_regexes(const struct config *config, struct diag *diag)
{
	const struct config_snapshot *snapshot = (const void *)config;
	uint64_t steps = TRIAL_STEPS;
	char quoted[POLICY_QUOTE_MAX];

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct config_policy_source *source = &snapshot->sources[i];

		for (size_t r = 0; r < source->rule_count && steps > 0; r++) {
			struct place place = config_ini_value_place(source->rule_entries[r]);
			struct str regex;
			size_t len = policy_rule_try_regexes(
				policy_rules_at(source->rules, r), &steps, &regex);

			if (len > 0) {
				diag_warning(diag, &place,
					"the regex %s takes too long on some texts of %zu bytes: "
					"requests with such are denied (regex_limit); expected ^ "
					"at "
					"its beginning, or fewer * and + beside each other",
					policy_quote(regex, quoted), len);
			}
		}
	}
	if (steps == 0) {
		diag_warning(diag, NULL,
			"not every regex was tried for time: there are too many that take long");
	}
}

struct agent_visit {
	struct place place;
	void (*each)(void *ctx, const struct place *place, struct str url);
	void *ctx;
};

static void visit_agent(void *ctx, struct str url)
{
	const struct agent_visit *visit = ctx;

	visit->each(visit->ctx, &visit->place, url);
}

void config_each_agent(const struct config *config,
	void (*each)(void *ctx, const struct place *place, struct str url), void *ctx)
{
	const struct config_snapshot *snapshot = (const void *)config;
	struct agent_visit visit = {.each = each, .ctx = ctx};

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct config_policy_source *source = &snapshot->sources[i];

		for (size_t r = 0; r < source->rule_count; r++) {
			visit.place = config_ini_value_place(source->rule_entries[r]);
			policy_rule_each_agent(
				policy_rules_at(source->rules, r), visit_agent, &visit);
		}
	}
}

struct domain_check {
	struct config_loader *loader;
	const struct cert_suffixes *suffixes;
	struct place place;
	bool told; /* warned already for this rule */
};

/* Whether customers of the domain's owner can choose names below it. */
static bool is_hoster(struct str name)
{
	static const char *const hosters[] = {"amazonaws.com", "googleusercontent.com",
		"cloudapp.net", "cloudapp.azure.com", "azurewebsites.net", "linodeusercontent.com",
		"vultrusercontent.com", "your-server.de", "contaboserver.net", "ovh.net",
		"digitaloceanspaces.com", "herokuapp.com"};

	for (size_t i = 0; i < ARRAY_LEN(hosters); i++) {
		if (str_eq_text(name, hosters[i])) {
			return true;
		}
	}
	return false;
}

static void check_domain(void *ctx, const char *field, struct str name)
{
	struct domain_check *check = ctx;

	if (check->told || (!is_hoster(name) && !cert_suffixes_has(check->suffixes, name))) {
		return;
	}
	check->told = true;
	diag_warning(check->loader->diag, &check->place,
		"%s .%.*s: names below it belong to many, and anyone can have one; expected the "
		"domain of one owner",
		field, (int)name.len, name.data);
}

void config_check_domains(struct config_loader *loader)
{
	const struct config_snapshot *snapshot = loader->snapshot;
	struct cert_suffixes *suffixes = cert_suffixes_load();
	struct domain_check check = {.loader = loader, .suffixes = suffixes};

	for (size_t i = 0; i < snapshot->config.policy_count; i++) {
		const struct config_policy_source *source = &snapshot->sources[i];

		for (size_t r = 0; r < source->rule_count; r++) {
			check.place = config_ini_value_place(source->rule_entries[r]);
			check.told = false;
			policy_rule_each_domain(
				policy_rules_at(source->rules, r), check_domain, &check);
		}
	}
	cert_suffixes_free(suffixes);
}
