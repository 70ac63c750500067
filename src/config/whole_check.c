/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/whole_check.h"

#include "policy/rule.h"
#include "policy/rule_terms.h"

static bool only_admin(const struct config *config)
{
	bool only = config->server.listen_count > 0;

	for (size_t i = 0; i < config->server.listen_count; i++) {
		only = only && config->server.listen[i].protocol == NET_LISTEN_ADMIN;
	}
	return only;
}

static bool listens_over_http(const struct config *config, bool tcp)
{
	for (size_t i = 0; i < config->server.listen_count; i++) {
		const struct net_listen_spec *spec = &config->server.listen[i];

		if (spec->protocol == NET_LISTEN_HTTP && (!tcp || spec->kind == NET_LISTEN_TCP)) {
			return true;
		}
	}
	return false;
}

/* Whether the policy allows all requests, as far as single rules show it. */
static bool is_open(const struct policy *policy)
{
	size_t count = policy_rules_count(policy->rules);

	if (policy->client_cert == POLICY_CERT_REQUIRED) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const struct policy_rule *rule = policy_rules_at(policy->rules, i);

		if (policy_rule_action(rule) != POLICY_ACTION_ALLOW) {
			return false;
		}
		if (policy_rule_holds_always(rule)) {
			return true;
		}
	}
	return policy->default_action == POLICY_ACTION_ALLOW;
}

/* A request that names no policy gets [policy default] anyway. */
static void check_choice(const struct config *config, struct diag *diag)
{
	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy *policy = &config->policies[i];

		if (is_open(policy) && !str_eq_text(policy->name, "default")) {
			struct place place = config_policy_place(config, policy, "default");

			diag_warning(diag, &place,
				"policy_header = yes, and [policy %s] lets in every client, and a "
				"client that can send X-Doorward-Policy can select it; expected "
				"the policy in the "
				"path, /auth/%s",
				policy->name.data, policy->name.data);
			return;
		}
	}
}

/* The first policy that admits by name; NULL if none does. */
static const struct policy *admits_by_name(const struct config *config)
{
	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy *policy = &config->policies[i];

		for (size_t r = 0; r < policy_rules_count(policy->rules); r++) {
			if (policy_rule_admits_by_name(policy_rules_at(policy->rules, r))) {
				return policy;
			}
		}
	}
	return NULL;
}

static void check_forgery(const struct config *config, struct diag *diag)
{
	const struct dns_settings *dns = &config->dns;
	const struct policy *policy = admits_by_name(config);
	char text[ENDPOINT_TEXT_MAX];

	if (policy == NULL || dns->case_randomization || (dns->cookies && dns->edns_size > 0) ||
		dns->use_tcp == DNS_YES) {
		return;
	}
	for (size_t i = 0; i < dns->nameserver_count; i++) {
		struct place place = {config->path, 0, 0};

		if (!addr_is_loopback(&dns->nameservers[i].addr)) {
			endpoint_format(&dns->nameservers[i], text);
			diag_warning(diag, &place,
				"nameservers: answers of %s are easy to forge without cookies and "
				"case_randomization, and [policy %s] goes by names; expected "
				"either of them, use_tcp = yes, or a resolver on this machine",
				text, policy->name.data);
			return;
		}
	}
}

void config_check_whole(const struct config *config, struct diag *diag)
{
	struct place place = {config->path, 0, 0};

	if (config_policy(config, str_view("default")) == NULL) {
		diag_warning(diag, &place,
			"no [policy default]: requests that name no policy are denied");
	}
	if (only_admin(config)) {
		diag_warning(diag, &place,
			"listen has nothing but admin: places, so front ends can ask only on "
			"sockets that systemd or spawn-fcgi passes; expected, beside them, a line "
			"such as listen = unix:/run/doorward/doorward.sock");
	}
	if (listens_over_http(config, true) && config->frontend.trusted_proxy_count == 0) {
		diag_warning(diag, &place,
			"listen = http: on a TCP port, but no trusted_proxies: no peer may ask "
			"there");
	}
	if (config->frontend.policy_header && listens_over_http(config, false)) {
		check_choice(config, diag);
	}
	check_forgery(config, diag);
}
