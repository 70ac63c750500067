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
/* The structure has no members of its own: it is libpsl's. */
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

struct str cert_suffixes_registrable(
	const struct cert_suffixes *suffixes, struct str name, char room[CERT_DOMAIN_ROOM])
{
	const char *domain;

	if (suffixes == NULL || name.len == 0 || name.len >= CERT_DOMAIN_ROOM) {
		return (struct str){NULL, 0};
	}
	memcpy(room, name.data, name.len);
	room[name.len] = '\0';
	domain = psl_registrable_domain(list_of(suffixes), room);
	return str_view(domain);
}

bool cert_suffixes_has(const struct cert_suffixes *suffixes, struct str name)
{
	char room[CERT_DOMAIN_ROOM];

	if (suffixes == NULL || name.len == 0 || name.len >= sizeof(room)) {
		return false;
	}
	memcpy(room, name.data, name.len);
	room[name.len] = '\0';
	return psl_is_public_suffix2(
		       list_of(suffixes), room, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;
}

bool cert_host_shares_domain(
	const struct cert_suffixes *suffixes, struct str_list dns, struct str_list names)
{
	char name_room[CERT_DOMAIN_ROOM];
	char dns_room[CERT_DOMAIN_ROOM];

	for (size_t i = 0; i < names.count; i++) {
		struct str ours = cert_suffixes_registrable(suffixes, names.items[i], name_room);

		for (size_t k = 0; k < dns.count && ours.data != NULL; k++) {
			struct str theirs = dns.items[k];

			if (str_starts_with(theirs, "*.")) {
				theirs = str_from(theirs, strlen("*."));
			}
			theirs = cert_suffixes_registrable(suffixes, theirs, dns_room);
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

bool cert_suffixes_has(const struct cert_suffixes *suffixes, struct str name)
{
	return false;
}

void cert_suffixes_free(struct cert_suffixes *suffixes)
{
}

struct str cert_suffixes_registrable(
	const struct cert_suffixes *suffixes, struct str name, char room[CERT_DOMAIN_ROOM])
{
	return (struct str){NULL, 0};
}

bool cert_host_shares_domain(
	const struct cert_suffixes *suffixes, struct str_list dns, struct str_list names)
{
	return false;
}
#endif
