/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CACHE_RESULT_H
#define DW_DNS_CACHE_RESULT_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The result of an FCrDNS lookup (dns/fcrdns.h). */

enum dns_fcrdns_mode { DNS_FCRDNS_SINGLE, DNS_FCRDNS_DOUBLE };

enum dns_fcrdns_status {
	DNS_FCRDNS_OFF, /* no lookup was made */
	DNS_FCRDNS_VERIFIED,
	DNS_FCRDNS_UNVERIFIED, /* single: the PTR's names, not confirmed */
	DNS_FCRDNS_MISMATCH,   /* names, of which none is confirmed */
	DNS_FCRDNS_NONE,       /* authoritatively no PTR */
	DNS_FCRDNS_PRIVATE,    /* an address of special use, not looked up */
	DNS_FCRDNS_ERROR       /* the lookup failed */
};

/* "off", "verified", "unverified", "mismatch", "none", "private", "error". */
const char *dns_fcrdns_status_word(enum dns_fcrdns_status status);

/* Immutable and shared: hold a reference as long as the strings are used. */
struct dns_fcrdns_result {
	enum dns_fcrdns_status status;
	bool overload; /* DNS_FCRDNS_ERROR because a limit of doorward was reached */
	/* a name that is neither in `names` nor in `unasked` could be a confirmed one */
	bool incomplete;
	uint64_t expires_ms; /* clock_ms() from which on it must not be used */
	uint64_t refresh_ms; /* from this time on a hit starts a refresh; UINT64_MAX: never */
	struct str_list
		/* VERIFIED: confirmed; UNVERIFIED: from the PTR only; lower-case, no final dot */
		names;
	struct str_list ptr;     /* host names from the PTR, confirmed or not */
	struct str_list unasked; /* the last ones of `ptr`: beyond max_ptr, not looked up */
};

const struct dns_fcrdns_result *dns_fcrdns_result_ref(const struct dns_fcrdns_result *result);
void dns_fcrdns_result_unref(const struct dns_fcrdns_result *result);

/*
 * Copies the strings. `confirmed[i]` says whether ptr.items[i] belongs to `names`, too; NULL: all
 * do. NULL when out of memory. One reference for the caller.
 */
const struct dns_fcrdns_result *dns_fcrdns_result_new(enum dns_fcrdns_status status, bool overload,
	struct str_list ptr, const bool *confirmed, uint64_t expires_ms);
/* Sets refresh_ms, which is never before; only while the caller has the only reference. */
void dns_fcrdns_result_refresh_from(const struct dns_fcrdns_result *result, uint64_t refresh_ms);
/*
 * Marks the last `count` names of the PTR as not looked up; only while the caller has the only
 * reference.
 */
void dns_fcrdns_result_mark_unasked(const struct dns_fcrdns_result *result, size_t count);
/* Sets incomplete; only while the caller has the only reference. */
void dns_fcrdns_result_mark_incomplete(const struct dns_fcrdns_result *result);
/* Bytes on the heap. */
size_t dns_fcrdns_result_size(const struct dns_fcrdns_result *result);

#endif
