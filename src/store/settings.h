/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_SETTINGS_H
#define DW_STORE_SETTINGS_H

#include "base/addr.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a store is, and how a client presents itself. */
struct store_settings {
	const char *path;         /* of a Unix socket; NULL: by TCP, at `endpoint` */
	struct endpoint endpoint; /* family ADDR_NONE and `path` NULL: there is no store */
	const char *user;         /* NULL: the default user of the store */
	struct str password;      /* absent: the client does not authenticate */
	uint32_t database;        /* its number, for SELECT */
	const char *client_name;  /* for CLIENT SETNAME; NULL: doorward */
	uint32_t timeout_ms;      /* for one question, unless it has a time of its own */
};

#define STORE_PORT 6379

/*
 * Copies them, with the texts that they point to, which lie in *texts then: the caller frees it.
 * False when out of memory.
 */
NODISCARD bool store_settings_copy(
	const struct store_settings *from, struct store_settings *to, char **texts);

#endif
