/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_SNAPSHOT_H
#define DW_AUTHZ_SNAPSHOT_H

#include "authz/trust_stores.h"
#include "base/diag.h"
#include "config/config.h"
#include "dns/engine.h"
#include "policy/token_buckets.h"

#include <stdatomic.h>

/* Files beside the configuration's own that are read anew when they change, without a reload. */
enum snapshot_files {
	SNAPSHOT_TRUST, /* what certificates are verified by */
	SNAPSHOT_LISTS, /* what `in` terms of rules hold */
	SNAPSHOT_ZONE,  /* the static zone */
	SNAPSHOT_FILES_COUNT
};

/* A loaded configuration with the state that belongs to it; shared by all workers. */
struct snapshot {
	struct config *config;
	struct dns_context *dns;
	struct trusts *trusts;
	struct policy_token_buckets *buckets;
	uint64_t stamps[SNAPSHOT_FILES_COUNT]; /* snapshot_stamp, before they were read */
	atomic_uint references;
};

/*
 * Loads the configuration. `previous` (may be NULL) hands its DNS cache on where nothing that the
 * cached answers rest on has changed, and its buckets where there are to be as many. NULL after a
 * diag_error.
 */
struct snapshot *snapshot_load(
	const char *path, const struct snapshot *previous, struct diag *diag);
/* Without what answers DNS questions and counts: `dns` and `buckets` are NULL. */
struct snapshot *snapshot_load_without_dns(const char *path, struct diag *diag);
/*
 * What is to stand in its place because resolv.conf says something else now, with the same
 * configuration; NULL: nothing. From one thread only.
 */
struct snapshot *snapshot_renewed(const struct snapshot *snapshot, struct diag *diag);
/* Logs the name servers in use. */
void snapshot_log_nameservers(const struct snapshot *snapshot);
/* Whether a rule could match a client's name; `ctx` is a snapshot. */
bool snapshot_wants_name(void *ctx, struct str name);
/* Whether there are any such files. */
bool snapshot_watches(const struct snapshot *snapshot);
/* Another number once one of the files changes. */
uint64_t snapshot_stamp(const struct snapshot *snapshot, enum snapshot_files files);
/* The same with these files read anew; NULL after diag_error. */
struct snapshot *snapshot_reread(
	const struct snapshot *snapshot, enum snapshot_files files, struct diag *diag);
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

#endif
