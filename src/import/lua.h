/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_LUA_H
#define DW_IMPORT_LUA_H

#include "base/str.h"

/*
 * The position of the } that closes a block of Lua whose content begins at `at`: braces in strings,
 * long brackets and comments do not count (Lua 5.1, 2.1). text.len: not found.
 */
size_t import_lua_end(struct str text, size_t at);

#endif
