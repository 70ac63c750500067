/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_MESSAGE_H
#define DW_DNS_WIRE_MESSAGE_H

#include "base/addr.h"
#include "base/str.h"
#include "dns/wire/cookie.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "A", "PTR", …; "TYPE65" for a type without a name here. */
const char *dns_type_word(enum dns_type type, char buffer[16]);

/* The codec for queries and replies (RFC 1035, 6891). No I/O, and no allocations. */

#define DNS_QUERY_MAX 512
#define DNS_ANSWER_MAX 64 /* names kept of one answer; the others are counted */
#define DNS_ADDRS_MAX 512 /* addresses kept of one answer */
#define DNS_TEXTS_MAX 8   /* TXT records kept of one answer */
#define DNS_TEXT_MAX 255  /* octets kept of one TXT record */
#define DNS_CNAME_MAX 8

struct dns_query {
	struct dns_name name; /* in the case that is sent */
	enum dns_type type;
	uint16_t id;
	uint16_t edns_size; /* 0: no OPT record */
	bool dnssec_ok;
	bool want_ad;             /* RFC 6840 section 5.7 */
	bool over_tcp;            /* the question section may come back in another case */
	struct dns_cookie cookie; /* sent with EDNS only; of length 0: no cookie */
};

/* RD set, class IN. Returns the length written. Allocates nothing. */
size_t dns_query_build(const struct dns_query *query, uint8_t out[DNS_QUERY_MAX]);

enum dns_match {
	DNS_MATCH_YES,
	DNS_MATCH_NOT_A_REPLY,
	DNS_MATCH_WRONG_ID,
	DNS_MATCH_WRONG_CASE, /* of the question section, and all else matches */
	DNS_MATCH_WRONG_QUESTION
};

/*
 * The first check, on raw bytes: at least a header, QR set, opcode QUERY, the query's ID, exactly
 * one question, byte-equal with the one sent, case included. The question may be missing only with
 * rcode FORMERR, NOTIMP, SERVFAIL or REFUSED and no records at all. A reply that is not YES is
 * dropped, and the query stays open; WRONG_CASE counts as a match over TCP only.
 */
enum dns_match dns_reply_match(const struct dns_query *query, const uint8_t *reply, size_t len);

enum dns_answer_kind {
	DNS_ANSWER_DATA,   /* records of the type asked for */
	DNS_ANSWER_CNAME,  /* the chain leaves this message: ask for `target` */
	DNS_ANSWER_NODATA, /* the name exists, the type does not */
	DNS_ANSWER_NXDOMAIN,
	DNS_ANSWER_CNAME_LOOP,
	DNS_ANSWER_CNAME_TOO_LONG, /* more than DNS_CNAME_MAX links, and no loop among them */
	DNS_ANSWER_TRUNCATED,
	DNS_ANSWER_SERVFAIL,
	DNS_ANSWER_EXTENDED, /* an rcode above 15, which needs EDNS, other than BADCOOKIE */
	DNS_ANSWER_REFUSED,
	DNS_ANSWER_LAME,    /* a referral, or no recursion from a server that should offer it */
	DNS_ANSWER_NO_EDNS, /* FORMERR or NOTIMP to a query with OPT */
	/* BADCOOKIE to a query with a cookie: send again with the cookie of this reply */
	DNS_ANSWER_BAD_COOKIE,
	DNS_ANSWER_MALFORMED /* matched, but does not keep to the format */
};

/* The character strings of a TXT record, joined: any octets, and only the first ones. */
struct dns_text {
	uint8_t len;
	uint8_t octets[DNS_TEXT_MAX];
};

/* The answer of a reply, or of the static zone. Names in it are lower-case. */
struct dns_answer {
	enum dns_answer_kind kind;
	enum dns_type type; /* as asked */
	uint32_t ttl; /* seconds; the smallest on the chain; negative answers: RFC 2308 section 5 */
	bool has_ttl; /* false: a negative answer without SOA, or a failure */
	bool authentic;  /* AD */
	unsigned cnames; /* links followed in this message */
	struct dns_name
		target;  /* the end of the CNAME chain; without a chain the question's name */
	size_t count;    /* records in `addrs`, `names` or `texts` */
	size_t left_out; /* records beyond those, and all records of another type */
	union {
		struct addr addrs[DNS_ADDRS_MAX]; /* A, AAAA, in ascending order */
		/* PTR, NS, CNAME, and of SOA the MNAME; in the order of their text */
		struct dns_name names[DNS_ANSWER_MAX];
		struct dns_text texts[DNS_TEXTS_MAX]; /* TXT, in the order of the reply */
	};
};

/*
 * The structure has room for the largest answer (16 KiB). Only its first dns_answer_size() bytes
 * are used, and only those are copied when an answer is kept.
 */
size_t dns_answer_size(const struct dns_answer *answer);

/*
 * Parses a reply that matched; one that did not is MALFORMED. TC makes it TRUNCATED, whatever else
 * it contains. The second check (validate.h) walks all records; then the few that count are read:
 * those of the answer section on the question's own CNAME chain, class IN, and the SOA of a
 * negative answer, at or above the chain's end. All other records are ignored.
 *
 * CNAMEs synthesised from DNAMEs are CNAMEs like others. A loop is CNAME_LOOP (with a TTL), more
 * than DNS_CNAME_MAX links are CNAME_TOO_LONG. Two different CNAMEs at one name, a CNAME together
 * with data of the type asked for, and NXDOMAIN with such data are MALFORMED. The rcode is about
 * the chain's end (RFC 6604); a chain that ends in neither data nor a SOA at or above its end is
 * CNAME. A negative answer from a server that neither has authority nor offers recursion is LAME,
 * as is a referral. Rcodes up to 15 without a kind of their own are SERVFAIL; so are FORMERR and
 * NOTIMP to queries without OPT. TTLs above 2^31 - 1 count as 0 (RFC 2181 section 8). Duplicates
 * are taken once. `answer` is always filled.
 */
void dns_reply_read(
	const struct dns_query *query, const uint8_t *reply, size_t len, struct dns_answer *answer);

#endif
