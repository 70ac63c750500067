/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_SHARED_H
#define DW_SHARED_SHARED_H

#include "ban/list.h"
#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"
#include "store/seal.h"
#include "store/settings.h"
#include "store/status.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What this process shares with other machines through a store: the settings of [shared], the keys
 * derived from its secret, and what all workers know together. One for as long as these settings
 * stay the same, over reloads. Thread-safe; reference-counted.
 */
struct shared;

/*
 * Reads the files of [shared]. *out is `previous` with one more reference if nothing has changed;
 * NULL if no store is configured. False after a diag_error.
 */
NODISCARD bool shared_load(const struct config *config, struct shared *previous,
	struct shared **out, struct diag *diag);
/* NULL stays NULL. */
struct shared *shared_ref(struct shared *shared);
void shared_unref(struct shared *shared);

/* With the password. */
const struct store_settings *shared_settings(const struct shared *shared);
const struct store_seal *shared_seal(const struct shared *shared);
struct store_status *shared_status(const struct shared *shared);

/*
 * For `doorward doctor`: connects on a loop of its own, and asks what a worker asks first. True if
 * the store answered, after *took_ms; otherwise `why` says why not, within some seconds. This
 * process counts as a member for a moment.
 */
NODISCARD bool shared_try(struct shared *shared, uint64_t *took_ms, struct bytes *why);

/*
 * How many machines share the store, this one included: `members`, or as many as it has seen in the
 * last 60 seconds. 1 until the store has told; while it is away, as many as it told last. At least
 * 1.
 */
uint32_t shared_members(const struct shared *shared);

/*
 * The bans of all machines, as far as this process knows them. Main thread: the only one that reads
 * or changes them. shared_bans_take replaces them by the list, which it empties.
 */
const struct ban_list *shared_bans(const struct shared *shared);
void shared_bans_take(struct shared *shared, struct ban_list *list);
/* Another number after each change. */
uint64_t shared_bans_generation(const struct shared *shared);

/* How the comparison of bans with the store goes. */
struct shared_bans_state {
	int64_t compared_s; /* Unix time of the last time that all was known; 0: never */
	uint64_t forged;    /* entries at the last reading that the secret has not made */
	uint64_t known;     /* bans that were in force at the last comparison or change */
};

/* Any thread. */
struct shared_bans_state shared_bans_state(const struct shared *shared);
/* Main thread: a comparison has ended. */
void shared_bans_note(struct shared *shared, int64_t compared_s, uint64_t forged);

#endif
