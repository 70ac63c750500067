/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/validate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packet.h"

static struct packet p;

#define QNAME 12 /* offset of the question's name */

static bool pass(void)
{
	unsigned rcode;
	/* From the heap, so that the sanitizer sees a read past the end. */
	uint8_t *copy = malloc(p.len > 0 ? p.len : 1);

	memcpy(copy, p.bytes, p.len);
	bool passed = dns_validate(copy, p.len, &rcode);

	free(copy);
	return passed;
}

static void ask(void)
{
	start(&p, 1, QR, "www.example.com", 1);
}

/* One record of a type with these bytes for RDATA. */
static bool passes_with(unsigned type, const void *data, size_t len)
{
	ask();
	add(&p, ANSWER, "www.example.com", type, 60, data, len);
	return pass();
}

static void passes_plain_replies(void **state)
{
	ask();
	assert_true(pass());
	add(&p, ANSWER, "www.example.com", 1, 60, "\300\0\2\1", 4);
	add(&p, ANSWER, "www.example.com", 28, 60, "0123456789abcdef", 16);
	add_name(&p, AUTHORITY, "example.com", 2, 60, "ns.example.com");
	add_soa(&p, AUTHORITY, "example.com", 60, 60);
	add(&p, ADDITIONAL, "ns.example.com", 65, 60, "anything", 8);
	add_opt(&p, ADDITIONAL, "", 0);
	assert_true(pass());
}

static void wants_a_whole_header_and_question(void **state)
{
	ask();
	for (size_t len = 0, whole = p.len; len < whole; len++) {
		p.len = len;
		assert_false(pass());
	}
	ask();
	set16(&p, 4, 2);
	assert_false(pass());
	p.len = 12;
	set16(&p, 4, 0);
	assert_true(pass());
}

static void wants_every_record_whole(void **state)
{
	ask();
	add(&p, ANSWER, "www.example.com", 1, 60, "\300\0\2\1", 4);
	add_name(&p, ANSWER, "www.example.com", 5, 60, "a.b");
	add_soa(&p, AUTHORITY, "example.com", 60, 60);
	add_opt(&p, ADDITIONAL, "", 0);
	assert_true(pass());
	for (size_t len = 0, whole = p.len; len < whole; len++) {
		p.len = len;
		assert_false(pass());
	}
}

static void refuses_trailing_bytes(void **state)
{
	ask();
	put8(&p, 0);
	assert_false(pass());
	ask();
	add(&p, ANSWER, "www.example.com", 1, 60, "\300\0\2\1", 4);
	put8(&p, 0);
	assert_false(pass());
}

static void refuses_fewer_records_than_counted(void **state)
{
	for (unsigned section = 0; section < 3; section++) {
		ask();
		count(&p, section);
		assert_false(pass());
	}
}

static void wants_exact_rdata(void **state)
{
	static const uint8_t zeros[64];

	for (size_t len = 0; len < sizeof(zeros); len++) {
		assert_int_equal(passes_with(1, zeros, len), len == 4);
		assert_int_equal(passes_with(28, zeros, len), len == 16);
		/* A zero is the root's name. */
		assert_int_equal(passes_with(2, zeros, len), len == 1);
		assert_int_equal(passes_with(5, zeros, len), len == 1);
		assert_int_equal(passes_with(12, zeros, len), len == 1);
		assert_int_equal(passes_with(6, zeros, len), len == 22);
		assert_true(passes_with(16, zeros, len));
	}
	/* Names that go on behind RDLENGTH, and names that end before it. */
	assert_true(passes_with(12, "\1a\0", 3));
	assert_false(passes_with(12, "\1a\0\0", 4));
	assert_false(passes_with(12, "\1a", 2));
	assert_false(passes_with(12, "\2a", 2));
	assert_true(passes_with(12, "\1a\300\14", 4));
	assert_false(passes_with(12, "\1a\300\14\0", 5));
	assert_false(passes_with(12, "\1a\300", 3));
	/* SOA: the first name runs into the numbers. */
	assert_false(passes_with(6, "\26abcdefghijklmnopqrstuv\0", 24));
}

static void refuses_lies_about_rdlength(void **state)
{
	ask();
	add(&p, ANSWER, "www.example.com", 16, 60, "\4text", 5);
	size_t rdlength = p.len - 7;

	for (unsigned len = 0; len < 40; len++) {
		set16(&p, rdlength, len);
		assert_int_equal(pass(), len == 5);
	}
	set16(&p, rdlength, 0xffff);
	assert_false(pass());
}

/* A PTR whose RDATA is a pointer. */
static bool passes_pointer(size_t target)
{
	uint8_t pointer[2] = {(uint8_t)(0xc0 | target >> 8), (uint8_t)target};

	return passes_with(12, pointer, 2);
}

static void wants_pointers_backward(void **state)
{
	ask();
	add(&p, ANSWER, "www.example.com", 12, 60, "xx", 2);
	size_t own = p.len - 2;

	assert_true(passes_pointer(QNAME));
	assert_true(passes_pointer(QNAME + 4));
	assert_true(passes_pointer(QNAME + 16)); /* the question's root label */
	for (size_t target = 0; target < QNAME; target++) {
		assert_false(passes_pointer(target));
	}
	for (size_t target = own; target < own + 200; target++) {
		assert_false(passes_pointer(target));
	}
	assert_false(passes_pointer(0x3fff));
	assert_false(passes_with(12, "\300", 1));
}

static void refuses_labels_that_lead_to_themselves(void **state)
{
	/* "a" and a pointer to it: backward, and yet a loop. */
	ask();
	add(&p, ANSWER, "www.example.com", 12, 60, "\1axx", 4);
	set16(&p, p.len - 2, 0xc000 | (unsigned)(p.len - 4));
	assert_false(pass());
	/* An owner that points to itself, and into itself. */
	ask();
	count(&p, ANSWER);
	put_pointer(&p, p.len);
	fields(&p, 16, 1, 60);
	assert_false(pass());
	ask();
	count(&p, ANSWER);
	put8(&p, 1);
	put8(&p, 'a');
	put_pointer(&p, p.len - 2);
	fields(&p, 16, 1, 60);
	assert_false(pass());
	/* The question must not point at all but backward into the header. */
	p.len = 0;
	put16(&p, 1);
	put16(&p, QR);
	put16(&p, 1);
	put16(&p, 0);
	put32(&p, 0);
	put_pointer(&p, 0);
	put32(&p, 0x00010001);
	assert_false(pass());
}

/* A TXT that holds a chain of `hops` pointers, and a PTR that enters it at the last. */
static bool passes_hops(unsigned hops)
{
	ask();
	count(&p, ANSWER);
	put_name(&p, "");
	size_t rdata = fields(&p, 16, 1, 60);
	size_t last = QNAME;

	for (unsigned i = 1; i < hops; i++) {
		put_pointer(&p, last);
		last = p.len - 2;
	}
	finish(&p, rdata);
	count(&p, ANSWER);
	put_name(&p, "");
	rdata = fields(&p, 12, 1, 60);
	put_pointer(&p, last);
	finish(&p, rdata);
	return pass();
}

static void bounds_pointers(void **state)
{
	assert_true(passes_hops(1));
	assert_true(passes_hops(16));
	assert_false(passes_hops(17));
	assert_false(passes_hops(2000));
}

static void bounds_names(void **state)
{
	uint8_t name[300];

	/* 127 labels of one byte are 255 octets. */
	for (size_t i = 0; i < 254; i += 2) {
		name[i] = 1;
		name[i + 1] = 'a';
	}
	name[254] = 0;
	assert_true(passes_with(12, name, 255));
	/* One more, through a pointer to it. */
	ask();
	add(&p, ANSWER, "", 12, 60, name, 255);
	count(&p, ANSWER);
	size_t target = p.len - 255;

	put_pointer(&p, target);
	fields(&p, 16, 1, 60);
	assert_true(pass());
	ask();
	add(&p, ANSWER, "", 12, 60, name, 255);
	count(&p, ANSWER);
	put8(&p, 1);
	put8(&p, 'b');
	put_pointer(&p, target);
	fields(&p, 16, 1, 60);
	assert_false(pass());
	/* 128 labels. */
	name[254] = 1;
	name[255] = 'a';
	name[256] = 0;
	assert_false(passes_with(12, name, 257));
	/* Labels of reserved kinds. */
	assert_false(passes_with(12, "\100a", 2));
	assert_false(passes_with(12, "\200a", 2));
	memset(name, 'a', sizeof(name));
	name[0] = 63;
	name[64] = 0;
	assert_true(passes_with(12, name, 65));
	name[0] = 64;
	name[65] = 0;
	assert_false(passes_with(12, name, 66));
}

static void takes_one_opt_at_the_root(void **state)
{
	unsigned rcode = 0;

	ask();
	add_opt(&p, ADDITIONAL, "", 1);
	assert_true(dns_validate(p.bytes, p.len, &rcode));
	assert_int_equal(rcode, 16);
	set16(&p, 2, QR | 3);
	assert_true(dns_validate(p.bytes, p.len, &rcode));
	assert_int_equal(rcode, 19);
	add_opt(&p, ADDITIONAL, "", 1);
	assert_false(pass());
	ask();
	add_opt(&p, ADDITIONAL, "a", 0);
	assert_false(pass());
	ask();
	add_opt(&p, ANSWER, "", 0);
	assert_false(pass());
	ask();
	add_opt(&p, AUTHORITY, "", 0);
	assert_false(pass());
	/* An owner that is the root by way of a pointer is odd enough to refuse. */
	ask();
	count(&p, ADDITIONAL);
	put_pointer(&p, QNAME + 16);
	fields(&p, 41, 1232, 0);
	assert_false(pass());
}

static void refuses_tsig(void **state)
{
	for (unsigned section = 0; section < 3; section++) {
		ask();
		add(&p, section, "key", 250, 0, "", 0);
		assert_false(pass());
	}
}

static void bounds_records(void **state)
{
	static const unsigned split[3] = {4000, 90, 6};

	ask();
	for (unsigned section = 0; section < 3; section++) {
		for (unsigned i = 0; i < split[section]; i++) {
			add(&p, section, "", 16, 0, "", 0);
		}
	}
	assert_true(pass());
	add(&p, ADDITIONAL, "", 16, 0, "", 0);
	assert_false(pass());
}

static void tells_where_records_lie(void **state)
{
	struct dns_walk walk;
	struct dns_record record;

	ask();
	size_t first = p.len;

	add(&p, ANSWER, "a", 1, 60, "\300\0\2\1", 4);
	size_t second = p.len;

	add(&p, ADDITIONAL, "bc", 16, 70, "\1x", 2);
	assert_true(dns_walk_init(&walk, p.bytes, p.len));
	assert_int_equal(walk.header.id, 1);
	assert_int_equal(walk.header.flags, QR);
	assert_int_equal(dns_walk_next(&walk, &record), DNS_WALK_RECORD);
	assert_int_equal(record.section, DNS_SECTION_ANSWER);
	assert_int_equal(record.type, 1);
	assert_int_equal(record.class, 1);
	assert_int_equal(record.ttl, 60);
	assert_int_equal(record.owner, first);
	assert_int_equal(record.rdata, first + 3 + 10);
	assert_int_equal(record.end, second);
	assert_int_equal(dns_walk_next(&walk, &record), DNS_WALK_RECORD);
	assert_int_equal(record.section, DNS_SECTION_ADDITIONAL);
	assert_int_equal(record.type, 16);
	assert_int_equal(record.ttl, 70);
	assert_int_equal(record.owner, second);
	assert_int_equal(record.end, p.len);
	assert_int_equal(dns_walk_next(&walk, &record), DNS_WALK_END);
	assert_int_equal(dns_walk_next(&walk, &record), DNS_WALK_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_plain_replies),
		cmocka_unit_test(wants_a_whole_header_and_question),
		cmocka_unit_test(wants_every_record_whole),
		cmocka_unit_test(refuses_trailing_bytes),
		cmocka_unit_test(refuses_fewer_records_than_counted),
		cmocka_unit_test(wants_exact_rdata),
		cmocka_unit_test(refuses_lies_about_rdlength),
		cmocka_unit_test(wants_pointers_backward),
		cmocka_unit_test(refuses_labels_that_lead_to_themselves),
		cmocka_unit_test(bounds_pointers),
		cmocka_unit_test(bounds_names),
		cmocka_unit_test(takes_one_opt_at_the_root),
		cmocka_unit_test(refuses_tsig),
		cmocka_unit_test(bounds_records),
		cmocka_unit_test(tells_where_records_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
