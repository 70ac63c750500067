/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/sockets.h"

#include "doctor/finding.h"
#include "doctor/nginx.h"
#include "doctor/probe.h"

#include <stdio.h>
#include <string.h>

#define SUBJECT_MAX 160
#define SEEN_MAX 64 /* sockets that nginx alone names */

struct sockets {
	const struct config *config;
	const struct doctor_user *user;
	struct diag *diag;
	struct str seen[SEEN_MAX];
	size_t seen_count;
};

static void describe(const struct net_listen_spec *spec, char out[SUBJECT_MAX])
{
	struct bytes text;

	bytes_init(&text, 0);
	net_listen_write(spec, &text);
	snprintf(out, SUBJECT_MAX, "%.*s", (int)text.len,
		text.len > 0 ? (const char *)text.data : "");
	bytes_clear(&text);
}

/* An address of all interfaces, as one to which a front end can connect. */
static void make_reachable(struct endpoint *endpoint)
{
	static const uint8_t zero[sizeof(endpoint->addr.bytes)] = {0};

	if (memcmp(endpoint->addr.bytes, zero, sizeof(zero)) == 0) {
		endpoint->addr.bytes[endpoint->addr.family == ADDR_V4 ? 0 : 15] =
			endpoint->addr.family == ADDR_V4 ? 127 : 1;
		if (endpoint->addr.family == ADDR_V4) {
			endpoint->addr.bytes[3] = 1;
		}
	}
}

static void look_at(const struct sockets *s, const struct net_listen_spec *listen)
{
	struct net_listen_spec spec = *listen;
	char subject[SUBJECT_MAX];
	const struct place place = {.file = subject};
	char path[NET_LISTEN_PATH_MAX + 1];
	struct bytes why;
	uint64_t took_ms;

	describe(&spec, subject);
	bytes_init(&why, 0);
	if (spec.kind == NET_LISTEN_TCP) {
		make_reachable(&spec.endpoint);
	}
	if (!doctor_probe(&spec, &took_ms, &why)) {
		diag_error(s->diag, &place, "%.*s", (int)why.len, (const char *)why.data);
	} else {
		doctor_ok(s->diag, subject, "doorward answered in %llu ms",
			(unsigned long long)took_ms);
	}
	if (spec.kind == NET_LISTEN_UNIX && s->user != NULL && spec.protocol != NET_LISTEN_ADMIN) {
		snprintf(path, sizeof(path), "%.*s", (int)spec.path.len, spec.path.data);
		bytes_reset(&why, SIZE_MAX);
		if (doctor_may_connect(s->user, path, &why)) {
			doctor_ok(s->diag, subject, "user %s may connect", s->user->name);
		} else {
			diag_error(s->diag, &place, "%.*s", (int)why.len, (const char *)why.data);
		}
	}
	bytes_clear(&why);
}

/* A socket that nginx asks: looked at unless the configuration names it, too. */
static void look_at_target(void *ctx, struct str target, bool http)
{
	struct sockets *s = ctx;
	struct net_listen_spec spec;
	const char *why;

	if (!net_listen_parse(target, &spec, &why)) {
		return;
	}
	spec.protocol = http ? NET_LISTEN_HTTP : NET_LISTEN_FASTCGI;
	for (size_t i = 0; i < s->config->server.listen_count; i++) {
		if (net_listen_is_same_place(&s->config->server.listen[i], &spec)) {
			return;
		}
	}
	for (size_t i = 0; i < s->seen_count; i++) {
		if (str_eq(s->seen[i], target)) {
			return;
		}
	}
	if (s->seen_count < SEEN_MAX) {
		s->seen[s->seen_count++] = target;
		look_at(s, &spec);
	}
}

void doctor_look_at_sockets(const struct config *config, const struct import_node *nginx,
	const struct doctor_user *user, struct diag *diag)
{
	struct sockets sockets = {.config = config, .user = user, .diag = diag};

	for (size_t i = 0; i < config->server.listen_count; i++) {
		const struct net_listen_spec *listen = &config->server.listen[i];

		if (listen->kind == NET_LISTEN_UNIX || listen->kind == NET_LISTEN_TCP) {
			look_at(&sockets, listen);
		} else {
			doctor_ok(diag,
				listen->kind == NET_LISTEN_FD ? "listen = fd" : "listen = systemd",
				"not looked at: its place is not in this configuration; --nginx "
				"FILE "
				"looks at the sockets that nginx asks");
		}
	}
	if (nginx != NULL) {
		doctor_nginx_targets(nginx, config, look_at_target, &sockets);
	}
}
