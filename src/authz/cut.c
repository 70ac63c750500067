/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/cut.h"

struct prefix authz_cut_address(const struct addr *address)
{
	return prefix_of(address, address->family == ADDR_V4 ? 24 : 48);
}

void authz_cut_host(struct str name, struct bytes *out)
{
	size_t from = name.len;
	unsigned labels = 0;

	while (from > 0 && (name.data[from - 1] != '.' || ++labels < 2)) {
		from--;
	}
	bytes_append_text(out, from > 0 ? "*." : "");
	bytes_append_str(out, str_from(name, from));
}
