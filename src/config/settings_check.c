/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/settings_check.h"

#include "policy/netset.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* NULL: the default is used. */
static const struct config_ini_entry *entry_of(const struct config_section_schema *schema,
	const struct config_ini_entry **given, const char *key)
{
	return given[config_key_find(schema, str_view(key)) - schema->keys];
}

/* Reports a limit that contradicts another one, at the limit that was given. */
static void check_order(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given, const char *low, uint32_t low_value,
	const char *high, uint32_t high_value)
{
	const struct config_ini_entry *at = entry_of(schema, given, low);

	if (low_value <= high_value) {
		return;
	}
	if (at == NULL) {
		at = entry_of(schema, given, high);
	}
	struct place place = config_ini_value_place(at);

	diag_error(loader->diag, &place, "expected %s (%us) to be at most %s (%us)", low, low_value,
		high, high_value);
}

/* Resolves profile, cert_source, verify_source and trust_frontend. */
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
	while (i + 1 < ARRAY_LEN(keys) && entry_of(schema, given, keys[i]) == NULL) {
		i++;
	}
	const struct config_ini_entry *at = entry_of(schema, given, keys[i]);

	if (at == NULL) {
		diag_error(loader->diag, NULL, "%s", wrong);
		return;
	}
	struct place place = config_ini_value_place(at);

	diag_error(loader->diag, &place, "%s = %s with profile = %s: %s", keys[i], at->value.data,
		cert_profile_word(frontend->profile), wrong);
}

/* fc00::/7 and fe80::/10: such addresses do not come from the Internet. */
static bool is_local(const struct prefix *prefix)
{
	const uint8_t *bytes = prefix->addr.bytes;

	return prefix->addr.family == ADDR_V6 &&
	       ((prefix->len >= 7 && (bytes[0] & 0xfe) == 0xfc) ||
		       (prefix->len >= 10 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80));
}

/* The coverage of the prefixes; local addresses of IPv6 do not count. */
static struct policy_coverage coverage_of(
	struct config_loader *loader, const struct prefix *prefixes, size_t count)
{
	struct policy_netset *set = policy_netset_new();
	struct policy_coverage covers = {0};
	bool good = set != NULL;

	for (size_t i = 0; i < count && good; i++) {
		good = is_local(&prefixes[i]) || policy_netset_add(set, &prefixes[i]);
	}
	if (good) {
		policy_netset_seal(set);
		covers = policy_netset_coverage(set);
	} else {
		diag_error(loader->diag, NULL, "out of memory");
	}
	policy_netset_free(set);
	return covers;
}

/* Addresses whose headers are trusted: nearly all are an error (`most`), very many a warning. */
static void check_coverage(struct config_loader *loader, const struct config_ini_entry *entry,
	const char *key, const struct policy_coverage *covers, const char *most, const char *many)
{
	char text[POLICY_COVERAGE_TEXT_MAX];

	if (!policy_coverage_is_vast(covers)) {
		return;
	}
	struct place place = config_ini_value_place(entry);

	policy_coverage_format(covers, text);
	if (policy_coverage_is_most(covers)) {
		diag_error(loader->diag, &place, "%s: %s%s", key, text, most);
	} else {
		diag_warning(loader->diag, &place, "%s: %s%s", key, text, many);
	}
}

static void check_trusted_proxies(
	struct config_loader *loader, const struct config_ini_entry *entry)
{
	const struct config_frontend *frontend = &loader->snapshot->config.frontend;
	struct policy_coverage covers =
		coverage_of(loader, frontend->trusted_proxies, frontend->trusted_proxy_count);

	check_coverage(loader, entry, "trusted_proxies", &covers,
		": every peer is believed; expected the addresses of proxies (for a front end that "
		"replaces all identity headers: trust_headers = yes)",
		" are believed, which is more than one owner has; expected the addresses of "
		"proxies");
}

static void check_tcp_peers(struct config_loader *loader, const struct config_ini_entry *entry)
{
	const struct config_server *server = &loader->snapshot->config.server;
	struct policy_coverage covers =
		coverage_of(loader, server->tcp_peers, server->tcp_peer_count);

	check_coverage(loader, entry, "tcp_peers", &covers,
		": every host may connect, and claim any client address; expected the addresses of "
		"web servers",
		" may connect, and claim any client address; expected the addresses of web "
		"servers");
}

static void check_admin(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	const struct config_server *server = &loader->snapshot->config.server;
	struct policy_coverage covers =
		coverage_of(loader, server->admin_peers, server->admin_peer_count);

	check_coverage(loader, entry_of(schema, given, "admin_peers"), "admin_peers", &covers,
		": every host may connect, and read what is decided and configured; expected the "
		"addresses of administrators and monitoring",
		" may connect, and read what is decided and configured; expected the addresses of "
		"administrators and monitoring");
	if (server->admin_write && server->admin_token_file == NULL) {
		struct place place = config_ini_value_place(entry_of(schema, given, "admin_write"));

		diag_error(loader->diag, &place,
			"admin_write = yes without admin_token_file: expected a file with the "
			"token, such as admin_token_file = /etc/doorward/admin.token");
	}
}

/*
 * With `address`, forwarded_for follows from it; a forwarded_for that contradicts it is an error.
 */
static void check_address(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	struct config_frontend *frontend = &loader->snapshot->config.frontend;
	const struct config_ini_entry *address = entry_of(schema, given, "address");
	const struct config_ini_entry *forwarded = entry_of(schema, given, "forwarded_for");
	bool by_list = frontend->address == CONFIG_ADDRESS_X_FORWARDED_FOR;

	if (frontend->address == CONFIG_ADDRESS_AUTO) {
		return;
	}
	if (forwarded == NULL || frontend->forwarded_for == by_list) {
		frontend->forwarded_for = by_list;
		return;
	}
	struct place place = config_ini_value_place(address);

	diag_error(loader->diag, &place,
		"address = %s with forwarded_for = %s: they name different sources; expected one "
		"of the two lines",
		address->value.data, forwarded->value.data);
}

/* Over HTTP there are no params. */
static void check_address_over_http(struct config_loader *loader,
	const struct config_section_schema *schema, const struct config_ini_entry **given)
{
	const struct config *config = &loader->snapshot->config;

	for (size_t i = 0; config->frontend.address == CONFIG_ADDRESS_REMOTE_ADDR &&
			   i < config->server.listen_count;
		i++) {
		if (config->server.listen[i].protocol == NET_LISTEN_HTTP) {
			struct place place =
				config_ini_value_place(entry_of(schema, given, "address"));

			diag_warning(loader->diag, &place,
				"address = REMOTE_ADDR with listen = http: over HTTP there is no "
				"REMOTE_ADDR, so every client is denied there; expected X-Real-IP "
				"or X-Forwarded-For");
			return;
		}
	}
}

/* Warns of front ends whose headers are trusted from any address, or never. */
static void check_trusted_peers(struct config_loader *loader,
	const struct config_section_schema *schema, const struct config_ini_entry **given)
{
	const struct config *config = &loader->snapshot->config;
	const struct config_frontend *frontend = &config->frontend;
	bool tcp = false;
	bool http = false;
	struct place place;

	for (size_t i = 0; i < config->server.listen_count; i++) {
		const struct net_listen_spec *spec = &config->server.listen[i];

		tcp = tcp || (spec->kind == NET_LISTEN_TCP && spec->protocol != NET_LISTEN_ADMIN);
		http = http || spec->protocol == NET_LISTEN_HTTP;
	}
	if (frontend->trusted_proxy_count > 0) {
		check_trusted_proxies(loader, entry_of(schema, given, "trusted_proxies"));
	}
	if (frontend->trust_headers && tcp) {
		place = config_ini_value_place(entry_of(schema, given, "trust_headers"));
		diag_warning(loader->diag, &place,
			"trust_headers = yes with a TCP socket in listen: every peer that reaches "
			"it is believed; expected trusted_proxies, or a Unix socket");
	}
	/*
	 * Over HTTP a peer on a Unix socket is trusted, and a TCP peer needs trusted_proxies
	 * anyway.
	 */
	if (frontend->forwarded_for && frontend->address != CONFIG_ADDRESS_X_REAL_IP &&
		frontend->address != CONFIG_ADDRESS_REMOTE_ADDR && !frontend->trust_headers &&
		frontend->trusted_proxy_count == 0 && !http) {
		bool named = frontend->address == CONFIG_ADDRESS_X_FORWARDED_FOR;

		place = config_ini_value_place(
			entry_of(schema, given, named ? "address" : "forwarded_for"));
		diag_warning(loader->diag, &place,
			"%s without trusted_proxies: X-Forwarded-For does not "
			"count; expected trusted_proxies = the addresses of the proxies that "
			"write it",
			named ? "address = X-Forwarded-For" : "forwarded_for = yes");
	}
}

/* Whether other users can reach the socket; if that is unknown, true. */
static bool is_open_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	struct stat st;

	if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof(folder)) {
		return true;
	}
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	return stat(folder, &st) != 0 || (st.st_mode & S_IXOTH) != 0;
}

void config_check_server(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	const struct config_server *server = &loader->snapshot->config.server;
	struct place place;

	check_tcp_peers(loader, entry_of(schema, given, "tcp_peers"));
	check_admin(loader, schema, given);
	for (size_t i = 0; i < server->listen_count; i++) {
		const struct net_listen_spec *spec = &server->listen[i];

		if ((server->socket.socket_mode & S_IWOTH) != 0 && spec->kind == NET_LISTEN_UNIX &&
			spec->protocol != NET_LISTEN_ADMIN && is_open_folder(spec->path.data)) {
			place = config_ini_value_place(entry_of(schema, given, "socket_mode"));
			diag_warning(loader->diag, &place,
				"socket_mode = %04o: every local user may ask, and claim any "
				"client "
				"address; expected 0660 with socket_group, or a folder that only "
				"the front end may enter",
				(unsigned)server->socket.socket_mode);
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
	/* What resolv.conf says can change: auto is not enough. */
	if (dns->require_ad && dns->trust_ad != DNS_YES) {
		struct place place = config_ini_value_place(entry_of(schema, given, "require_ad"));

		diag_error(loader->diag, &place, "require_ad = yes: needs trust_ad = yes");
	}
}

/* Keys of [shared] that are useless without another one. */
static void check_beside(struct config_loader *loader, const struct config_ini_entry *entry,
	const char *key, const char *other)
{
	if (entry != NULL) {
		struct place place = config_ini_key_place(entry);

		diag_error(loader->diag, &place, "%s without %s: expected both", key, other);
	}
}

void config_check_shared(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	const struct config_shared *shared = &loader->snapshot->config.shared;
	const struct config_ini_entry *server = entry_of(schema, given, "server");
	bool has_server = shared->store.path != NULL || shared->store.endpoint.port != 0;

	if (server != NULL && has_server && shared->secret_file == NULL) {
		struct place place = config_ini_value_place(server);

		diag_error(loader->diag, &place,
			"server = %s: expected secret_file, too: a file with the secret that all "
			"machines share, from openssl rand -base64 32",
			server->value.data);
	}
	if (!has_server && server == NULL) {
		check_beside(
			loader, entry_of(schema, given, "secret_file"), "secret_file", "server");
		check_beside(loader, entry_of(schema, given, "password_file"), "password_file",
			"server");
	}
	if (shared->store.user != NULL && shared->password_file == NULL) {
		check_beside(loader, entry_of(schema, given, "user"), "user", "password_file");
	}
}

void config_check_frontend(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	make_sources(loader, schema, given);
	check_address(loader, schema, given);
	check_address_over_http(loader, schema, given);
	check_trusted_peers(loader, schema, given);
}
