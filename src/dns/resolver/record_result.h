/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_RECORD_RESULT_H
#define DW_DNS_RESOLVER_RECORD_RESULT_H

#include "dns/wire/message.h"
#include "dns/wire/status.h"

#include <stdbool.h>

struct dns_record_lookup_result {
	enum dns_status status;
	const struct dns_answer *answer; /* DNS_STATUS_DATA only; valid during the call */
	bool from_zone;                  /* every step came from the static zone */
};

#endif
