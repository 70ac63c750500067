/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef TESTS_DNS_PACKET_H
#define TESTS_DNS_PACKET_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Replies written by hand, byte by byte, with nothing of the code under test. */

enum { ANSWER, AUTHORITY, ADDITIONAL };

#define QR 0x8000
#define AA 0x0400
#define TC 0x0200
#define RD 0x0100
#define RA 0x0080
#define AD 0x0020

struct packet {
	size_t len;
	uint8_t bytes[65535];
};

static inline void put(struct packet *p, const void *data, size_t len)
{
	assert(sizeof(p->bytes) - p->len >= len);
	memcpy(p->bytes + p->len, data, len);
	p->len += len;
}

static inline void put8(struct packet *p, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	put(p, &byte, 1);
}

static inline void put16(struct packet *p, unsigned value)
{
	put8(p, value >> 8);
	put8(p, value);
}

static inline void put32(struct packet *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p, value & 0xffff);
}

static inline void set16(struct packet *p, size_t at, unsigned value)
{
	p->bytes[at] = (uint8_t)(value >> 8);
	p->bytes[at + 1] = (uint8_t)value;
}

static inline unsigned get16(const struct packet *p, size_t at)
{
	return (unsigned)p->bytes[at] << 8 | p->bytes[at + 1];
}

/* Labels between dots, and the root; "" is the root alone. */
static inline void put_name(struct packet *p, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ".");

		put8(p, (unsigned)len);
		put(p, text, len);
		text += len + (text[len] == '.');
	}
	put8(p, 0);
}

static inline void put_pointer(struct packet *p, size_t target)
{
	put16(p, 0xc000 | (unsigned)target);
}

/* A header with one question, class IN. */
static inline void start(
	struct packet *p, unsigned id, unsigned flags, const char *name, unsigned type)
{
	p->len = 0;
	put16(p, id);
	put16(p, flags);
	put16(p, 1);
	put16(p, 0);
	put32(p, 0);
	put_name(p, name);
	put16(p, type);
	put16(p, 1);
}

/* Counts one more record of a section. */
static inline void count(struct packet *p, unsigned section)
{
	set16(p, 6 + 2 * section, get16(p, 6 + 2 * section) + 1);
}

/* What follows an owner, up to RDLENGTH, which finish() sets; returns where RDATA begins. */
static inline size_t fields(struct packet *p, unsigned type, unsigned class, uint32_t ttl)
{
	put16(p, type);
	put16(p, class);
	put32(p, ttl);
	put16(p, 0);
	return p->len;
}

static inline void finish(struct packet *p, size_t rdata)
{
	set16(p, rdata - 2, (unsigned)(p->len - rdata));
}

static inline void add(struct packet *p, unsigned section, const char *owner, unsigned type,
	uint32_t ttl, const void *data, size_t len)
{
	count(p, section);
	put_name(p, owner);
	size_t rdata = fields(p, type, 1, ttl);

	put(p, data, len);
	finish(p, rdata);
}

/* A record whose RDATA is one name: NS, CNAME, PTR. */
static inline void add_name(struct packet *p, unsigned section, const char *owner, unsigned type,
	uint32_t ttl, const char *name)
{
	count(p, section);
	put_name(p, owner);
	size_t rdata = fields(p, type, 1, ttl);

	put_name(p, name);
	finish(p, rdata);
}

static inline void add_soa(
	struct packet *p, unsigned section, const char *owner, uint32_t ttl, uint32_t minimum)
{
	count(p, section);
	put_name(p, owner);
	size_t rdata = fields(p, 6, 1, ttl);

	put_name(p, "ns.example");
	put_name(p, "hostmaster.example");
	put32(p, 1);
	put32(p, 2);
	put32(p, 3);
	put32(p, 4);
	put32(p, minimum);
	finish(p, rdata);
}

/* An OPT with these upper bits of the rcode. */
static inline void add_opt(struct packet *p, unsigned section, const char *owner, unsigned upper)
{
	count(p, section);
	put_name(p, owner);
	fields(p, 41, 1232, (uint32_t)upper << 24);
}

#endif
