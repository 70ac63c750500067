/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/snapshot.h"

#include "authz/input.h"
#include "base/file_stamp.h"
#include "log/log.h"
#include "policy/dependencies.h"

#include <stdlib.h>
#include <string.h>

bool snapshot_watches(const struct snapshot *snapshot)
{
	return trusts_watches(snapshot->trusts) || config_reads_lists(snapshot->config) ||
	       snapshot->config->dns.static_zone != NULL;
}

uint64_t snapshot_stamp(const struct snapshot *snapshot, enum snapshot_files files)
{
	const char *zone = snapshot->config->dns.static_zone;

	switch (files) {
	case SNAPSHOT_TRUST:
		return trusts_stamp(snapshot->config);
	case SNAPSHOT_LISTS:
		return config_lists_stamp_now(snapshot->config);
	case SNAPSHOT_ZONE:
		return zone != NULL ? file_stamp_of_path(zone) : 0;
	case SNAPSHOT_FILES_COUNT:
		break;
	}
	return 0;
}

/* The stamp first: what changes meanwhile is then seen as a change. */
static bool load_trusts(struct snapshot *snapshot, struct diag *diag)
{
	snapshot->stamps[SNAPSHOT_TRUST] = snapshot_stamp(snapshot, SNAPSHOT_TRUST);
	snapshot->trusts = trusts_load(snapshot->config, diag);
	return snapshot->trusts != NULL;
}

static bool make_buckets(
	struct snapshot *snapshot, const struct snapshot *previous, struct diag *diag)
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

/* The configuration alone; NULL after diag_error. */
static struct snapshot *load_configuration(const char *path, struct diag *diag)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	struct str clash;

	if (snapshot == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	atomic_init(&snapshot->references, 1);
	snapshot->config = config_load(path, diag);
	if (snapshot->config == NULL) {
		goto fail;
	}
	snapshot->stamps[SNAPSHOT_LISTS] = config_lists_stamp(snapshot->config);
	clash = input_clash(&snapshot->config->frontend.cert);
	if (clash.data == NULL) {
		return snapshot;
	}
	struct place place = {path, 0, 0};

	diag_error(diag, &place,
		"cert_source or verify_source: expected a name that means nothing else; %s does",
		clash.data);
fail:
	snapshot_unref(snapshot);
	return NULL;
}

struct snapshot *snapshot_load(const char *path, const struct snapshot *previous, struct diag *diag)
{
	struct snapshot *snapshot = load_configuration(path, diag);

	if (snapshot == NULL) {
		return NULL;
	}
	snapshot->stamps[SNAPSHOT_ZONE] = snapshot_stamp(snapshot, SNAPSHOT_ZONE);
	snapshot->dns = dns_context_new(
		&snapshot->config->dns, previous != NULL ? previous->dns : NULL, diag);
	if (snapshot->dns == NULL || !load_trusts(snapshot, diag) ||
		!make_buckets(snapshot, previous, diag)) {
		snapshot_unref(snapshot);
		return NULL;
	}
	return snapshot;
}

void snapshot_log_nameservers(const struct snapshot *snapshot)
{
	struct bytes text;

	bytes_init(&text, 0);
	dns_context_describe(snapshot->dns, &text);
	log_write(LOG_LEVEL_INFO, "dns: name servers in use: %.*s", (int)text.len,
		(const char *)text.data);
	bytes_clear(&text);
}

bool snapshot_wants_name(void *ctx, struct str name)
{
	const struct config *config = ((const struct snapshot *)ctx)->config;

	for (size_t i = 0; i < config->policy_count; i++) {
		if (policy_rules_could_match_name(config->policies[i].rules, name)) {
			return true;
		}
	}
	return false;
}

struct snapshot *snapshot_load_without_dns(const char *path, struct diag *diag)
{
	struct snapshot *snapshot = load_configuration(path, diag);

	if (snapshot != NULL && !load_trusts(snapshot, diag)) {
		snapshot_unref(snapshot);
		return NULL;
	}
	return snapshot;
}

/* Takes `dns`; NULL when out of memory. */
static struct snapshot *snapshot_like(const struct snapshot *snapshot, struct dns_context *dns)
{
	struct snapshot *next = calloc(1, sizeof(*next));

	if (next == NULL) {
		dns_context_unref(dns);
		return NULL;
	}
	atomic_init(&next->references, 1);
	next->config = config_ref(snapshot->config);
	next->dns = dns;
	next->trusts = trusts_ref(snapshot->trusts);
	memcpy(next->stamps, snapshot->stamps, sizeof(next->stamps));
	next->buckets = policy_token_buckets_ref(snapshot->buckets);
	return next;
}

struct snapshot *snapshot_renewed(const struct snapshot *snapshot, struct diag *diag)
{
	struct dns_context *dns = dns_context_renewed(snapshot->dns, diag);

	return dns != NULL ? snapshot_like(snapshot, dns) : NULL;
}

static bool reload_trusts(struct snapshot *snapshot, struct diag *diag)
{
	trusts_unref(snapshot->trusts);
	return load_trusts(snapshot, diag);
}

static bool reload_lists(struct snapshot *snapshot, struct diag *diag)
{
	struct config *config = config_reread_lists(snapshot->config, diag);

	if (config == NULL) {
		return false;
	}
	config_unref(snapshot->config);
	snapshot->config = config;
	snapshot->stamps[SNAPSHOT_LISTS] = config_lists_stamp(config);
	return true;
}

static bool reload_zone(struct snapshot *snapshot, struct diag *diag)
{
	uint64_t stamp = snapshot_stamp(snapshot, SNAPSHOT_ZONE);
	struct dns_context *dns =
		dns_context_rezoned(snapshot->dns, snapshot->config->dns.static_zone, diag);

	if (dns == NULL) {
		return false;
	}
	dns_context_unref(snapshot->dns);
	snapshot->dns = dns;
	snapshot->stamps[SNAPSHOT_ZONE] = stamp;
	return true;
}

static bool reload_files(struct snapshot *snapshot, enum snapshot_files files, struct diag *diag)
{
	switch (files) {
	case SNAPSHOT_TRUST:
		return reload_trusts(snapshot, diag);
	case SNAPSHOT_LISTS:
		return reload_lists(snapshot, diag);
	case SNAPSHOT_ZONE:
		return reload_zone(snapshot, diag);
	case SNAPSHOT_FILES_COUNT:
		break;
	}
	return false;
}

struct snapshot *snapshot_reread(
	const struct snapshot *snapshot, enum snapshot_files files, struct diag *diag)
{
	struct snapshot *next = snapshot_like(snapshot, dns_context_ref(snapshot->dns));

	if (next == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	if (!reload_files(next, files, diag)) {
		snapshot_unref(next);
		return NULL;
	}
	return next;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
	if (snapshot == NULL ||
		atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) > 1) {
		return;
	}
	policy_token_buckets_unref(snapshot->buckets);
	trusts_unref(snapshot->trusts);
	dns_context_unref(snapshot->dns);
	config_unref(snapshot->config);
	free(snapshot);
}
