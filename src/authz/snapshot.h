/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_SNAPSHOT_H
#define DW_AUTHZ_SNAPSHOT_H

#include "authz/agents.h"
#include "authz/networks.h"
#include "authz/trust_stores.h"
#include "ban/table.h"
#include "base/diag.h"
#include "base/ref.h"
#include "config/config.h"
#include "dns/engine.h"
#include "policy/token_buckets.h"
#include "shared/shared.h"

/* Files beside the configuration's own that are read again when they change, without a reload. */
enum authz_snapshot_files {
	AUTHZ_SNAPSHOT_TRUST,    /* what certificates are verified by */
	AUTHZ_SNAPSHOT_LISTS,    /* what `in` terms of rules hold */
	AUTHZ_SNAPSHOT_ZONE,     /* the static zone */
	AUTHZ_SNAPSHOT_BANS,     /* who is banned */
	AUTHZ_SNAPSHOT_AGENTS,   /* the keys of agents */
	AUTHZ_SNAPSHOT_NETWORKS, /* the databases of [networks] */
	AUTHZ_SNAPSHOT_FILES_COUNT
};

/* A loaded configuration with the state that belongs to it; shared by all workers. */
struct authz_snapshot {
	struct config *config;
	struct dns_context *dns;
	struct authz_trust_stores *stores;
	struct policy_token_buckets *buckets;
	struct agent_keys *agent_keys;     /* NULL: no rule asks for agents */
	struct agent_nonces *agent_nonces; /* NULL: no policy asks for them */
	struct ban_table *bans; /* NULL: none, or authz_snapshot_read_bans was not called */
	struct shared *shared; /* NULL: there is no store, or authz_snapshot_share was not called */
	struct authz_networks *networks;             /* NULL: none are configured */
	uint64_t stamps[AUTHZ_SNAPSHOT_FILES_COUNT]; /* authz_snapshot_stamp, before they were read
						      */
	/* random: another number for each snapshot, of whatever process */
	uint64_t generation;
	struct ref references;
};

/*
 * Loads the configuration. `previous` (may be NULL) hands its DNS cache on where nothing that the
 * cached answers rest on has changed, and its buckets where there are to be as many. NULL after a
 * diag_error.
 */
struct authz_snapshot *authz_snapshot_load(
	const char *path, const struct authz_snapshot *previous, struct diag *diag);
/*
 * Makes the snapshot share what [shared] says, for those who serve: it reads the files with the
 * secret and the password, which users of the other subcommands need not be able to read.
 * `previous` (may be NULL) hands on what it shares if nothing has changed. False after a
 * diag_error.
 */
NODISCARD bool authz_snapshot_share(
	struct authz_snapshot *snapshot, const struct authz_snapshot *previous, struct diag *diag);
/*
 * Makes the snapshot deny who is banned, for those who decide about real clients. With a store,
 * also by the bans of other machines: those that authz_snapshot_share knows, or, if it was not
 * called, those of `shared_file`. False after a diag_error.
 */
NODISCARD bool authz_snapshot_read_bans(struct authz_snapshot *snapshot, struct diag *diag);
/* Without what answers DNS questions and counts: `dns` and `buckets` are NULL. */
struct authz_snapshot *authz_snapshot_load_without_dns(const char *path, struct diag *diag);
/*
 * What is to stand in its place because resolv.conf says something else now, with the same
 * configuration; NULL: nothing. From one thread only.
 */
struct authz_snapshot *authz_snapshot_renewed(
	const struct authz_snapshot *snapshot, struct diag *diag);
/* Logs the name servers in use. */
void authz_snapshot_log_nameservers(const struct authz_snapshot *snapshot);
/* Whether a rule could match a client's name; `ctx` is a snapshot. */
bool authz_snapshot_wants_name(void *ctx, struct str name);
/* Whether there are any such files. */
bool authz_snapshot_watches(const struct authz_snapshot *snapshot);
/* Another number once one of the files changes. */
uint64_t authz_snapshot_stamp(
	const struct authz_snapshot *snapshot, enum authz_snapshot_files files);
/* The same with these files read again; NULL after diag_error. */
struct authz_snapshot *authz_snapshot_reread(
	const struct authz_snapshot *snapshot, enum authz_snapshot_files files, struct diag *diag);
/* How many of these files could not be used when they were read. */
size_t authz_snapshot_bad_files(
	const struct authz_snapshot *snapshot, enum authz_snapshot_files files);
struct authz_snapshot *authz_snapshot_ref(struct authz_snapshot *snapshot);
void authz_snapshot_unref(struct authz_snapshot *snapshot);

#endif
