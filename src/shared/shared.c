/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/shared.h"

#include "ban/file.h"
#include "base/clock.h"
#include "shared/name_script.h"
#include "shared/nonce_script.h"
#include "shared/rate_question.h"
#include "shared/shared_private.h"

#include <stdlib.h>
#include <string.h>

/* 8 MiB, of which those pages are used that clients of rates come to. */
#define LEASES 131072u

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_secrets(const struct shared_secrets *a, const struct shared_secrets *b)
{
	for (size_t i = 0; i < a->count && a->count == b->count; i++) {
		if (a->lens[i] != b->lens[i] || memcmp(a->bytes[i], b->bytes[i], a->lens[i]) != 0) {
			return false;
		}
	}
	return a->count == b->count;
}

static bool is_same(const struct shared *a, const struct shared *b)
{
	return same_text(a->path, b->path) && same_text(a->user, b->user) &&
	       endpoint_eq(&a->settings.endpoint, &b->settings.endpoint) &&
	       a->settings.database == b->settings.database &&
	       a->settings.timeout_ms == b->settings.timeout_ms &&
	       (a->settings.password.data == NULL) == (b->settings.password.data == NULL) &&
	       str_eq(a->settings.password, b->settings.password) &&
	       a->configured_members == b->configured_members &&
	       same_secrets(&a->secrets, &b->secrets);
}

static void shared_free(struct shared *shared)
{
	if (shared == NULL) {
		return;
	}
	shared_leases_free(shared->leases);
	shared_members_clear(&shared->members);
	store_seal_free(shared->seal);
	store_status_unref(shared->status);
	ban_list_clear(&shared->bans);
	explicit_bzero(&shared->secrets, sizeof(shared->secrets));
	bytes_wipe(&shared->password);
	free(shared->path);
	free(shared->user);
	free(shared);
}

/* A copy, or NULL for NULL; *failed is set when out of memory. */
static char *copy(const char *text, bool *failed)
{
	char *out = text != NULL ? strdup(text) : NULL;

	*failed = *failed || (text != NULL && out == NULL);
	return out;
}

/* The settings and what the files say. NULL after a diag_error. */
static struct shared *read_all(const struct config_shared *config, struct diag *diag)
{
	struct shared *s = calloc(1, sizeof(*s));
	bool failed = false;

	if (s == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	ref_init(&s->references);
	ban_list_init(&s->bans);
	s->settings = config->store;
	s->path = copy(config->store.path, &failed);
	s->user = copy(config->store.user, &failed);
	s->settings.path = s->path;
	s->settings.user = s->user;
	s->configured_members = config->members;
	if (failed) {
		diag_error(diag, NULL, "out of memory");
	}
	bool good = shared_read_secrets(config->secret_file, &s->secrets, diag) && !failed;

	if (config->password_file != NULL) {
		good = shared_read_password(config->password_file, &s->password, diag) && good;
		s->settings.password = bytes_view(&s->password);
	}
	if (!good) {
		shared_free(s);
		return NULL;
	}
	return s;
}

static bool prepare(struct shared *s)
{
	struct str secrets[STORE_SECRETS_MAX];

	for (size_t i = 0; i < s->secrets.count; i++) {
		secrets[i] = str_from_bytes(s->secrets.bytes[i], s->secrets.lens[i]);
	}
	s->seal = store_seal_new((struct str_list){secrets, s->secrets.count});
	s->status = store_status_new(&s->settings);
	s->leases = shared_leases_new(LEASES);
	return s->seal != NULL && s->status != NULL && s->leases != NULL &&
	       shared_members_init(&s->members, s->seal) &&
	       store_script_init(&s->lease_script, shared_rate_script) &&
	       shared_name_script_init(&s->find_name) && shared_nonce_script_init(&s->take_nonce);
}

static void count_bans(struct shared *s)
{
	atomic_store_explicit(&s->bans_known, ban_list_count_bans(&s->bans, clock_wall_ms()),
		memory_order_relaxed);
}

/* The bans that another run, or the previous settings, knew. False after a diag_error. */
static bool take_bans(
	struct shared *s, const char *file, const struct shared *previous, struct diag *diag)
{
	bool good = previous != NULL ? ban_list_add_all(&s->bans, &previous->bans)
				     : ban_file_read(file, &s->bans, diag);

	if (!good && previous != NULL) {
		diag_error(diag, NULL, "out of memory");
	}
	ban_list_settle(&s->bans, clock_wall_ms());
	count_bans(s);
	s->bans_generation = previous != NULL ? previous->bans_generation + 1 : 1;
	return good;
}

bool shared_load(const struct config *config, struct shared *previous, struct shared **out,
	struct diag *diag)
{
	*out = NULL;
	if (!config_has_store(config)) {
		return true;
	}
	struct shared *s = read_all(&config->shared, diag);

	if (s == NULL) {
		return false;
	}
	if (previous != NULL && is_same(previous, s)) {
		shared_free(s);
		*out = shared_ref(previous);
		return true;
	}
	if (!prepare(s)) {
		diag_error(diag, NULL, "the keys for the store cannot be made: out of memory");
		shared_free(s);
		return false;
	}
	if (!take_bans(s, config->bans.shared_file, previous, diag)) {
		shared_free(s);
		return false;
	}
	*out = s;
	return true;
}

struct shared *shared_ref(struct shared *shared)
{
	if (shared != NULL) {
		ref_get(&shared->references);
	}
	return shared;
}

void shared_unref(struct shared *shared)
{
	if (shared != NULL && ref_put(&shared->references)) {
		shared_free(shared);
	}
}

const struct store_settings *shared_settings(const struct shared *shared)
{
	return &shared->settings;
}

const struct store_seal *shared_seal(const struct shared *shared)
{
	return shared->seal;
}

struct store_status *shared_status(const struct shared *shared)
{
	return shared->status;
}

uint32_t shared_members(const struct shared *shared)
{
	uint32_t count = atomic_load_explicit(&shared->members.count, memory_order_relaxed);

	if (shared->configured_members > 0) {
		return shared->configured_members;
	}
	return count > 0 ? count : 1;
}

const struct ban_list *shared_bans(const struct shared *shared)
{
	return &shared->bans;
}

void shared_bans_take(struct shared *shared, struct ban_list *list)
{
	ban_list_clear(&shared->bans);
	shared->bans = *list;
	shared->bans_generation++;
	ban_list_init(list);
	count_bans(shared);
}

uint64_t shared_bans_generation(const struct shared *shared)
{
	return shared->bans_generation;
}

struct shared_bans_state shared_bans_state(const struct shared *shared)
{
	struct shared *s = (struct shared *)(uintptr_t)shared;

	return (struct shared_bans_state){
		.compared_s = atomic_load_explicit(&s->bans_compared_s, memory_order_relaxed),
		.forged = atomic_load_explicit(&s->bans_forged, memory_order_relaxed),
		.known = atomic_load_explicit(&s->bans_known, memory_order_relaxed),
	};
}

void shared_bans_note(struct shared *shared, int64_t compared_s, uint64_t forged)
{
	atomic_store_explicit(&shared->bans_compared_s, compared_s, memory_order_relaxed);
	atomic_store_explicit(&shared->bans_forged, forged, memory_order_relaxed);
	count_bans(shared);
}
