/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "probe.h"

#include <inttypes.h>

static void plain(struct bytes *out, const char *status, const char *body)
{
	bytes_appendf(out,
		"Status: %s\r\nCache-Control: no-store\r\nContent-Type: text/plain\r\n\r\n%s\n",
		status, body);
}

static void metrics(const struct probe_state *state, struct bytes *out)
{
	bytes_appendf(out,
		"Status: 200 OK\r\nCache-Control: no-store\r\n"
		"Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n\r\n"
		"# HELP doorward_build_info The version that runs.\n"
		"# TYPE doorward_build_info gauge\n"
		"doorward_build_info{version=\"" DW_VERSION "\"} 1\n"
		"# HELP doorward_start_time_seconds When the process began, since 1970 UTC.\n"
		"# TYPE doorward_start_time_seconds gauge\n"
		"doorward_start_time_seconds %" PRId64 "\n",
		state->started_wall_s);
}

void probe_answer(enum probe probe, const struct probe_state *state, struct bytes *out)
{
	switch (probe) {
	case PROBE_HEALTHZ:
		plain(out, "200 OK", "alive");
		break;
	case PROBE_READYZ:
		plain(out, state->draining ? "503 Service Unavailable" : "200 OK",
			state->draining ? "draining" : "ready");
		break;
	case PROBE_METRICS:
		metrics(state, out);
		break;
	}
}

void probe_not_found(struct bytes *out)
{
	plain(out, "404 Not Found", "404 Not Found");
}

void probe_forbidden(struct bytes *out)
{
	plain(out, "403 Forbidden",
		"403 Forbidden: only for trusted_proxies and peers on a Unix socket");
}
