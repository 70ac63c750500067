/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "config/config.h"

#define TOGETHER                                                                                   \
	"server = unix:/run/redis/redis-server.sock\n"                                             \
	"secret_file = /etc/doorward/shared.secret\n"

const struct config_key config_shared_keys[CONFIG_SHARED_KEY_COUNT] = {
	{.name = "server",
		.type = CONFIG_STORE,
		.offset = offsetof(struct config, shared.store.path),
		.second = offsetof(struct config, shared.store.endpoint),
		.example = TOGETHER,
		.help = "The Redis or Valkey server that this machine shares with others: the "
			"path of its Unix socket, or its IP address and port (6379 if none is "
			"given). Redis 7.0 or later, or Valkey; not a cluster. The connection "
			"is not encrypted: use a private network, or stunnel. Empty: nothing is "
			"shared."},
	{.name = "secret_file",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, shared.secret_file),
		.example = TOGETHER,
		.help = "A file with the secret that all machines share, in base64, as from "
			"openssl rand -base64 32. It is required: keys in the store are derived "
			"from it, values are encrypted with it, and other values are ignored. The "
			"file may have a second line with another secret, which opens what was "
			"written before a change: add the new secret as the second line on all "
			"machines, then as the first one, then remove the old one. The user of "
			"doorward must be able to read the file, also for a reload, and other "
			"users must not."},
	{.name = "user",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct config, shared.store.user),
		.example =
			TOGETHER "user = doorward\npassword_file = /etc/doorward/shared.password",
		.help = "The user for AUTH, if the server has users of its own (Redis: ACL "
			"SETUSER). Empty: the default user."},
	{.name = "password_file",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, shared.password_file),
		.example = TOGETHER "password_file = /etc/doorward/shared.password",
		.help = "A file with the password for AUTH in its only line (Redis: "
			"requirepass, or that of the user). Who can read it is checked as for "
			"secret_file."},
	{.name = "database",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, shared.store.database),
		.min = 0,
		.max = 65535,
		.value = "0",
		.example = TOGETHER "database = 2",
		.help = "The number of the database, for SELECT."},
	{.name = "timeout",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, shared.store.timeout_ms),
		.min = 1,
		.max = 1000,
		.value = "20ms",
		.example = TOGETHER "timeout = 50ms",
		.help = "How long one request may wait for the store, once; then this machine "
			"decides alone. After three questions in a row without an answer in "
			"this time the store is not asked any more but for a probe, 1, 2, 4 and "
			"up to 30 seconds later."},
	{.name = "members",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, shared.members),
		.min = 1,
		.max = 10000,
		.words = config_auto_words,
		.value = "auto",
		.example = TOGETHER "members = 4",
		.help = "How many machines share the store: while it is away, each of them lets "
			"in its part of a rate. auto: as many as the store has seen in the last "
			"60 seconds; a machine that has not reached the store since its start "
			"counts itself alone."},
};
