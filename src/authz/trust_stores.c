/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/trust_stores.h"

#include "base/ref.h"

#include <stdlib.h>
#include <string.h>

struct authz_trust_stores {
	struct cert_trust *
		*of_policy; /* by policy->number; policies with the same settings share one */
	size_t policy_count;
	struct cert_cache *cache;
	struct cert_suffixes *suffixes;
	struct ref references;
};

static struct cert_trust_settings settings_of(
	const struct config *config, const struct policy *policy)
{
	const struct policy_trust *t = &policy->trust;

	return (struct cert_trust_settings){
		.ca_file = t->ca_file,
		.ca_dir = t->ca_dir,
		.crl_files = t->crl_files,
		.crl_file_count = t->crl_file_count,
		.pins = t->cert_pins,
		.depth = t->verify_depth,
		.security_level = t->security_level,
		.crl_leaf_only = t->crl_check == POLICY_CRL_CHECK_LEAF,
		.partial_chain = t->partial_chain,
		.strict = t->x509_strict,
		.policies = t->cert_policies,
		.policy_count = t->cert_policy_count,
		.allow_missing_eku = t->allow_missing_eku,
		.ca_file_place = config_policy_place(config, policy, "ca_file"),
		.ca_dir_place = config_policy_place(config, policy, "ca_dir"),
		.crl_file_place = config_policy_place(config, policy, "crl_file"),
		.pins_place = config_policy_place(config, policy, "cert_pins"),
	};
}

static bool verifies(const struct policy *policy)
{
	return policy->client_cert != POLICY_CERT_OFF && policy->verify != POLICY_VERIFY_FRONTEND;
}

static bool same_path(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_texts(const char *const *a, const char *const *b, size_t count)
{
	size_t i = 0;

	while (i < count && strcmp(a[i], b[i]) == 0) {
		i++;
	}
	return i == count;
}

static bool same_trust(const struct policy_trust *a, const struct policy_trust *b)
{
	return same_path(a->ca_file, b->ca_file) && same_path(a->ca_dir, b->ca_dir) &&
	       same_path(a->cert_pins, b->cert_pins) && a->crl_file_count == b->crl_file_count &&
	       same_texts(a->crl_files, b->crl_files, a->crl_file_count) &&
	       a->verify_depth == b->verify_depth && a->security_level == b->security_level &&
	       a->crl_check == b->crl_check && a->partial_chain == b->partial_chain &&
	       a->x509_strict == b->x509_strict && a->allow_missing_eku == b->allow_missing_eku &&
	       a->cert_policy_count == b->cert_policy_count &&
	       same_texts(a->cert_policies, b->cert_policies, a->cert_policy_count);
}

/* The first policy that is verified by the same; the policy itself if no earlier one is. */
static size_t first_like(const struct config *config, size_t index)
{
	size_t i = 0;

	while (i < index &&
		!(verifies(&config->policies[i]) &&
			same_trust(&config->policies[i].trust, &config->policies[index].trust))) {
		i++;
	}
	return i;
}

static bool load_all(struct authz_trust_stores *stores, const struct config *config,
	const struct authz_trust_stores *before, struct diag *diag)
{
	bool good = true;
	bool domain = false;

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy *policy = &config->policies[i];
		size_t first = first_like(config, i);

		domain = domain || policy->cert_host == POLICY_CERT_HOST_DOMAIN;
		if (!verifies(policy)) {
			continue;
		}
		if (first == i) {
			struct cert_trust_settings settings = settings_of(config, policy);

			stores->of_policy[i] = cert_trust_load(
				&settings, before != NULL ? before->of_policy[i] : NULL, diag);
			good = stores->of_policy[i] != NULL && good;
		} else {
			stores->of_policy[i] = stores->of_policy[first];
		}
	}
	if (domain) {
		stores->suffixes = cert_suffixes_load();
		if (stores->suffixes == NULL) {
			diag_error(diag, NULL, "the Public Suffix List cannot be read");
			good = false;
		}
	}
	return good;
}

struct authz_trust_stores *authz_trust_stores_load(
	const struct config *config, const struct authz_trust_stores *before, struct diag *diag)
{
	struct authz_trust_stores *stores = calloc(1, sizeof(*stores));

	if (stores == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	ref_init(&stores->references);
	stores->of_policy = calloc(config->policy_count + 1, sizeof(struct cert_trust *));
	stores->cache = cert_cache_new(config->cert_entries);
	if (stores->of_policy == NULL || stores->cache == NULL) {
		diag_error(diag, NULL, "out of memory");
		authz_trust_stores_unref(stores);
		return NULL;
	}
	stores->policy_count = config->policy_count;
	if (!load_all(stores, config, before, diag)) {
		authz_trust_stores_unref(stores);
		return NULL;
	}
	return stores;
}

struct authz_trust_stores *authz_trust_stores_ref(struct authz_trust_stores *stores)
{
	ref_get(&stores->references);
	return stores;
}

/* Whether a later policy has the store of this one. */
static bool is_shared(const struct authz_trust_stores *stores, size_t index)
{
	size_t k = index + 1;

	while (k < stores->policy_count && stores->of_policy[k] != stores->of_policy[index]) {
		k++;
	}
	return k < stores->policy_count;
}

static void free_all(struct authz_trust_stores *stores)
{
	for (size_t i = 0; i < stores->policy_count; i++) {
		if (!is_shared(stores, i)) {
			cert_trust_free(stores->of_policy[i]);
		}
	}
	free(stores->of_policy);
}

void authz_trust_stores_unref(struct authz_trust_stores *stores)
{
	if (stores == NULL || !ref_put(&stores->references)) {
		return;
	}
	cert_cache_free(stores->cache);
	free_all(stores);
	cert_suffixes_free(stores->suffixes);
	free(stores);
}

const struct cert_trust *authz_trust_stores_of(
	const struct authz_trust_stores *stores, const struct policy *policy)
{
	return stores->of_policy[policy->number];
}

struct cert_cache *authz_trust_stores_cache(const struct authz_trust_stores *stores)
{
	return stores->cache;
}

const struct cert_suffixes *authz_trust_stores_suffixes(const struct authz_trust_stores *stores)
{
	return stores->suffixes;
}

size_t authz_trust_stores_bad_files(const struct authz_trust_stores *stores)
{
	size_t count = 0;

	for (size_t i = 0; i < stores->policy_count; i++) {
		if (stores->of_policy[i] != NULL && !is_shared(stores, i)) {
			count += cert_trust_bad_files(stores->of_policy[i]);
		}
	}
	return count;
}

void authz_trust_stores_ends(const struct authz_trust_stores *stores, int64_t wall_s,
	cert_trust_each_end *each, void *ctx)
{
	for (size_t i = 0; i < stores->policy_count; i++) {
		if (stores->of_policy[i] != NULL && !is_shared(stores, i)) {
			cert_trust_ends(stores->of_policy[i], wall_s, each, ctx);
		}
	}
}

bool authz_trust_stores_watches(const struct authz_trust_stores *stores)
{
	for (size_t i = 0; i < stores->policy_count; i++) {
		if (stores->of_policy[i] != NULL) {
			return true;
		}
	}
	return false;
}

uint64_t authz_trust_stores_stamp(const struct config *config)
{
	uint64_t stamp = 0;

	for (size_t i = 0; i < config->policy_count; i++) {
		if (verifies(&config->policies[i]) && first_like(config, i) == i) {
			struct cert_trust_settings settings =
				settings_of(config, &config->policies[i]);

			stamp += cert_trust_stamp(&settings);
		}
	}
	return stamp;
}
