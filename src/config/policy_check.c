/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/policy_check.h"

#include "config/rule_check.h"
#include "policy/dependencies.h"
#include "policy/lint.h"
#include "policy/rule_terms.h"

/* A policy cannot use verify = frontend if the front end sends no verification result. */
static void check_word(struct config_loader *loader, const struct policy *policy)
{
	const struct config *config = &loader->snapshot->config;
	const char *wrong = cert_sources_refuse_frontend(&config->frontend.cert);

	if (wrong == NULL || policy->client_cert == POLICY_CERT_OFF ||
		policy->verify == POLICY_VERIFY_LOCAL) {
		return;
	}
	struct place place = config_policy_place(config, policy, "verify");

	diag_error(loader->diag, &place, "verify = %s in [policy %s] with profile = %s: %s",
		policy->verify == POLICY_VERIFY_BOTH ? "both" : "frontend", policy->name.data,
		cert_profile_word(config->frontend.profile), wrong);
}

static bool has_cas(const struct policy *policy)
{
	return policy->trust.ca_file != NULL || policy->trust.ca_dir != NULL;
}

/* Whether certificates pass by a chain that doorward verifies. */
static bool verifies_chains(const struct policy *policy)
{
	return has_cas(policy) && policy->verify != POLICY_VERIFY_FRONTEND;
}

/* Checks that the policy's keys about certificates fit together, including inherited ones. */
void config_resolve_certificates(struct config_loader *loader, struct policy *policy)
{
	const struct config *config = &loader->snapshot->config;
	bool trust = policy_has_trust(&policy->trust);
	struct place place;

	if (policy->verify == POLICY_VERIFY_AUTO) {
		policy->verify = trust ? POLICY_VERIFY_BOTH : POLICY_VERIFY_FRONTEND;
	}
	if (policy->verify != POLICY_VERIFY_FRONTEND && !trust) {
		place = config_policy_place(config, policy, "verify");
		diag_error(loader->diag, &place,
			"verify: expected ca_file, ca_dir or cert_pins in [policy %s], by which "
			"certificates are checked here",
			policy->name.data);
	}
	if (policy->trust.crl_file_count > 0 && policy->verify == POLICY_VERIFY_FRONTEND) {
		place = config_policy_place(config, policy, "crl_file");
		diag_error(loader->diag, &place,
			"crl_file: expected verify = local or both in [policy %s], otherwise the "
			"list is not read",
			policy->name.data);
	}
	if (policy->trust.cert_policy_count > 0 && !verifies_chains(policy)) {
		place = config_policy_place(config, policy, "cert_policy");
		diag_error(loader->diag, &place,
			"cert_policy: expected ca_file or ca_dir, and verify = local or both, in "
			"[policy %s], otherwise no chain is checked",
			policy->name.data);
	}
	check_word(loader, policy);
	if (policy->cert_host == POLICY_CERT_HOST_OFF) {
		return;
	}
	place = config_policy_place(config, policy, "cert_host");
	if (policy->rdns != POLICY_RDNS_DOUBLE) {
		diag_error(loader->diag, &place,
			"cert_host: expected rdns = double in [policy %s], which confirms names",
			policy->name.data);
	}
	if (policy->client_cert == POLICY_CERT_OFF) {
		diag_error(loader->diag, &place,
			"cert_host: expected client_cert = optional or required in [policy %s]",
			policy->name.data);
	}
	if (policy->cert_host == POLICY_CERT_HOST_DOMAIN && !DW_PSL) {
		diag_error(loader->diag, &place,
			"cert_host = domain: this doorward was built without libpsl");
	}
}

/*
 * Whether the policy inherits both its rules and this key, so that its parent was warned already.
 */
static bool parent_was_warned(const struct config_policy_source *source, const char *key)
{
	return source->rules_from != source && config_policy_given(source, key) == NULL;
}

/* Reports a rule about the chain of certificates that doorward does not verify. */
static void check_chain(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy, const struct policy_rule *rule, const struct place *place)
{
	const char *field = policy_rule_field_of_chain(rule);

	if (field == NULL || policy->client_cert == POLICY_CERT_OFF || verifies_chains(policy) ||
		(parent_was_warned(source, "verify") && parent_was_warned(source, "ca_file") &&
			parent_was_warned(source, "ca_dir"))) {
		return;
	}
	diag_error(loader->diag, place,
		"%s: %s in [policy %s]; otherwise doorward does not know the chain", field,
		has_cas(policy)
			? "expected verify = local or both, and not frontend,"
			: "expected ca_file or ca_dir, by which doorward verifies certificates,",
		policy->name.data);
}

/* A rule that would always or never be true, because the policy does not get the facts, is an
 * error. */
static void check_rule(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy, size_t index)
{
	const struct policy_rule *rule = policy_rules_at(policy->rules, index);
	struct place place = config_ini_value_place(source->rules_from->rule_entries[index]);

	if (!parent_was_warned(source, "rdns") && policy_rule_asks_for(rule, POLICY_SOURCE_NAMES)) {
		if (policy->rdns == POLICY_RDNS_OFF) {
			diag_error(loader->diag, &place,
				"host: expected rdns = single or double in [policy %s]",
				policy->name.data);
		} else if (policy->rdns == POLICY_RDNS_SINGLE && policy_rule_admits_by_name(rule)) {
			diag_warning(loader->diag, &place,
				"host with rdns = single in [policy %s]: the owner of an address "
				"chooses its names; rdns = double confirms them",
				policy->name.data);
		}
	}
	if (policy->rdns != POLICY_RDNS_DOUBLE &&
		policy_rule_counts_by(rule, POLICY_RATE_BY_HOST) &&
		!parent_was_warned(source, "rdns")) {
		diag_error(loader->diag, &place,
			"rate host: expected rdns = double in [policy %s], which confirms names",
			policy->name.data);
	}
	if (policy->client_cert == POLICY_CERT_OFF &&
		policy_rule_counts_by(rule, POLICY_RATE_BY_CERT) &&
		!parent_was_warned(source, "client_cert")) {
		diag_error(loader->diag, &place,
			"rate cert: expected client_cert = optional or required in [policy %s]",
			policy->name.data);
	}
	if (policy->client_cert == POLICY_CERT_OFF &&
		policy_rule_asks_for(rule, POLICY_SOURCE_CERT) &&
		!parent_was_warned(source, "client_cert")) {
		diag_error(loader->diag, &place,
			"cert: expected client_cert = optional or required in [policy %s]",
			policy->name.data);
	}
	check_chain(loader, source, policy, rule, &place);
}

static void check_reach(struct config_loader *loader, const struct config_policy_source *source)
{
	for (size_t i = 0; i < source->rule_count; i++) {
		const struct policy_rule *shadow = policy_rules_shadow(source->rules, i);
		struct place place = config_ini_value_place(source->rule_entries[i]);
		struct str at;

		if (shadow == NULL) {
			continue;
		}
		at = policy_rule_place(shadow);
		diag_warning(loader->diag, &place,
			"the rule is never reached: the rule at %.*s is true whenever this one is",
			(int)at.len, at.data);
	}
}

static bool is_parent(const struct config_loader *loader, const struct config_policy_source *source)
{
	const struct config_snapshot *snapshot = loader->snapshot;

	for (size_t i = 0; i < snapshot->config.policy_count; i++) {
		if (snapshot->sources[i].parent == source) {
			return true;
		}
	}
	return false;
}

/*
 * Warns if rules and default can only lead to one outcome. Silent if that is explicit: a policy
 * without rules that sets a default or uses no certificates, the rule `*`; and for a policy that is
 * only a parent.
 */
static void check_outcomes(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy)
{
	size_t count = policy_rules_count(policy->rules);
	struct place place = {source->section->file->path, source->section->line, 1};

	for (size_t i = 0; i < count; i++) {
		const struct policy_rule *rule = policy_rules_at(policy->rules, i);

		if (policy_rule_action(rule) != policy->default_action ||
			policy_rule_holds_always(rule)) {
			return;
		}
	}
	if ((count == 0 && (policy->client_cert == POLICY_CERT_OFF ||
				   config_policy_given(source, "default") != NULL)) ||
		parent_was_warned(source, "default") || (count == 0 && is_parent(loader, source))) {
		return;
	}
	if (policy->default_action == POLICY_ACTION_DENY) {
		diag_warning(loader->diag, &place,
			"no client is ever allowed by [policy %s]: no rule allows, and default = "
			"deny",
			policy->name.data);
	} else if (count > 0) {
		diag_warning(loader->diag, &place,
			"no rule of [policy %s] denies, and default = allow: the rules keep no "
			"client out",
			policy->name.data);
	}
}

void config_warn_of_empty(const struct config *config, struct diag *diag)
{
	const struct config_snapshot *snapshot = (const void *)config;
	struct config_loader loader = {(struct config_snapshot *)(uintptr_t)config, diag};

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct config_policy_source *source = &snapshot->sources[i];
		const struct policy *policy = &config->policies[i];
		struct place place = {source->section->file->path, source->section->line, 1};

		if (policy_rules_count(policy->rules) == 0 &&
			policy->default_action == POLICY_ACTION_DENY &&
			policy->client_cert == POLICY_CERT_OFF && !is_parent(&loader, source) &&
			config_policy_given(source, "default") == NULL) {
			diag_warning(diag, &place,
				"[policy %s] lets in no client: it has no rules; expected allow = "
				"RULE, or default = deny if that is meant",
				policy->name.data);
		}
	}
}

/* The claims that the rules of any policy that inherits the key from this one read. */
static unsigned claims_of_heirs(
	const struct config_loader *loader, const struct config_policy_source *giver)
{
	const struct config_snapshot *snapshot = loader->snapshot;
	unsigned claims = 0;

	for (size_t i = 0; i < snapshot->config.policy_count; i++) {
		const struct config_policy_source *p = &snapshot->sources[i];

		while (p != NULL && p != giver && config_policy_given(p, "cached_claims") == NULL) {
			p = p->parent;
		}
		for (size_t r = 0;
			p == giver && r < policy_rules_count(snapshot->policies[i].rules); r++) {
			claims |=
				policy_rule_claims(policy_rules_at(snapshot->policies[i].rules, r));
		}
	}
	return claims;
}

/* Checks keys that the policy sets itself: policies that inherit them are not warned again. */
static void check_own_keys(struct config_loader *loader, const struct config_policy_source *source)
{
	const struct config_ini_entry *claims = config_policy_given(source, "cached_claims");
	const struct config_ini_entry *on_error = config_policy_given(source, "on_dns_error");
	struct place place;

	if (on_error != NULL && source->own.on_dns_error == POLICY_ON_ERROR_ALLOW) {
		place = config_ini_value_place(on_error);
		diag_warning(loader->diag, &place,
			"on_dns_error = allow: the owner of the reverse zone of an address can "
			"make it fail, and gets in; expected deny or error");
	}
	if (claims == NULL || source->own.cached_claims == 0) {
		return;
	}
	unsigned unread = source->own.cached_claims & ~claims_of_heirs(loader, source);

	place = config_ini_value_place(claims);
	for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
		if ((unread & 1U << i) != 0) {
			diag_warning(loader->diag, &place,
				"cached_claims = %s: no rule of [policy %s] asks about it",
				policy_claim_word(i), source->name.data);
		}
	}
}

/*
 * A parent's key may be meant for policies that have lists, and the default, which a dump writes,
 * needs none.
 */
static void check_crls(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy)
{
	const struct config_ini_entry *check = config_policy_given(source, "crl_check");

	if (check != NULL && policy->trust.crl_check == POLICY_CRL_CHECK_LEAF &&
		policy->trust.crl_file_count == 0 && !is_parent(loader, source)) {
		struct place place = config_ini_value_place(check);

		diag_warning(loader->diag, &place,
			"crl_check: revocation is not checked in [policy %s]; expected crl_file, "
			"which names the lists",
			policy->name.data);
	}
}

void config_check_policy(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy)
{
	for (size_t i = 0; i < source->rules_from->rule_count; i++) {
		check_rule(loader, source, policy, i);
	}
	check_reach(loader, source);
	/* If rules could not be read, a warning would only follow from that. */
	if (loader->diag->errors == 0) {
		check_own_keys(loader, source);
		check_crls(loader, source, policy);
		config_check_rules(loader, source, policy);
		check_outcomes(loader, source, policy);
	}
}

/* False, which ends the search, once a rule needs something that the pin covers. */
static bool is_outside_pin(void *ctx, const struct policy_dependency *asked)
{
	const struct policy_pin *pin = ctx;

	switch (asked->kind) {
	case POLICY_DEPENDENCY_HOST_REGEX:
		return false;
	case POLICY_DEPENDENCY_DNSBL:
		return true;
	case POLICY_DEPENDENCY_HOST:
	case POLICY_DEPENDENCY_FORWARD:
		break;
	}
	return !policy_pin_meets(pin, asked->value);
}

/*
 * Whether any policy with these pins, its own or inherited, can need a name that this pin covers.
 */
static bool is_pin_used(
	const struct config *config, const struct policy_pins *pins, const struct policy_pin *pin)
{
	struct policy_pin copy = *pin;

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy *policy = &config->policies[i];

		if (policy->pins == pins && (policy->cert_host != POLICY_CERT_HOST_OFF ||
						    !policy_rules_each_dependency(policy->rules,
							    is_outside_pin, &copy))) {
			return true;
		}
	}
	return false;
}

void config_check_pins(struct config_loader *loader)
{
	const struct config_snapshot *snapshot = loader->snapshot;
	const struct config *config = &snapshot->config;

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy_pins *pins = snapshot->sources[i].pins;

		for (size_t p = 0; p < policy_pins_count(pins); p++) {
			const struct policy_pin *pin = policy_pins_at(pins, p);

			if (!is_pin_used(config, pins, pin)) {
				diag_warning(loader->diag, &pin->at,
					"pin of %s%s: no rule of [policy %s], or of a policy that "
					"has its pins, can ask for a name that it covers",
					pin->suffix ? "." : "", pin->name.data,
					config->policies[i].name.data);
			}
		}
	}
}
