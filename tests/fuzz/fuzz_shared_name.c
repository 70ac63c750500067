/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Results in the store, as they are once their seal is open: what is read can be a result, and is
 * written as it was read. First byte: the mode.
 */

#include "fuzz/check.h"
#include "shared/name_value.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_result(const struct shared_name_value *v, struct str value)
{
	const struct dns_fcrdns_result *result = dns_fcrdns_result_new(
		v->status, false, (struct str_list){v->names, v->count}, v->confirmed, 1);
	struct bytes again;

	check(result != NULL);
	bytes_init(&again, 0);
	check(shared_name_value_write(result, v->made_ms, &again));
	check(str_eq(bytes_view(&again), value));
	bytes_clear(&again);
	dns_fcrdns_result_unref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shared_name_value v;

	if (size < 1) {
		return 0;
	}
	struct str value = str_from_bytes(data + 1, size - 1);

	if (shared_name_value_read(
		    value, data[0] % 2 == 0 ? DNS_FCRDNS_SINGLE : DNS_FCRDNS_DOUBLE, &v)) {
		check_result(&v, value);
	}
	return 0;
}
