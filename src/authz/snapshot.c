/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/snapshot.h"

#include "authz/input.h"
#include "ban/file.h"
#include "base/clock.h"
#include "base/file_stamp.h"
#include "base/random.h"
#include "log/log.h"
#include "policy/dependencies.h"

#include <stdlib.h>
#include <string.h>

bool authz_snapshot_watches(const struct authz_snapshot *snapshot)
{
	return authz_trust_stores_watches(snapshot->stores) ||
	       config_reads_lists(snapshot->config) || snapshot->config->dns.static_zone != NULL ||
	       snapshot->config->bans.file != NULL || snapshot->agent_keys != NULL ||
	       snapshot->networks != NULL;
}

uint64_t authz_snapshot_stamp(
	const struct authz_snapshot *snapshot, enum authz_snapshot_files files)
{
	const char *zone = snapshot->config->dns.static_zone;

	switch (files) {
	case AUTHZ_SNAPSHOT_TRUST:
		return authz_trust_stores_stamp(snapshot->config);
	case AUTHZ_SNAPSHOT_LISTS:
		return config_lists_stamp_now(snapshot->config);
	case AUTHZ_SNAPSHOT_ZONE:
		return zone != NULL ? file_stamp_of_path(zone) : 0;
	case AUTHZ_SNAPSHOT_BANS:
		return file_stamp_of_path(snapshot->config->bans.file) +
		       (snapshot->shared != NULL ? shared_bans_generation(snapshot->shared) : 0);
	case AUTHZ_SNAPSHOT_AGENTS:
		return authz_agents_stamp(snapshot->config);
	case AUTHZ_SNAPSHOT_NETWORKS:
		return authz_networks_stamp(snapshot->config);
	case AUTHZ_SNAPSHOT_FILES_COUNT:
		break;
	}
	return 0;
}

static bool load_networks(struct authz_snapshot *snapshot, struct diag *diag)
{
	snapshot->stamps[AUTHZ_SNAPSHOT_NETWORKS] =
		authz_snapshot_stamp(snapshot, AUTHZ_SNAPSHOT_NETWORKS);
	return authz_networks_load(snapshot->config, &snapshot->networks, diag);
}

/* Takes the stamp first, so that a change meanwhile is seen later. */
static bool load_stores(
	struct authz_snapshot *snapshot, const struct authz_trust_stores *before, struct diag *diag)
{
	snapshot->stamps[AUTHZ_SNAPSHOT_TRUST] =
		authz_snapshot_stamp(snapshot, AUTHZ_SNAPSHOT_TRUST);
	snapshot->stores = authz_trust_stores_load(snapshot->config, before, diag);
	return snapshot->stores != NULL;
}

/* Of `before`, keys whose files are bad now stay. */
static bool load_agents(
	struct authz_snapshot *snapshot, const struct agent_keys *before, struct diag *diag)
{
	snapshot->stamps[AUTHZ_SNAPSHOT_AGENTS] =
		authz_snapshot_stamp(snapshot, AUTHZ_SNAPSHOT_AGENTS);
	return authz_agents_load(snapshot->config, before, &snapshot->agent_keys, diag);
}

/* Without content; NULL when out of memory. */
static struct authz_snapshot *snapshot_new(void)
{
	struct authz_snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (snapshot != NULL) {
		ref_init(&snapshot->references);
		random_bytes(&snapshot->generation, sizeof(snapshot->generation));
	}
	return snapshot;
}

static bool make_buckets(
	struct authz_snapshot *snapshot, const struct authz_snapshot *previous, struct diag *diag)
{
	uint32_t count = snapshot->config->rate_entries;

	if (previous != NULL && previous->config->rate_entries == count) {
		snapshot->buckets = policy_token_buckets_ref(previous->buckets);
		return true;
	}
	snapshot->buckets = policy_token_buckets_new(count);
	if (snapshot->buckets == NULL) {
		diag_error(diag, NULL, "out of memory for rate_entries = %u", count);
	}
	return snapshot->buckets != NULL;
}

/* The configuration only; NULL after diag_error. */
static struct authz_snapshot *load_configuration(const char *path, struct diag *diag)
{
	struct authz_snapshot *snapshot = snapshot_new();
	struct str clash;

	if (snapshot == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	snapshot->config = config_load(path, diag);
	if (snapshot->config == NULL) {
		goto fail;
	}
	snapshot->stamps[AUTHZ_SNAPSHOT_LISTS] = config_lists_stamp(snapshot->config);
	clash = authz_input_clash(&snapshot->config->frontend.cert);
	if (clash.data == NULL) {
		return snapshot;
	}
	struct place place = {path, 0, 0};

	diag_error(diag, &place,
		"cert_source or verify_source: expected a name that means nothing else; %s does",
		clash.data);
fail:
	authz_snapshot_unref(snapshot);
	return NULL;
}

struct authz_snapshot *authz_snapshot_load(
	const char *path, const struct authz_snapshot *previous, struct diag *diag)
{
	struct authz_snapshot *snapshot = load_configuration(path, diag);

	if (snapshot == NULL) {
		return NULL;
	}
	snapshot->stamps[AUTHZ_SNAPSHOT_ZONE] = authz_snapshot_stamp(snapshot, AUTHZ_SNAPSHOT_ZONE);
	snapshot->dns = dns_context_new(
		&snapshot->config->dns, previous != NULL ? previous->dns : NULL, diag);
	if (snapshot->dns == NULL || !load_stores(snapshot, NULL, diag) ||
		!load_networks(snapshot, diag) || !load_agents(snapshot, NULL, diag) ||
		!authz_agents_nonces(snapshot->config,
			previous != NULL ? previous->agent_nonces : NULL, &snapshot->agent_nonces,
			diag) ||
		!make_buckets(snapshot, previous, diag)) {
		authz_snapshot_unref(snapshot);
		return NULL;
	}
	return snapshot;
}

bool authz_snapshot_share(
	struct authz_snapshot *snapshot, const struct authz_snapshot *previous, struct diag *diag)
{
	return shared_load(snapshot->config, previous != NULL ? previous->shared : NULL,
		&snapshot->shared, diag);
}

/* Adds the bans of other machines, as far as this one knows them. False after a diag_error. */
static bool add_shared_bans(
	const struct authz_snapshot *snapshot, struct ban_list *list, struct diag *diag)
{
	if (!config_has_store(snapshot->config)) {
		return true;
	}
	if (snapshot->shared == NULL) {
		return ban_file_read(snapshot->config->bans.shared_file, list, diag);
	}
	if (!ban_list_add_all(list, shared_bans(snapshot->shared))) {
		diag_error(diag, NULL, "out of memory");
		return false;
	}
	return true;
}

bool authz_snapshot_read_bans(struct authz_snapshot *snapshot, struct diag *diag)
{
	uint64_t stamp = authz_snapshot_stamp(snapshot, AUTHZ_SNAPSHOT_BANS);
	struct ban_table *bans = NULL;
	struct ban_list list;

	ban_list_init(&list);
	if (ban_file_read(snapshot->config->bans.file, &list, diag) &&
		add_shared_bans(snapshot, &list, diag)) {
		ban_list_settle(&list, clock_wall_ms());
		bans = ban_table_new(&list);
		if (bans == NULL) {
			diag_error(diag, NULL, "out of memory");
		}
	}
	ban_list_clear(&list);
	if (bans == NULL) {
		return false;
	}
	ban_table_unref(snapshot->bans);
	snapshot->bans = bans;
	snapshot->stamps[AUTHZ_SNAPSHOT_BANS] = stamp;
	return true;
}

void authz_snapshot_log_nameservers(const struct authz_snapshot *snapshot)
{
	struct bytes text;

	bytes_init(&text, 0);
	dns_context_describe(snapshot->dns, &text);
	log_write(LOG_LEVEL_INFO, "dns: name servers in use: %.*s", (int)text.len,
		(const char *)text.data);
	bytes_clear(&text);
}

bool authz_snapshot_wants_name(void *ctx, struct str name)
{
	const struct config *config = ((const struct authz_snapshot *)ctx)->config;

	for (size_t i = 0; i < config->policy_count; i++) {
		if (policy_rules_could_match_name(config->policies[i].rules, name)) {
			return true;
		}
	}
	return false;
}

struct authz_snapshot *authz_snapshot_load_without_dns(const char *path, struct diag *diag)
{
	struct authz_snapshot *snapshot = load_configuration(path, diag);

	if (snapshot != NULL &&
		(!load_stores(snapshot, NULL, diag) || !load_networks(snapshot, diag) ||
			!load_agents(snapshot, NULL, diag) ||
			!authz_agents_nonces(
				snapshot->config, NULL, &snapshot->agent_nonces, diag))) {
		authz_snapshot_unref(snapshot);
		return NULL;
	}
	return snapshot;
}

/* Takes `dns`; NULL when out of memory. */
static struct authz_snapshot *snapshot_like(
	const struct authz_snapshot *snapshot, struct dns_context *dns)
{
	struct authz_snapshot *next = snapshot_new();

	if (next == NULL) {
		dns_context_unref(dns);
		return NULL;
	}
	next->config = config_ref(snapshot->config);
	next->dns = dns;
	next->stores = authz_trust_stores_ref(snapshot->stores);
	memcpy(next->stamps, snapshot->stamps, sizeof(next->stamps));
	next->buckets = policy_token_buckets_ref(snapshot->buckets);
	next->shared = shared_ref(snapshot->shared);
	next->bans = ban_table_ref(snapshot->bans);
	next->networks = authz_networks_ref(snapshot->networks);
	next->agent_keys =
		snapshot->agent_keys != NULL ? agent_keys_ref(snapshot->agent_keys) : NULL;
	next->agent_nonces =
		snapshot->agent_nonces != NULL ? agent_nonces_ref(snapshot->agent_nonces) : NULL;
	return next;
}

struct authz_snapshot *authz_snapshot_renewed(
	const struct authz_snapshot *snapshot, struct diag *diag)
{
	struct dns_context *dns = dns_context_renewed(snapshot->dns, diag);

	return dns != NULL ? snapshot_like(snapshot, dns) : NULL;
}

static bool reload_trusts(struct authz_snapshot *snapshot, struct diag *diag)
{
	struct authz_trust_stores *before = snapshot->stores;
	bool good = load_stores(snapshot, before, diag);

	authz_trust_stores_unref(before);
	return good;
}

static bool reload_lists(struct authz_snapshot *snapshot, struct diag *diag)
{
	struct config *config = config_reread_lists(snapshot->config, diag);

	if (config == NULL) {
		return false;
	}
	config_unref(snapshot->config);
	snapshot->config = config;
	snapshot->stamps[AUTHZ_SNAPSHOT_LISTS] = config_lists_stamp(config);
	return true;
}

static bool reload_zone(struct authz_snapshot *snapshot, struct diag *diag)
{
	uint64_t stamp = authz_snapshot_stamp(snapshot, AUTHZ_SNAPSHOT_ZONE);
	struct dns_context *dns =
		dns_context_rezoned(snapshot->dns, snapshot->config->dns.static_zone, diag);

	if (dns == NULL) {
		return false;
	}
	dns_context_unref(snapshot->dns);
	snapshot->dns = dns;
	snapshot->stamps[AUTHZ_SNAPSHOT_ZONE] = stamp;
	return true;
}

static bool reload_networks(struct authz_snapshot *snapshot, struct diag *diag)
{
	struct authz_networks *before = snapshot->networks;
	bool good = load_networks(snapshot, diag);

	authz_networks_unref(before);
	return good;
}

static bool reload_agents(struct authz_snapshot *snapshot, struct diag *diag)
{
	struct agent_keys *before = snapshot->agent_keys;
	bool good = load_agents(snapshot, before, diag);

	agent_keys_unref(before);
	return good;
}

static bool reload_files(
	struct authz_snapshot *snapshot, enum authz_snapshot_files files, struct diag *diag)
{
	switch (files) {
	case AUTHZ_SNAPSHOT_TRUST:
		return reload_trusts(snapshot, diag);
	case AUTHZ_SNAPSHOT_LISTS:
		return reload_lists(snapshot, diag);
	case AUTHZ_SNAPSHOT_ZONE:
		return reload_zone(snapshot, diag);
	case AUTHZ_SNAPSHOT_BANS:
		return authz_snapshot_read_bans(snapshot, diag);
	case AUTHZ_SNAPSHOT_AGENTS:
		return reload_agents(snapshot, diag);
	case AUTHZ_SNAPSHOT_NETWORKS:
		return reload_networks(snapshot, diag);
	case AUTHZ_SNAPSHOT_FILES_COUNT:
		break;
	}
	return false;
}

struct authz_snapshot *authz_snapshot_reread(
	const struct authz_snapshot *snapshot, enum authz_snapshot_files files, struct diag *diag)
{
	struct authz_snapshot *next = snapshot_like(snapshot, dns_context_ref(snapshot->dns));

	if (next == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	if (!reload_files(next, files, diag)) {
		authz_snapshot_unref(next);
		return NULL;
	}
	return next;
}

/* Of the other kinds, one bad file is enough for the older state to stay. */
size_t authz_snapshot_bad_files(
	const struct authz_snapshot *snapshot, enum authz_snapshot_files files)
{
	if (files == AUTHZ_SNAPSHOT_AGENTS && snapshot->agent_keys != NULL) {
		return agent_keys_bad_files(snapshot->agent_keys);
	}
	return files == AUTHZ_SNAPSHOT_TRUST ? authz_trust_stores_bad_files(snapshot->stores) : 0;
}

struct authz_snapshot *authz_snapshot_ref(struct authz_snapshot *snapshot)
{
	ref_get(&snapshot->references);
	return snapshot;
}

void authz_snapshot_unref(struct authz_snapshot *snapshot)
{
	if (snapshot == NULL || !ref_put(&snapshot->references)) {
		return;
	}
	shared_unref(snapshot->shared);
	ban_table_unref(snapshot->bans);
	authz_networks_unref(snapshot->networks);
	agent_keys_unref(snapshot->agent_keys);
	agent_nonces_unref(snapshot->agent_nonces);
	policy_token_buckets_unref(snapshot->buckets);
	authz_trust_stores_unref(snapshot->stores);
	dns_context_unref(snapshot->dns);
	config_unref(snapshot->config);
	free(snapshot);
}
