/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Replies of a store: what is read does not depend on how the stream is cut. First byte: the size
 * of the pieces, less one.
 */

#include "fuzz/check.h"
#include "unit/store/kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes whole;
	struct bytes pieces;
	struct bytes single;

	if (size < 2) {
		return 0;
	}
	struct str input = str_from_bytes(data + 1, size - 1);

	bytes_init(&whole, 0);
	bytes_init(&pieces, 0);
	bytes_init(&single, 0);
	bool inside = kit_read(input, size, size, &whole);

	check(kit_read(input, (size_t)data[0] + 1, (size_t)data[0] + 1, &pieces) == inside);
	check(kit_read(input, 1, 1, &single) == inside);
	check(str_eq(bytes_view(&whole), bytes_view(&pieces)));
	check(str_eq(bytes_view(&whole), bytes_view(&single)));
	bytes_clear(&whole);
	bytes_clear(&pieces);
	bytes_clear(&single);
	return 0;
}
