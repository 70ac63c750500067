/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/nonce_script.h"

static const char take_script[] =
	"local new = 0\n"
	"for _, key in ipairs(KEYS) do\n"
	"  if redis.call('SET', key, '', 'NX', 'PX', ARGV[1]) then new = new + 1 end\n"
	"end\n"
	"return new\n";

bool shared_nonce_script_init(struct store_script *script)
{
	return store_script_init(script, take_script);
}
