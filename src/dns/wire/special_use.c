/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/special_use.h"

#include "base/util.h"

static const struct prefix special[] = {
	{{ADDR_V4, {0}}, 8},
	{{ADDR_V4, {10}}, 8},
	{{ADDR_V4, {100, 64}}, 10},
	{{ADDR_V4, {127}}, 8},
	{{ADDR_V4, {169, 254}}, 16},
	{{ADDR_V4, {172, 16}}, 12},
	{{ADDR_V4, {192, 0, 0}}, 24},
	{{ADDR_V4, {192, 168}}, 16},
	{{ADDR_V4, {198, 18}}, 15},
	{{ADDR_V4, {224}}, 4},
	{{ADDR_V4, {240}}, 4},
	{{ADDR_V6, {0}}, 96}, /* ::, ::1, IPv4-compatible */
	{{ADDR_V6, {0, 0x64, 0xff, 0x9b, 0, 1}}, 48},
	{{ADDR_V6, {1}}, 64},             /* discard-only */
	{{ADDR_V6, {0x20, 1, 0, 2}}, 48}, /* benchmarking */
	{{ADDR_V6, {0xfc}}, 7},
	{{ADDR_V6, {0xfe, 0x80}}, 10},
	{{ADDR_V6, {0xfe, 0xc0}}, 10},
	{{ADDR_V6, {0xff}}, 8},
};

const struct prefix *dns_addr_special(const struct addr *addr)
{
	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (prefix_contains(&special[i], addr)) {
			return &special[i];
		}
	}
	return NULL;
}

bool dns_addr_is_special_use(const struct addr *addr)
{
	return dns_addr_special(addr) != NULL;
}
