/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/name_script.h"

/* A claim is no fact, so that it needs no seal. */
static const char find_script[] =
	"local v = redis.call('GET', KEYS[1])\n"
	"if v then return v end\n"
	"if ARGV[1] ~= '0' then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end\n"
	"return false\n";

bool shared_name_script_init(struct store_script *script)
{
	return store_script_init(script, find_script);
}
