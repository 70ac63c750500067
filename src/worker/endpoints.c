/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/endpoints.h"

static void plain(struct bytes *out, const char *status, const char *body)
{
	bytes_appendf(out,
		"Status: %s\r\nCache-Control: no-store\r\nContent-Type: text/plain\r\n\r\n%s\n",
		status, body);
}

void worker_endpoint_respond(
	enum worker_endpoint endpoint, const struct worker_endpoint_state *state, struct bytes *out)
{
	switch (endpoint) {
	case WORKER_ENDPOINT_HEALTHZ:
		plain(out, "200 OK", "alive");
		break;
	case WORKER_ENDPOINT_READYZ:
		plain(out, state->draining ? "503 Service Unavailable" : "200 OK",
			state->draining ? "draining" : "ready");
		break;
	case WORKER_ENDPOINT_METRICS:
		bytes_append_text(out,
			"Status: 200 OK\r\nCache-Control: no-store\r\n"
			"Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n\r\n");
		metrics_write(state->metrics, state->snapshot, out);
		break;
	case WORKER_ENDPOINT_COUNT:
		plain(out, "404 Not Found", "404 Not Found");
		break;
	}
}

void worker_endpoint_forbidden(struct bytes *out)
{
	plain(out, "403 Forbidden",
		"403 Forbidden: only for trusted_proxies and peers on a Unix socket");
}

enum worker_endpoint worker_endpoint_of(struct str word)
{
	static const char *const words[WORKER_ENDPOINT_COUNT] = {"healthz", "readyz", "metrics"};
	unsigned i = 0;

	while (i < WORKER_ENDPOINT_COUNT && !str_eq_text(word, words[i])) {
		i++;
	}
	return (enum worker_endpoint)i;
}

bool worker_endpoint_is_asked(const struct authz_input *input, struct str script)
{
	const struct str *values = input->values;
	struct str word = values[AUTHZ_INPUT_DOORWARD_ENDPOINT];
	struct str uri = values[AUTHZ_INPUT_REQUEST_URI];

	if (word.data == NULL || !authz_input_is_clear(input) ||
		values[AUTHZ_INPUT_DOORWARD_POLICY].data != NULL) {
		return false;
	}
	if (uri.data == NULL) {
		return values[AUTHZ_INPUT_REMOTE_ADDR].data == NULL &&
		       values[AUTHZ_INPUT_X_REAL_IP].data == NULL &&
		       values[AUTHZ_INPUT_X_FORWARDED_FOR].data == NULL;
	}
	struct str path = {uri.data, str_find(uri, '?')};

	if (script.data != NULL) {
		return path.len > 0 && str_eq(path, script);
	}
	return path.len > 1 && path.data[0] == '/' && str_eq(str_from(path, 1), word);
}
