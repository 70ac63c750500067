/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_PROBE_H
#define DW_DOCTOR_PROBE_H

#include "base/bytes.h"
#include "net/listen_spec.h"

#include <stdint.h>

/*
 * Asks the process that listens at a Unix or TCP socket for /healthz, over FastCGI or HTTP. True
 * with the time until it answered, if it is a doorward that is alive; else a sentence in *why.
 */
NODISCARD bool doctor_probe(
	const struct net_listen_spec *listen, uint64_t *took_ms, struct bytes *why);

#endif
