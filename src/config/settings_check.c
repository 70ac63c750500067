/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/settings_check.h"

/* Where a limit is wrong beside another one: at the one that was given. */
static void check_order(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given, const char *low, uint32_t low_value,
	const char *high, uint32_t high_value)
{
	const struct config_ini_entry *at =
		given[config_key_find(schema, str_view(low)) - schema->keys];

	if (low_value <= high_value) {
		return;
	}
	if (at == NULL) {
		at = given[config_key_find(schema, str_view(high)) - schema->keys];
	}
	struct place place = config_ini_value_place(at);

	diag_error(loader->diag, &place, "expected %s (%us) to be at most %s (%us)", low, low_value,
		high, high_value);
}

/* What profile, cert_source, verify_source and trust_frontend come to. */
static void make_sources(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	static const char *const keys[] = {
		"trust_frontend", "cert_source", "verify_source", "profile"};
	struct config_frontend *frontend = &loader->snapshot->config.frontend;
	const char *wrong = cert_sources_make(frontend->profile, &frontend->cert_source,
		&frontend->verify_source, frontend->trust_frontend, &loader->snapshot->arena,
		&frontend->cert);
	size_t i = frontend->trust_frontend ? 0 : 1;

	if (wrong == NULL) {
		return;
	}
	while (i + 1 < ARRAY_LEN(keys) &&
		given[config_key_find(schema, str_view(keys[i])) - schema->keys] == NULL) {
		i++;
	}
	const struct config_ini_entry *at =
		given[config_key_find(schema, str_view(keys[i])) - schema->keys];

	if (at == NULL) {
		diag_error(loader->diag, NULL, "%s", wrong);
		return;
	}
	struct place place = config_ini_value_place(at);

	diag_error(loader->diag, &place, "%s = %s with profile = %s: %s", keys[i], at->value.data,
		cert_profile_word(frontend->profile), wrong);
}

/* Front ends that would be believed whoever they are. */
static void check_belief(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	const struct config *config = &loader->snapshot->config;
	const struct config_frontend *frontend = &config->frontend;
	struct place place;

	for (size_t i = 0; i < frontend->trusted_proxy_count; i++) {
		const struct prefix *prefix = &frontend->trusted_proxies[i];

		if (prefix->len == 0) {
			place = config_ini_value_place(
				given[config_key_find(schema, str_view("trusted_proxies")) -
					schema->keys]);
			diag_warning(loader->diag, &place,
				"trusted_proxies = %s: everybody is believed; expected the "
				"addresses of proxies",
				prefix->addr.family == ADDR_V6 ? "::/0" : "0.0.0.0/0");
		}
	}
	for (size_t i = 0; frontend->trust_headers && i < config->server.listen_count; i++) {
		if (config->server.listen[i].kind == LISTEN_TCP) {
			place = config_ini_value_place(
				given[config_key_find(schema, str_view("trust_headers")) -
					schema->keys]);
			diag_warning(loader->diag, &place,
				"trust_headers = yes with a TCP socket in listen: whoever reaches "
				"it is believed; expected trusted_proxies, or a Unix socket");
			return;
		}
	}
}

void config_check_dns(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	const struct dns_settings *dns = &loader->snapshot->config.dns;

	check_order(loader, schema, given, "min_ttl", dns->min_ttl_s, "max_ttl", dns->max_ttl_s);
	check_order(loader, schema, given, "min_ttl", dns->min_ttl_s, "negative_max_ttl",
		dns->negative_max_ttl_s);
	/* What resolv.conf says today, it may not say tomorrow: auto is not enough. */
	if (dns->require_ad && dns->trust_ad != DNS_YES) {
		struct place place = config_ini_value_place(
			given[config_key_find(schema, str_view("require_ad")) - schema->keys]);

		diag_error(loader->diag, &place, "require_ad = yes: needs trust_ad = yes");
	}
}

void config_check_frontend(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	make_sources(loader, schema, given);
	check_belief(loader, schema, given);
}
