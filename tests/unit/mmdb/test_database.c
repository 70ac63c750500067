/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Databases of AS numbers and countries: what they say of an address, and which are refused. */

#include "unit/mmdb/kit.h"

#include "base/util.h"

static struct mmdb_database *take(struct bytes file, enum mmdb_about about)
{
	struct diag diag;

	diag_init(&diag);
	struct mmdb_database *db = mmdb_database_take(&file, about, "t.mmdb", &diag);

	if (db == NULL) {
		print_error("%.*s", (int)diag.text.len, (const char *)diag.text.data);
	}
	assert_non_null(db);
	assert_int_equal(diag.errors, 0);
	diag_clear(&diag);
	return db;
}

/* `asn` 0: the database does not say it. */
static void says_asn(const struct mmdb_database *db, const char *text, uint32_t asn)
{
	struct addr addr = address(text);
	uint32_t got = 0;

	assert_int_equal(mmdb_database_asn(db, &addr, &got), asn != 0);
	assert_int_equal(got, asn);
}

static void says_country(const struct mmdb_database *db, const char *text, const char *country)
{
	struct addr addr = address(text);
	char got[3] = "";

	assert_int_equal(mmdb_database_country(db, &addr, got), country[0] != '\0');
	assert_string_equal(got, country);
}

static void refuses(struct bytes file, enum mmdb_about about, const char *why)
{
	struct diag diag;
	char expected[256];

	diag_init(&diag);
	assert_null(mmdb_database_take(&file, about, "t.mmdb", &diag));
	snprintf(expected, sizeof(expected), "t.mmdb: error: cannot be used: %s", why);
	bytes_append_u8(&diag.text, 0);
	if (strncmp((const char *)diag.text.data, expected, strlen(expected)) != 0) {
		print_error("%s\n%s", expected, (const char *)diag.text.data);
	}
	assert_memory_equal(diag.text.data, expected, strlen(expected));
	assert_int_equal(diag.errors, 1);
	diag_clear(&diag);
}

static void networks_have_numbers(void **state)
{
	static const unsigned sizes[] = {24, 28, 32};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct writer w;

		writer_init(&w, 6, sizes[i]);
		insert(&w, "192.0.2.0/24", entry_asn(&w, 64496));
		insert(&w, "192.0.2.128/25", entry_asn(&w, 64497));
		insert(&w, "198.51.100.7", entry_asn(&w, 4200000000));
		insert(&w, "2001:db8::/32", entry_asn(&w, 64498));
		insert(&w, "2001:db8::1", entry_asn(&w, 64499));
		struct mmdb_database *db = take(written(&w), MMDB_ASN);

		says_asn(db, "192.0.2.1", 64496);
		says_asn(db, "192.0.2.127", 64496);
		says_asn(db, "192.0.2.128", 64497);
		says_asn(db, "::ffff:192.0.2.200", 64497);
		says_asn(db, "192.0.3.0", 0);
		says_asn(db, "192.0.1.255", 0);
		says_asn(db, "198.51.100.7", 4200000000);
		says_asn(db, "198.51.100.6", 0);
		says_asn(db, "10.0.0.1", 0);
		says_asn(db, "2001:db8::1", 64499);
		says_asn(db, "2001:db8::2", 64498);
		says_asn(db, "2001:db9::", 0);
		says_asn(db, "::1", 0);
		says_country(db, "192.0.2.1", "");
		const struct mmdb_description *about = mmdb_database_describe(db);

		assert_true(str_eq_text(about->type, "Example-DB"));
		assert_int_equal(about->built_s, 1790000000);
		assert_true(about->networks >= 5 && about->with_answer == about->networks);
		mmdb_database_free(db);
	}
}

static void networks_have_countries(void **state)
{
	struct writer w;

	writer_init(&w, 6, 28);
	insert(&w, "192.0.2.0/24", entry_country(&w, "DE"));
	insert(&w, "2001:db8::/32", entry_country(&w, "at"));
	struct mmdb_database *db = take(written(&w), MMDB_COUNTRY);

	says_country(db, "192.0.2.1", "DE");
	says_country(db, "2001:db8::1", "AT");
	says_country(db, "198.51.100.1", "");
	says_asn(db, "192.0.2.1", 0);
	mmdb_database_free(db);
}

/* As IPinfo Lite and others write them. */
static void flat_entries_are_read(void **state)
{
	static const char *const bad[] = {"64496", "AS", "ASx", "AS4294967296", ""};

	for (unsigned about = 0; about < 2; about++) {
		struct writer w;

		writer_init(&w, 6, 24);
		put_control(&w.data, MMDB_MAP, 3);
		put_string(&w.data, "country");
		put_string(&w.data, "Germany");
		put_string(&w.data, "country_code");
		put_string(&w.data, "DE");
		put_string(&w.data, "asn");
		put_string(&w.data, "AS64496");
		insert(&w, "192.0.2.0/24", 0);
		put_metadata(&w, "country and AS");
		struct mmdb_database *db = take(written(&w), about == 0 ? MMDB_ASN : MMDB_COUNTRY);

		says_asn(db, "192.0.2.1", about == 0 ? 64496 : 0);
		says_country(db, "192.0.2.1", about == 0 ? "" : "DE");
		assert_true(str_eq_text(mmdb_database_describe(db)->type, "country and AS"));
		mmdb_database_free(db);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct writer w;

		writer_init(&w, 6, 24);
		put_control(&w.data, MMDB_MAP, 1);
		put_string(&w.data, "asn");
		put_string(&w.data, bad[i]);
		insert(&w, "192.0.2.0/24", 0);
		refuses(written(&w), MMDB_ASN, "an entry is damaged, or has another form");
	}
}

static void a_tree_of_ipv4_knows_no_ipv6(void **state)
{
	struct writer w;

	writer_init(&w, 4, 24);
	insert(&w, "0.0.0.0/1", entry_asn(&w, 64496));
	struct mmdb_database *db = take(written(&w), MMDB_ASN);

	says_asn(db, "10.0.0.1", 64496);
	says_asn(db, "192.0.2.1", 0);
	says_asn(db, "::1", 0);
	says_asn(db, "2001:db8::1", 0);
	mmdb_database_free(db);
}

/* As a /8 of IPv6 covers all of IPv4, where its tree ends early. */
static void a_short_prefix_covers_ipv4(void **state)
{
	struct writer w;

	writer_init(&w, 6, 24);
	insert(&w, "::/8", entry_asn(&w, 64496));
	struct mmdb_database *db = take(written(&w), MMDB_ASN);

	says_asn(db, "192.0.2.1", 64496);
	says_asn(db, "::1", 64496);
	says_asn(db, "2001:db8::1", 0);
	mmdb_database_free(db);
}

static void entries_may_lack_the_answer(void **state)
{
	struct writer w;

	writer_init(&w, 6, 24);
	insert(&w, "192.0.2.0/24", entry_asn(&w, 64496));
	uint32_t other = (uint32_t)w.data.len;

	put_control(&w.data, MMDB_MAP, 1);
	put_string(&w.data, "name");
	put_string(&w.data, "x");
	insert(&w, "198.51.100.0/24", other);
	uint32_t none = (uint32_t)w.data.len;

	put_control(&w.data, MMDB_MAP, 0);
	insert(&w, "203.0.113.0/24", none);
	struct mmdb_database *db = take(written(&w), MMDB_ASN);

	says_asn(db, "192.0.2.1", 64496);
	says_asn(db, "198.51.100.1", 0);
	says_asn(db, "203.0.113.1", 0);
	assert_int_equal(mmdb_database_describe(db)->networks, 3);
	assert_int_equal(mmdb_database_describe(db)->with_answer, 1);
	mmdb_database_free(db);
}

/* Keys and values may be pointers to where they stand already. */
static void pointers_are_followed_once(void **state)
{
	static const uint8_t to_key[] = {0x20, 0};     /* offset 0 */
	static const uint8_t to_number[] = {0x20, 25}; /* behind the key */
	struct writer w;

	writer_init(&w, 6, 24);
	put_string(&w.data, "autonomous_system_number");
	assert_int_equal(w.data.len, 25);
	put_number(&w.data, MMDB_UINT32, 64496);
	uint32_t map = (uint32_t)w.data.len;

	put_control(&w.data, MMDB_MAP, 1);
	bytes_append(&w.data, to_key, sizeof(to_key));
	bytes_append(&w.data, to_number, sizeof(to_number));
	insert(&w, "192.0.2.0/24", map);
	struct mmdb_database *db = take(written(&w), MMDB_ASN);

	says_asn(db, "192.0.2.1", 64496);
	mmdb_database_free(db);
	/* A pointer to a pointer, and one to itself. */
	for (uint8_t self = 0; self < 2; self++) {
		uint8_t pointer[] = {0x20, (uint8_t)(self == 1 ? 2 : 0), 0x20, 2};

		writer_init(&w, 6, 24);
		bytes_append(&w.data, pointer, sizeof(pointer));
		insert(&w, "192.0.2.0/24", self == 1 ? 0 : 2);
		refuses(written(&w), MMDB_ASN, "an entry is damaged, or has another form");
	}
}

static void bad_entries_are_refused(void **state)
{
	static const struct {
		const char *what;
		size_t len;
		const char *bytes;
	} bad[] = {
		{"a number that is a string", 31,
			"\xe1\x58"
			"autonomous_system_number"
			"\x44"
			"1234"},
		{"a number of 64 bits", 36,
			"\xe1\x58"
			"autonomous_system_number"
			"\x08\x02"
			"\xff\xff\xff\xff\xff\xff\xff\xff"},
		{"a number of 3 bytes as one of 16 bits", 30,
			"\xe1\x58"
			"autonomous_system_number"
			"\xa3\1\2\3"},
		{"a map that is cut", 1, "\xe1"},
		{"a string", 2, "\x41x"},
		{"a key that is a number", 4, "\xe1\xa1\1\xa1"},
		{"a type that there is not", 2, "\0\x09"},
		{"a map of millions", 4, "\xff\xff\xff\xff"},
		{"a pointer out of the file", 3, "\x2f\xff\xff"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct writer w;

		writer_init(&w, 6, 24);
		bytes_append(&w.data, bad[i].bytes, bad[i].len);
		insert(&w, "192.0.2.0/24", 0);
		print_message("%s\n", bad[i].what);
		refuses(written(&w), MMDB_ASN, "an entry is damaged, or has another form");
	}
	static const char *const codes[] = {"", "D", "DEU", "D1", "\xc3\x9f"};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct writer w;

		writer_init(&w, 6, 24);
		insert(&w, "192.0.2.0/24", entry_country(&w, codes[i]));
		refuses(written(&w), MMDB_COUNTRY, "an entry is damaged, or has another form");
	}
}

/* Nested as deep, and as wide, as a file can be: neither the stack nor the time gives out. */
static void an_entry_costs_so_much_at_most(void **state)
{
	struct writer w;

	for (int wide = 0; wide < 2; wide++) {
		writer_init(&w, 6, 24);
		put_control(&w.data, MMDB_MAP, 2);
		put_string(&w.data, "a");
		for (int i = 0; i < 1000000; i++) {
			if (wide == 0) {
				bytes_append_text(&w.data, "\1\4"); /* an array of one */
			} else {
				bytes_append_text(&w.data, "\xe1"); /* a map of one */
			}
		}
		insert(&w, "192.0.2.0/24", 0);
		refuses(written(&w), MMDB_ASN, "an entry is damaged, or has another form");
	}
}

/* Each of 1000 maps contains the next one: each entry is good, and all together cost its square. */
static void all_entries_cost_so_much_at_most(void **state)
{
	static const unsigned depths[] = {10, 1000};
	struct writer w;

	for (size_t k = 0; k < ARRAY_LEN(depths); k++) {
		writer_init(&w, 6, 24);
		insert(&w, "198.51.100.1", entry_asn(&w, 64496));
		size_t first = w.data.len;

		for (unsigned i = 0; i < depths[k]; i++) {
			bytes_append_text(&w.data, "\xe1\x40"); /* a map of one, its empty key */
		}
		bytes_append_text(&w.data, "\x40");
		for (unsigned i = 0; i < depths[k]; i++) {
			char text[32];

			snprintf(text, sizeof(text), "192.0.%u.%u", i / 256, i % 256);
			insert(&w, text, first + 2 * i);
		}
		if (depths[k] < 100) {
			mmdb_database_free(take(written(&w), MMDB_ASN));
		} else {
			refuses(written(&w), MMDB_ASN, "an entry is damaged, or has another form");
		}
	}
}

static void another_database_is_refused(void **state)
{
	struct writer w;

	writer_init(&w, 6, 24);
	insert(&w, "192.0.2.0/24", entry_country(&w, "DE"));
	refuses(written(&w), MMDB_ASN,
		"no entry has an autonomous_system_number or asn: expected a database of AS "
		"numbers");
	writer_init(&w, 6, 24);
	insert(&w, "192.0.2.0/24", entry_asn(&w, 64496));
	refuses(written(&w), MMDB_COUNTRY,
		"no entry has a country with an iso_code, or a country_code: expected a database "
		"of countries");
	writer_init(&w, 6, 24);
	refuses(written(&w), MMDB_ASN, "no entry has an autonomous_system_number");
}

static void other_files_are_refused(void **state)
{
	static const char *const texts[] = {
		"", "x", "\xab\xcd\xefMaxMind.com", "\xab\xcd\xefMaxMind.com\xe1\x41x\x41x"};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct bytes file;

		bytes_init(&file, 0);
		bytes_append_text(&file, texts[i]);
		refuses(file, MMDB_ASN,
			i < 2 ? "it is not a MaxMind database (.mmdb), or it is cut"
			      : "its description of itself is damaged");
	}
}

static struct bytes small_database(void)
{
	struct writer w;

	writer_init(&w, 4, 24);
	insert(&w, "192.0.0.0/3", entry_asn(&w, 64496));
	insert(&w, "10.0.0.0/7", entry_asn(&w, 64497));
	return written(&w);
}

static void cut_anywhere_it_is_refused(void **state)
{
	struct bytes whole = small_database();

	for (size_t len = 0; len < whole.len; len++) {
		struct bytes file;
		struct diag diag;

		diag_init(&diag);
		bytes_init(&file, 0);
		bytes_append(&file, whole.data, len);
		assert_null(mmdb_database_take(&file, MMDB_ASN, "t.mmdb", &diag));
		assert_int_equal(diag.errors, 1);
		diag_clear(&diag);
	}
	bytes_clear(&whole);
}

/* One byte is another: the file is refused, or says something, and reads nothing outside of it. */
static void any_byte_may_be_another(void **state)
{
	static const uint8_t others[] = {0, 0xff, 0x20, 0x80, 1};
	struct bytes whole = small_database();
	struct addr v4 = address("192.0.2.1");
	struct addr v6 = address("2001:db8::1");
	size_t accepted = 0;

	for (size_t i = 0; i < whole.len * ARRAY_LEN(others); i++) {
		struct bytes file;
		struct diag diag;
		uint32_t asn = 0;

		diag_init(&diag);
		bytes_init(&file, 0);
		bytes_append(&file, whole.data, whole.len);
		file.data[i / ARRAY_LEN(others)] ^= others[i % ARRAY_LEN(others)];
		struct mmdb_database *db = mmdb_database_take(&file, MMDB_ASN, "t.mmdb", &diag);

		assert_int_equal(diag.errors, db == NULL);
		if (db != NULL) {
			accepted++;
			assert_false(mmdb_database_asn(db, &v6, &asn) && asn == 0);
			(void)!mmdb_database_asn(db, &v4, &asn);
			mmdb_database_free(db);
		}
		diag_clear(&diag);
	}
	assert_true(accepted > 0 && accepted < whole.len * ARRAY_LEN(others));
	bytes_clear(&whole);
}

/* A tree whose nodes lead to each other is left after as many steps as an address has bits. */
static void a_tree_that_loops_ends(void **state)
{
	struct writer w;

	writer_init(&w, 6, 24);
	insert(&w, "2001:db8::/32", entry_asn(&w, 64496));
	w.nodes[0][0] = 1;
	w.nodes[1][0] = 1;
	struct mmdb_database *db = take(written(&w), MMDB_ASN);

	says_asn(db, "192.0.2.1", 0);
	says_asn(db, "::1", 0);
	mmdb_database_free(db);
}

/* As of a file with blocks that were never written. */
static void a_tree_with_zeros_is_refused(void **state)
{
	struct writer w;

	writer_init(&w, 6, 32);
	insert(&w, "2001:db8::/32", entry_asn(&w, 64496));
	w.nodes[5][0] = 0;
	refuses(written(&w), MMDB_ASN, "its tree is damaged");
}

static void only_regular_files(void **state)
{
	static const struct place from = {"doorward.conf", 3, 17};
	static const char *const paths[] = {"/tmp", "/dev/zero", "/nonexistent/x.mmdb", ""};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct diag diag;

		diag_init(&diag);
		assert_null(mmdb_database_read(paths[i], MMDB_ASN, &from, &diag));
		assert_int_equal(diag.errors, 1);
		assert_memory_equal(diag.text.data, "doorward.conf:3:17: error: ", 27);
		diag_clear(&diag);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_have_numbers),
		cmocka_unit_test(networks_have_countries),
		cmocka_unit_test(flat_entries_are_read),
		cmocka_unit_test(a_tree_of_ipv4_knows_no_ipv6),
		cmocka_unit_test(a_short_prefix_covers_ipv4),
		cmocka_unit_test(entries_may_lack_the_answer),
		cmocka_unit_test(pointers_are_followed_once),
		cmocka_unit_test(bad_entries_are_refused),
		cmocka_unit_test(an_entry_costs_so_much_at_most),
		cmocka_unit_test(all_entries_cost_so_much_at_most),
		cmocka_unit_test(another_database_is_refused),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(cut_anywhere_it_is_refused),
		cmocka_unit_test(any_byte_may_be_another),
		cmocka_unit_test(a_tree_that_loops_ends),
		cmocka_unit_test(a_tree_with_zeros_is_refused),
		cmocka_unit_test(only_regular_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
