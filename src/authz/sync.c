/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/sync.h"

#include <uv.h>

static void on_decided(void *ctx)
{
	bool *decided = ctx;

	*decided = true;
}

bool authz_decide_sync(struct authz *a, struct authz_snapshot *snapshot)
{
	bool decided = false;
	struct authz_env env;
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0) {
		return false;
	}
	if (authz_env_init(&env, &loop, snapshot, NULL, NULL)) {
		env.agent_verifier = authz_agent_verifier_new(&loop);
		decided = authz_start(a, &env, on_decided, &decided) == AUTHZ_DONE;
		while (!decided) {
			uv_run(&loop, UV_RUN_ONCE);
		}
		authz_agent_verifier_close(env.agent_verifier);
		authz_env_clear(&env);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return decided;
}
