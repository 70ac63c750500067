/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "single.h"

#include <uv.h>

static void on_decided(void *ctx)
{
	bool *decided = ctx;

	*decided = true;
}

bool single_decide(struct authz *a, const struct snapshot *snapshot, int64_t wall_s,
	const struct authz_trace *trace)
{
	bool decided = false;
	struct dns_engine *dns;
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0) {
		return false;
	}
	dns = dns_engine_new(&loop, snapshot->dns);
	if (dns != NULL) {
		decided =
			authz_start(a, snapshot->config, dns, wall_s, trace, on_decided, &decided);
		while (!decided) {
			uv_run(&loop, UV_RUN_ONCE);
		}
		dns_engine_close(dns);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return decided;
}
