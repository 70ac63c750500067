/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/policy_check.h"

#include <string.h>

/* A policy cannot go by the word of a front end that has none. */
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

/* What a policy says about certificates must go together, once its parents have filled it in. */
void config_settle_certificates(struct config_loader *loader, struct policy *policy)
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
			"crl_file: expected verify = local or both in [policy %s], or nobody "
			"looks into it",
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

/* Whether a term is about `field`, or about `field`.SOMETHING. */
static bool term_is_about(struct str term, const char *field)
{
	size_t len = strlen(field);

	if (term.len > 0 && term.data[0] == '!') {
		term = str_trim(str_from(term, 1));
	}
	return str_starts_with(term, field) &&
	       (term.len == len || strchr(" \t.", term.data[len]) != NULL);
}

/* A rule about something that the policy does not look at would never, or always, hold. */
void config_check_rules(struct config_loader *loader, const struct config_policy_source *source,
	const struct policy *policy)
{
	const struct config_policy_source *from = source->rules_from;

	for (size_t i = 0; i < from->rule_count; i++) {
		const struct policy_rule *rule = policy_rules_at(policy->rules, i);
		struct place place = config_ini_value_place(from->rule_entries[i]);
		bool host = false;
		bool cert = false;
		bool dodged = false;  /* what is denied by its digest is let in as another */
		bool claimed = false; /* a name that nobody confirmed lets the client in */

		for (size_t t = 0; t < policy_rule_term_count(rule); t++) {
			struct str term = policy_rule_term_text(rule, t);

			host = host || term_is_about(term, "host");
			cert = cert || term_is_about(term, "cert");
			dodged = dodged || (policy_rule_action(rule) == POLICY_ACTION_DENY &&
						   term.data[0] != '!' &&
						   (term_is_about(term, "cert.sha256") ||
							   term_is_about(term, "cert.spki")));
			claimed = claimed ||
				  (policy_rule_action(rule) == POLICY_ACTION_ALLOW &&
					  term.data[0] != '!' && term_is_about(term, "host"));
		}
		if (host && policy->rdns == POLICY_RDNS_OFF) {
			diag_error(loader->diag, &place,
				"host: expected rdns = single or double in [policy %s]",
				policy->name.data);
		}
		if (claimed && policy->rdns == POLICY_RDNS_SINGLE) {
			diag_warning(loader->diag, &place,
				"host with rdns = single in [policy %s]: whoever has an address "
				"chooses its names; rdns = double confirms them",
				policy->name.data);
		}
		if (dodged) {
			diag_warning(loader->diag, &place,
				"deny by a fingerprint in [policy %s]: whoever holds the "
				"certificate can make one with another; deny by cert.issuer and "
				"cert.serial",
				policy->name.data);
		}
		if (cert && policy->client_cert == POLICY_CERT_OFF) {
			diag_error(loader->diag, &place,
				"cert: expected client_cert = optional or required in [policy %s]",
				policy->name.data);
		}
	}
}
