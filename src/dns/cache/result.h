/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CACHE_RESULT_H
#define DW_DNS_CACHE_RESULT_H

#include "dns/fcrdns.h"

/* How dns_fcrdns_result, which everybody reads, comes into being. */

/*
 * Copies the strings. `confirmed[i]` says whether ptr.items[i] belongs to `names`, too; NULL: all
 * do. NULL when out of memory. One reference for the caller.
 */
const struct dns_fcrdns_result *dns_fcrdns_result_new(enum dns_fcrdns_status status, bool overload,
	struct str_list ptr, const bool *confirmed, uint64_t expires_ms);
/* Sets refresh_ms, which is never before; only as long as nobody else has seen the result. */
void dns_fcrdns_result_refresh_from(const struct dns_fcrdns_result *result, uint64_t refresh_ms);
/* The last so many names of the PTR were not looked up; likewise. */
void dns_fcrdns_result_mark_unasked(const struct dns_fcrdns_result *result, size_t count);
/* Sets incomplete, likewise. */
void dns_fcrdns_result_mark_incomplete(const struct dns_fcrdns_result *result);
/* Bytes on the heap. */
size_t dns_fcrdns_result_size(const struct dns_fcrdns_result *result);

#endif
