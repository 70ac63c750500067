/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Names: the first byte chooses between text and wire form; what is read must read back. */

#include "dns/wire/name.h"
#include "fuzz/check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Labels as they come, cut to what fits. */
static struct dns_name name_from_wire(const uint8_t *data, size_t len)
{
	struct dns_name name = {.len = 0};

	while (len > 0) {
		size_t label = (size_t)(data[0] & 63);

		if (label == 0 || label > len - 1 || name.len + label + 2 > DNS_NAME_MAX) {
			break;
		}
		name.wire[name.len] = (uint8_t)label;
		memcpy(name.wire + name.len + 1, data + 1, label);
		name.len = (uint8_t)(name.len + label + 1);
		data += label + 1;
		len -= label + 1;
	}
	name.wire[name.len++] = 0;
	return name;
}

static void check_name(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];
	char host[DNS_HOST_MAX + 1];
	struct dns_name back;

	dns_name_to_text(name, text);
	check(dns_name_from_text(str_view(text), &back));
	check(back.len == name->len && memcmp(back.wire, name->wire, name->len) == 0);
	check(dns_name_eq(name, &back) && dns_name_under(name, &back));
	check(dns_name_compare_text(name, &back) == 0);
	dns_name_lower(&back);
	check(dns_name_eq(name, &back) && dns_name_compare_text(name, &back) == 0);
	if (dns_name_to_host(name, host)) {
		struct addr addr;

		dns_name_to_text(&back, text);
		check(strcmp(host, text) == 0);
		check(!addr_parse(str_view(host), &addr));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 2) {
		return 0;
	}
	struct dns_name name;
	struct dns_name other = name_from_wire(data + 2, (len - 2) / 2);

	if (data[0] % 2 == 0) {
		name = name_from_wire(data + 1, len - 1);
	} else if (!dns_name_from_text(str_from_bytes(data + 1, len - 1), &name)) {
		return 0;
	}
	check_name(&name);
	int order = dns_name_compare_text(&name, &other);
	int reverse = dns_name_compare_text(&other, &name);

	check((order < 0) == (reverse > 0) && (order == 0) == (reverse == 0));
	check((order == 0) == dns_name_eq(&name, &other));
	return 0;
}
