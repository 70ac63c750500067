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
#include "store/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A loaded configuration: immutable, reference-counted; doorward.conf(5) describes every key. */

enum config_decisions { CONFIG_DECISIONS_NONE, CONFIG_DECISIONS_DENIED, CONFIG_DECISIONS_ALL };

/* What is done about system calls and files that the serving process does not need. */
enum config_sandbox { CONFIG_SANDBOX_OFF, CONFIG_SANDBOX_LOG, CONFIG_SANDBOX_ON };

/* How recent decisions have addresses. */
enum config_addresses { CONFIG_ADDRESSES_WHOLE, CONFIG_ADDRESSES_CUT };

struct config_server {
	const struct net_listen_spec *listen;
	size_t listen_count;
	/* the only addresses that may connect over TCP; none: all may */
	const struct prefix *tcp_peers;
	size_t tcp_peer_count;
	/* the only addresses that may connect to the admin listener over TCP; none: loopback */
	const struct prefix *admin_peers;
	size_t admin_peer_count;
	bool admin_write;
	const char *admin_token_file; /* never NULL with admin_write */
	struct net_listen_options socket;
	const char *socket_owner; /* the names of the uid and gid in `socket`; NULL: unchanged */
	const char *socket_group;
	uint32_t threads; /* 0: auto, one for each CPU that the process may use */
	const char *user; /* NULL: the current user */
	const char *group;
	enum config_sandbox sandbox;
	uint32_t recent; /* decisions to keep for the admin listener; 0: none */
	enum config_addresses recent_addresses;
	struct net_settings net;
	uint32_t max_params; /* bytes of the parameters of one request */
	uint32_t max_requests_per_connection;
	uint32_t grace_ms; /* for requests in flight at shutdown */
};

/* The input that contains the client's address, if identity headers count. */
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
	struct cert_sources cert; /* resolved from the members above */
	const struct prefix *trusted_proxies;
	size_t trusted_proxy_count;
	bool trust_headers;
	enum config_address address;
	bool forwarded_for;
	bool policy_header; /* over HTTP, if the path names no policy */
};

struct config_shared {
	struct store_settings store; /* without the password; no path and no endpoint: no store */
	const char *secret_file;     /* never NULL with a store */
	const char *password_file;   /* NULL: no password */
	uint32_t members;            /* 0: auto */
};

struct config_bans {
	const char *file;        /* never NULL */
	const char *shared_file; /* never NULL; of use with a store only */
};

struct config_agents {
	const char *keys; /* a folder; never NULL */
};

struct config_networks {
	const char *asn_database; /* NULL: none */
	const char *country_database;
};

struct config_log {
	struct log_settings sink;
	enum config_decisions decisions;
};

/*
 * Built-in policies that let all clients in, and whose responses tell their names. No section can
 * have such a name.
 */
enum config_lookup {
	CONFIG_LOOKUP_SINGLE, /* "@rdns-single" */
	CONFIG_LOOKUP_DOUBLE, /* "@rdns-double" */
	CONFIG_LOOKUP_COUNT
};

struct config {
	const char *path;
	struct config_server server;
	struct config_frontend frontend;
	struct dns_settings dns;
	uint32_t cert_entries; /* of the cache of checked certificates */
	uint32_t rate_entries; /* token buckets of all `rate` terms */
	uint64_t answers_size; /* bytes of cached responses; 0: none are cached */
	struct config_shared shared;
	struct config_bans bans;
	struct config_agents agents;
	struct config_networks networks;
	struct config_log log;
	const struct policy *policies;
	size_t policy_count;
	struct policy lookups[CONFIG_LOOKUP_COUNT]; /* numbered after the others */
};

/* NULL after at least one diag_error; warnings alone do not stop it. */
struct config *config_load(const char *path, struct diag *diag);
struct config *config_ref(struct config *config);
void config_unref(struct config *config);
/* Holds all but the rules, which are freed with the last reference: a list may be large. */
const struct config *config_hold(const struct config *config);
void config_release(const struct config *config);

/*
 * Whether rules read files; a number for the state of these files when they were read, and for
 * their current state.
 */
bool config_reads_lists(const struct config *config);
uint64_t config_lists_stamp(const struct config *config);
uint64_t config_lists_stamp_now(const struct config *config);
/* The same configuration with those files read again; NULL after at least one diag_error. */
struct config *config_reread_lists(const struct config *config, struct diag *diag);

/* Calls `each` for every agent that a rule names, with the place of the rule. */
void config_each_agent(const struct config *config,
	void (*each)(void *ctx, const struct place *place, struct str url), void *ctx);

/* Whether [shared] names a store. */
bool config_has_store(const struct config *config);

enum config_file_kind {
	CONFIG_FILE_ITSELF,
	CONFIG_FILE_NAMED,
	CONFIG_FILE_OPTIONAL /* named, and need not exist */
};
/* Calls `each` for every file and folder that the configuration was read from, or that it names. */
void config_each_file(const struct config *config,
	void (*each)(void *ctx, enum config_file_kind kind, const char *path), void *ctx);
/* Whether a rule may have a regex: true also where only its text looks like it. */
bool config_has_regexes(const struct config *config);
/* Warns of regexes for which some texts take too long; tries for about a second at most. */
void config_try_regexes(const struct config *config, struct diag *diag);
/* Warns of policies without rules that deny all requests by their default alone. */
void config_warn_of_empty(const struct config *config, struct diag *diag);

/* NULL if no [policy NAME] is configured. */
const struct policy *config_policy(const struct config *config, struct str name);
/* NULL if no built-in policy has this name. */
const struct policy *config_lookup_policy(const struct config *config, struct str name);
/* Of configured and built-in policies; one more than the highest number. */
size_t config_all_policies(const struct config *config);

/*
 * The place where a policy, or the ancestor from which it has it, sets a key; else where the policy
 * begins.
 */
struct place config_policy_place(
	const struct config *config, const struct policy *policy, const char *key);

/*
 * The names, separated by ", ", of keys that differ in `next` and take effect only after a restart.
 */
void config_restart_keys(
	const struct config *started, const struct config *next, struct bytes *out);

/* The effective configuration as text that config_load reads back to the same. */
void config_dump(const struct config *config, struct bytes *out);

#endif
