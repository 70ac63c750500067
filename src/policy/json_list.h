/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_JSON_LIST_H
#define DW_POLICY_JSON_LIST_H

#include "policy/json_pointer.h"
#include "policy/list.h"

/* Bytes of a file; the longest list that a vendor publishes has 4 MB. */
#define POLICY_JSON_LIST_SIZE_MAX (8U << 20)
#define POLICY_JSON_LIST_VALUES_MAX 250000

/*
 * Reads the address lists that vendors publish, as they are downloaded:
 *
 *   {"creationTime": …, "prefixes": [{"ipv4Prefix": "…"}, {"ipv6Prefix": "…"}]}     most crawlers
 *   {"prefixes": [{"ip_prefix": "…", …}], "ipv6_prefixes": [{"ipv6_prefix": "…"}]}  AWS
 *   {"ips": [{"ip_address": "…"}]}                                                  Ahrefs
 *   {"addresses": ["…"], "ipv6_addresses": ["…"]}                                   Fastly
 *   {"result": {"ipv4_cidrs": ["…"], "ipv6_cidrs": ["…"], …}, …}                    Cloudflare
 *   ["…", {"ipv4Prefix": "…"}, …]
 *
 * Other members with numbers, words and empty lists are ignored. Any other content could hold
 * addresses that would then be missing, so it is an error, as is a file without any address. A list
 * of strings may stand wherever a list of objects may.
 *
 * With pointers (json_pointer.h) all else is ignored: each value to which one leads must be a
 * string, or a list of strings. An element without the member that the pointer names is left out; a
 * pointer that leads to nothing at all is an error, as is a file without any address.
 */

/*
 * `pointers`: NULL, or one at least. Calls `on_line` for each value; its place names the file and
 * the value's position, "FILE: prefixes[3].ipv4Prefix". Only regular files. False after at least
 * one diag_error.
 */
NODISCARD bool policy_json_list_read(const char *path, const struct policy_json_pointers *pointers,
	const struct place *from, policy_list_line *on_line, void *ctx, struct diag *diag);
/* The same for a text in memory; `name` stands for the file. */
NODISCARD bool policy_json_list_parse(struct str text, const struct policy_json_pointers *pointers,
	const char *name, policy_list_line *on_line, void *ctx, struct diag *diag);

#endif
