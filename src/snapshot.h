/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SNAPSHOT_H
#define DW_SNAPSHOT_H

#include "base/diag.h"
#include "config/config.h"
#include "dns/engine.h"
#include "trusts.h"

#include <stdatomic.h>

/* A loaded configuration with the state that belongs to it; shared by all workers. */
struct snapshot {
	struct config *config;
	struct dns_shared *dns;
	struct trusts *trusts;
	uint64_t trust_stamp; /* trusts_stamp, before `trusts` was read */
	atomic_uint references;
};

/*
 * Loads the configuration. `previous` (may be NULL) hands its DNS cache on where nothing that the
 * cached answers rest on has changed. NULL after a diag_error.
 */
struct snapshot *snapshot_load(
	const char *path, const struct snapshot *previous, struct diag *diag);
/* Without what answers DNS questions: `dns` is NULL. */
struct snapshot *snapshot_load_without_dns(const char *path, struct diag *diag);
/*
 * What is to stand in its place because resolv.conf says something else now, with the same
 * configuration; NULL: nothing. From one thread only.
 */
struct snapshot *snapshot_renewed(const struct snapshot *snapshot, struct diag *diag);
/* The same with what certificates are verified by read anew; NULL after diag_error. */
struct snapshot *snapshot_retrusted(const struct snapshot *snapshot, struct diag *diag);
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

#endif
