/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/host.h"

#include <stddef.h>
#include <string.h>
#if DW_PSL
#include <libpsl.h>
#endif

static bool matches(struct str pattern, struct str name)
{
	if (!str_starts_with(pattern, "*.")) {
		return str_eq(pattern, name);
	}
	size_t dot = str_find(name, '.');

	return dot > 0 && dot < name.len && str_eq(str_from(pattern, 1), str_from(name, dot));
}

bool cert_host_is_named(struct str_list dns, struct str_list names)
{
	for (size_t i = 0; i < names.count; i++) {
		for (size_t k = 0; k < dns.count; k++) {
			if (matches(dns.items[k], names.items[i])) {
				return true;
			}
		}
	}
	return false;
}

#if DW_PSL
#define NAME_MAX_LEN 253

/* The structure has no members: it is libpsl's own. */
static const psl_ctx_t *list_of(const struct cert_suffixes *suffixes)
{
	return (const psl_ctx_t *)(const void *)suffixes;
}

struct cert_suffixes *cert_suffixes_load(void)
{
	return (struct cert_suffixes *)(void *)psl_latest(NULL);
}

void cert_suffixes_free(struct cert_suffixes *suffixes)
{
	psl_free((psl_ctx_t *)(void *)suffixes);
}

/* A view of `room`; absent if there is none. */
static struct str registrable(const psl_ctx_t *list, struct str name, char room[NAME_MAX_LEN + 1])
{
	const char *domain;

	if (name.len == 0 || name.len > NAME_MAX_LEN) {
		return (struct str){NULL, 0};
	}
	memcpy(room, name.data, name.len);
	room[name.len] = '\0';
	domain = psl_registrable_domain(list, room);
	return str_view(domain);
}

bool cert_host_shares_domain(
	const struct cert_suffixes *suffixes, struct str_list dns, struct str_list names)
{
	char name_room[NAME_MAX_LEN + 1];
	char dns_room[NAME_MAX_LEN + 1];

	for (size_t i = 0; i < names.count; i++) {
		struct str ours = registrable(list_of(suffixes), names.items[i], name_room);

		for (size_t k = 0; k < dns.count && ours.data != NULL; k++) {
			struct str theirs = dns.items[k];

			if (str_starts_with(theirs, "*.")) {
				theirs = str_from(theirs, strlen("*."));
			}
			theirs = registrable(list_of(suffixes), theirs, dns_room);
			if (theirs.data != NULL && str_eq(ours, theirs)) {
				return true;
			}
		}
	}
	return false;
}
#else
struct cert_suffixes *cert_suffixes_load(void)
{
	return NULL;
}

void cert_suffixes_free(struct cert_suffixes *suffixes)
{
}

bool cert_host_shares_domain(
	const struct cert_suffixes *suffixes, struct str_list dns, struct str_list names)
{
	return false;
}
#endif
