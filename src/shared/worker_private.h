/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_WORKER_PRIVATE_H
#define DW_SHARED_WORKER_PRIVATE_H

#include "base/list.h"
#include "shared/members.h"
#include "shared/shared.h"
#include "shared/stats.h"
#include "store/client.h"

#include <uv.h>

/* For the files of this room. */

#define SHARED_RATE_CHAINS 256

struct shared_worker {
	unsigned references;
	struct shared *shared;
	struct shared_stats *stats;
	struct store_client *client;
	struct shared_heart heart;
	uv_timer_t timer;
	struct hlist rate_questions[SHARED_RATE_CHAINS]; /* in flight, by the bucket's key */
};

#endif
