/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_LIMITS_H
#define DW_FCGI_LIMITS_H

#include <stdint.h>

/* What a server of FastCGI takes, and tells its peers by FCGI_GET_VALUES. */
struct fcgi_limits {
	uint32_t max_connections; /* what FCGI_GET_VALUES is told */
	uint32_t max_params;
	uint32_t max_requests_per_connection;
	/* what FCGI_GET_VALUES is told: a response of another generation may not be right any more
	 */
	uint64_t generation;
};

#endif
