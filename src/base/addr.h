/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_ADDR_H
#define DW_BASE_ADDR_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum addr_family { ADDR_NONE = 0, ADDR_V4 = 4, ADDR_V6 = 6 };

/* An IP address in network byte order. Bytes past the family's length are 0, so memcmp compares. */
struct addr {
	uint8_t family; /* enum addr_family */
	uint8_t bytes[16];
};

/* An address prefix (RFC 4632, RFC 4291 2.3); the bits past `len` are 0. */
struct prefix {
	struct addr addr;
	uint8_t len; /* bits */
};

/* The address of a server or of a listening socket. */
struct endpoint {
	struct addr addr;
	uint16_t port;
	uint32_t scope; /* of a link-local IPv6 address: the interface's index; else 0 */
};

#define ADDR_TEXT_MAX 46     /* an address as text, with its NUL */
#define ENDPOINT_TEXT_MAX 72 /* [address%interface]:port, with its NUL */

/*
 * Dotted quad or RFC 4291 text, nothing before or after. An IPv4-mapped address (::ffff:0:0/96)
 * becomes IPv4. Zone identifiers, leading zeros in a quad and short forms are errors.
 */
NODISCARD bool addr_parse(struct str text, struct addr *out);
/* RFC 5952 text with a NUL. */
void addr_format(const struct addr *a, char out[ADDR_TEXT_MAX]);
bool addr_eq(const struct addr *a, const struct addr *b);
/* 127.0.0.0/8 or ::1. */
bool addr_is_loopback(const struct addr *a);
/* 32 or 128. */
unsigned addr_bits(const struct addr *a);
/* 4 or 16. */
unsigned addr_len(const struct addr *a);
/* 4 or 16 bytes in network order, else false; mapped addresses become IPv4. */
NODISCARD bool addr_from_bytes(const void *bytes, size_t len, struct addr *out);
/* The family must be AF_INET or AF_INET6, else false; mapped addresses become IPv4. */
NODISCARD bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *out);

/*
 * ADDRESS or ADDRESS/BITS. Bits set beyond the prefix are an error (192.0.2.1/24 is usually a
 * mistake). A mapped prefix of /96 or longer becomes IPv4.
 */
NODISCARD bool prefix_parse(struct str text, struct prefix *out);
/* The corrected prefix, if prefix_parse rejects the text only for bits set beyond the prefix. */
NODISCARD bool prefix_mend(struct str text, struct prefix *out);
/* ADDRESS, or ADDRESS/BITS, with a NUL. */
#define PREFIX_TEXT_MAX (ADDR_TEXT_MAX + 4)
void prefix_format(const struct prefix *p, char out[PREFIX_TEXT_MAX]);
bool prefix_contains(const struct prefix *p, const struct addr *a);
/* The prefix of `bits` that contains the address. */
struct prefix prefix_of(const struct addr *a, unsigned bits);

/*
 * ADDRESS, ADDRESS:PORT (IPv4) or [ADDRESS]:PORT; `port` if none is given. Port 0 is an error. A
 * link-local IPv6 address may have a zone (RFC 4007): fe80::1%eth0, of an interface of this host.
 */
NODISCARD bool endpoint_parse(struct str text, uint16_t port, struct endpoint *out);
bool endpoint_eq(const struct endpoint *a, const struct endpoint *b);
void endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX]);
/* Fills *out and returns its length in bytes. */
socklen_t endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out);

#endif
