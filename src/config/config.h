/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_CONFIG_H
#define DW_CONFIG_CONFIG_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/str.h"
#include "cert/profile.h"
#include "dns/upstream/settings.h"
#include "log/log.h"
#include "net/listen.h"
#include "net/server.h"
#include "policy/policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A loaded configuration: immutable, reference-counted; doorward.conf(5) describes every key. */

enum config_decisions { CONFIG_DECISIONS_NONE, CONFIG_DECISIONS_DENIED, CONFIG_DECISIONS_ALL };

struct config_server {
	const struct net_listen_spec *listen;
	size_t listen_count;
	const struct prefix *tcp_peers; /* the only ones that may connect over TCP; none: all */
	size_t tcp_peer_count;
	struct net_listen_options socket;
	const char *socket_owner; /* the names behind socket's numbers; NULL: left as it is */
	const char *socket_group;
	uint32_t threads; /* 0: auto, one per CPU this process may use */
	const char *user; /* NULL: stay who we are */
	const char *group;
	struct net_settings net;
	uint32_t max_params; /* bytes of what a front end says in one request */
	uint32_t max_requests_per_connection;
	uint32_t grace_ms; /* for requests in flight at the end */
};

/* Which input names the client's address, where identity headers are honoured. */
enum config_address {
	CONFIG_ADDRESS_AUTO, /* X-Real-IP, X-Forwarded-For with `forwarded_for`, REMOTE_ADDR */
	CONFIG_ADDRESS_X_REAL_IP,
	CONFIG_ADDRESS_X_FORWARDED_FOR,
	CONFIG_ADDRESS_REMOTE_ADDR
};

struct config_frontend {
	enum cert_profile profile;
	struct cert_choice cert_source; /* name NULL: the profile's */
	struct cert_choice verify_source;
	bool trust_frontend;
	struct cert_sources cert; /* what the above come to */
	const struct prefix *trusted_proxies;
	size_t trusted_proxy_count;
	bool trust_headers;
	enum config_address address;
	bool forwarded_for;
	bool policy_header; /* over HTTP, where the path names no policy */
};

struct config_log {
	struct log_settings sink;
	enum config_decisions decisions;
};

struct config {
	const char *path;
	struct config_server server;
	struct config_frontend frontend;
	struct dns_settings dns;
	uint32_t cert_entries; /* of the cache of checked certificates */
	uint32_t rate_entries; /* token buckets of all `rate` terms */
	uint64_t answers_size; /* bytes of answers that are remembered; 0: none are */
	struct config_log log;
	const struct policy *policies;
	size_t policy_count;
};

/* NULL after at least one diag_error; warnings alone do not stop it. */
struct config *config_load(const char *path, struct diag *diag);
struct config *config_ref(struct config *config);
void config_unref(struct config *config);
/* Keeps all but the rules, which go with the last reference: a list may be large. */
const struct config *config_hold(const struct config *config);
void config_release(const struct config *config);

/* Whether rules read files; a number for these as they were read, and for as they are now. */
bool config_reads_lists(const struct config *config);
uint64_t config_lists_stamp(const struct config *config);
uint64_t config_lists_stamp_now(const struct config *config);
/* The same with those files read anew; NULL after at least one diag_error. */
struct config *config_reread_lists(const struct config *config, struct diag *diag);

enum config_file_kind { CONFIG_FILE_ITSELF, CONFIG_FILE_NAMED };
/* Calls `each` for every file and folder that it was read from, or that it names to be read. */
void config_each_file(const struct config *config,
	void (*each)(void *ctx, enum config_file_kind kind, const char *path), void *ctx);
/* Warns of regexes that some texts make take too long; tries them for at most a second or so. */
void config_try_regexes(const struct config *config, struct diag *diag);
/* Warns of policies without any rule that let in nobody, and do not say so. */
void config_warn_of_empty(const struct config *config, struct diag *diag);

/* NULL if no [policy NAME] is configured. */
const struct policy *config_policy(const struct config *config, struct str name);

/* Where a policy, or the ancestor that it has it from, gives a key; else where it begins. */
struct place config_policy_place(
	const struct config *config, const struct policy *policy, const char *key);

/*
 * Names of the keys in which `next` differs, and of which a running process keeps what it was
 * started with, with ", " between them.
 */
void config_restart_keys(
	const struct config *started, const struct config *next, struct bytes *out);

/* The effective configuration as text that config_load reads back to the same. */
void config_dump(const struct config *config, struct bytes *out);

#endif
