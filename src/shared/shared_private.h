/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_SHARED_PRIVATE_H
#define DW_SHARED_SHARED_PRIVATE_H

#include "ban/list.h"
#include "base/bytes.h"
#include "base/ref.h"
#include "shared/files.h"
#include "shared/leases.h"
#include "shared/members.h"
#include "store/script.h"
#include "store/seal.h"
#include "store/settings.h"
#include "store/status.h"

#include <stdatomic.h>

/* For the files of this room. */
struct shared {
	struct ref references;
	struct store_settings settings; /* its texts lie in `path`, `user` and `password` */
	char *path;
	char *user;
	struct bytes password;
	struct shared_secrets secrets;
	struct store_seal *seal;
	struct store_status *status;
	uint32_t configured_members; /* 0: auto */
	struct shared_members members;
	struct store_script find_name;
	struct shared_leases *leases;
	struct store_script lease_script;
	struct store_script take_nonce;
	struct ban_list bans; /* settled */
	uint64_t bans_generation;
	/* struct shared_bans_state has these; written by the main thread */
	_Atomic int64_t bans_compared_s;
	_Atomic uint64_t bans_forged;
	_Atomic uint64_t bans_known;
};

#endif
