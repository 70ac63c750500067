/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_SCRIPT_H
#define DW_STORE_SCRIPT_H

#include "base/util.h"

#include <stdbool.h>

#define STORE_SCRIPT_NAME_MAX 41

/* A Lua script that the store runs, and the name by which the store knows it (EVALSHA). */
struct store_script {
	const char *text;
	char name[STORE_SCRIPT_NAME_MAX]; /* the SHA-1 of the text, in hexadecimal */
};

/* `text` is borrowed for as long as the script is used. False when OpenSSL has no SHA-1. */
NODISCARD bool store_script_init(struct store_script *script, const char *text);

#endif
