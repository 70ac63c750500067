/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define FLOOD 100000
#define READ 1000

/* A reader that goes from slot to slot can hold each one that the writer tries. */
static struct recent_record *begin(struct recent_ring *ring)
{
	struct recent_record *record;

	do {
		record = recent_ring_begin(ring);
	} while (record == NULL);
	return record;
}

/* A record whose every part follows from one number. */
static void put(struct recent_ring *ring, uint64_t value)
{
	char text[RECENT_FIELDS_MAX];
	struct recent_record *record = begin(ring);
	struct recent_fields *fields;

	memset(text, (int)(value & 0xff), sizeof(text));
	fields = recent_fields_new(
		(struct str){text, value % RECENT_FIELDS_MAX}, (unsigned)(value & 7));
	assert_non_null(fields);
	assert_null(record->fields);
	record->fields = fields;
	record->at_us = value;
	for (size_t i = 0; i < AUTHZ_DECISION_CLAIMS; i++) {
		record->claim_lens[i] = RECENT_CLAIM_ABSENT;
	}
	record->claim_lens[value % AUTHZ_DECISION_CLAIMS] = (uint16_t)(value % RECENT_CLAIMS_MAX);
	memset(record->claims, (int)(value & 0xff), value % RECENT_CLAIMS_MAX);
	recent_ring_commit(ring);
}

static void assert_whole(const struct recent_copy *copy)
{
	uint64_t value = copy->record.at_us;

	assert_null(copy->record.fields);
	assert_int_equal(copy->fields_cut, value & 7);
	assert_int_equal(copy->fields_len, value % RECENT_FIELDS_MAX);
	for (size_t i = 0; i < copy->fields_len; i++) {
		assert_int_equal((uint8_t)copy->fields[i], value & 0xff);
	}
	for (size_t i = 0; i < value % RECENT_CLAIMS_MAX; i++) {
		assert_int_equal((uint8_t)copy->record.claims[i], value & 0xff);
	}
}

/* Several records share fields, which live as long as one of them does. */
static void fields_are_shared(void **state)
{
	struct recent_ring *ring = recent_ring_new(3);
	struct recent_fields *fields = recent_fields_new(str_view("these"), 5);
	struct recent_copy copy;

	assert_non_null(ring);
	assert_non_null(fields);
	for (uint64_t i = 0; i < 5; i++) {
		struct recent_record *record = recent_ring_begin(ring);

		record->fields = recent_fields_ref(fields);
		for (size_t claim = 0; claim < AUTHZ_DECISION_CLAIMS; claim++) {
			record->claim_lens[claim] = RECENT_CLAIM_ABSENT;
		}
		recent_ring_commit(ring);
		assert_int_equal(fields->refs, 1 + (i < 3 ? i + 1 : 3));
	}
	recent_fields_unref(fields);
	put(ring, 17);
	put(ring, 18);
	assert_true(recent_ring_read(ring, 4, &copy));
	assert_int_equal(copy.fields_cut, 5);
	assert_true(str_eq_text((struct str){copy.fields, copy.fields_len}, "these"));
	put(ring, 19); /* frees them, as the sanitizer checks */
	assert_false(recent_ring_read(ring, 4, &copy));
	recent_ring_free(ring);
}

static void it_keeps_the_last_ones(void **state)
{
	static const size_t counts[] = {1, 2, 3, 7};
	struct recent_copy copy;

	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		size_t count = counts[c];
		struct recent_ring *ring = recent_ring_new(count);

		assert_non_null(ring);
		assert_int_equal(recent_ring_count(ring), count);
		assert_int_equal(recent_ring_end(ring), 0);
		assert_false(recent_ring_read(ring, 0, &copy));
		for (uint64_t i = 0; i < 20; i++) {
			put(ring, i);
			assert_int_equal(recent_ring_end(ring), i + 1);
			for (uint64_t old = 0; old <= i + 1; old++) {
				bool kept = old <= i && old + count > i;

				assert_int_equal(recent_ring_read(ring, old, &copy), kept);
				if (kept) {
					assert_int_equal(copy.record.at_us, old);
					assert_whole(&copy);
				}
			}
		}
		recent_ring_free(ring);
	}
}

/* A record that is being written is not read, and the one before it still is. */
static void an_open_record_is_not_read(void **state)
{
	struct recent_ring *ring = recent_ring_new(2);
	struct recent_copy copy;

	put(ring, 0);
	put(ring, 1);
	assert_non_null(recent_ring_begin(ring));
	assert_false(recent_ring_read(ring, 0, &copy));
	assert_false(recent_ring_read(ring, 2, &copy));
	assert_true(recent_ring_read(ring, 1, &copy));
	recent_ring_commit(ring);
	assert_true(recent_ring_read(ring, 2, &copy));
	recent_ring_free(ring);
}

struct flood {
	struct recent_ring *ring;
	_Atomic uint64_t written;
	_Atomic bool enough; /* the reader has read while they were written */
	_Atomic bool over;
};

static void *write_all(void *ctx)
{
	struct flood *flood = ctx;

	for (uint64_t i = 0; i < FLOOD || !atomic_load(&flood->enough); i++) {
		put(flood->ring, i);
		atomic_store(&flood->written, i + 1);
	}
	atomic_store(&flood->over, true);
	return NULL;
}

/* What the reader gets is whole, and in order, however fast the writer is. */
static void two_threads(void **state)
{
	static struct recent_copy copy;
	struct flood flood = {.ring = recent_ring_new(3)};
	pthread_t writer;
	uint64_t read = 0;

	assert_int_equal(pthread_create(&writer, NULL, write_all, &flood), 0);
	while (!atomic_load(&flood.over)) {
		uint64_t end = recent_ring_end(flood.ring);

		for (uint64_t number = end; number > 0 && number + 3 > end; number--) {
			if (recent_ring_read(flood.ring, number - 1, &copy)) {
				assert_whole(&copy);
				assert_true(copy.record.at_us < number);
				read++;
			}
		}
		if (read > READ) {
			atomic_store(&flood.enough, true);
		}
	}
	pthread_join(writer, NULL);
	/* No record was lost but for slots that the reader held. */
	uint64_t end = recent_ring_end(flood.ring);

	assert_true(end >= flood.written);
	assert_true(recent_ring_read(flood.ring, end - 1, &copy));
	assert_int_equal(copy.record.at_us, flood.written - 1);
	recent_ring_free(flood.ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_keeps_the_last_ones),
		cmocka_unit_test(an_open_record_is_not_read),
		cmocka_unit_test(fields_are_shared),
		cmocka_unit_test(two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
