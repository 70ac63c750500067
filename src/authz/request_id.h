/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_REQUEST_ID_H
#define DW_AUTHZ_REQUEST_ID_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The identifier of one response: 96 bits as 24 hexadecimal digits in lower case. It joins what a
 * client was shown with a line of the decision log. It is no secret, and gives no access to
 * anything; but no number of requests can be read from it.
 */
#define AUTHZ_REQUEST_ID_LEN 24

struct authz_request_id {
	char text[AUTHZ_REQUEST_ID_LEN]; /* without an end */
};

/*
 * Where one thread takes its identifiers from: 32 random bits, which stay, and a random permutation
 * of a counter of 64 bits. Of one source, no two are equal; those of two sources (workers,
 * processes, machines) are equal with the probability of two random numbers of 96 bits. Taking one
 * makes no system call.
 */
struct authz_request_ids {
	uint64_t count;
	uint64_t mask;
	uint64_t factor[2]; /* odd */
	struct authz_request_id last;
};

/* Draws from the kernel's random numbers. */
void authz_request_ids_init(struct authz_request_ids *ids);
/* A view that is valid until the next one is taken. */
const struct authz_request_id *authz_request_ids_next(struct authz_request_ids *ids);

/* Whether the text could be an identifier. */
bool authz_request_id_is_one(struct str text);

#endif
