/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/sync.h"

#include <uv.h>

#define BUCKETS (8 * POLICY_RATES_MAX) /* one request takes one token of each */

static void on_decided(void *ctx)
{
	bool *decided = ctx;

	*decided = true;
}

bool authz_decide_sync(struct authz *a, const struct authz_snapshot *snapshot, int64_t wall_s,
	const struct authz_trace *trace)
{
	bool decided = false;
	struct authz_means means = {.config = snapshot->config};
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0) {
		return false;
	}
	means.dns = dns_engine_new(&loop, snapshot->dns, NULL);
	means.verifier = authz_cert_verifier_new(&loop, snapshot->trusts, NULL);
	means.buckets = policy_token_buckets_new(BUCKETS);
	if (means.dns != NULL) {
		dns_engine_want_names(
			means.dns, authz_snapshot_wants_name, (void *)(uintptr_t)snapshot);
	}
	if (means.dns != NULL && means.verifier != NULL && means.buckets != NULL) {
		decided = authz_start(a, &means, wall_s, trace, on_decided, &decided);
		while (!decided) {
			uv_run(&loop, UV_RUN_ONCE);
		}
	}
	dns_engine_close(means.dns);
	authz_cert_verifier_close(means.verifier);
	policy_token_buckets_unref(means.buckets);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return decided;
}
