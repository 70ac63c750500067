/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_RESOLVER_H
#define DW_DOCTOR_RESOLVER_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/util.h"

#include <stdint.h>

/*
 * Sends one query over UDP, for the name of 127.0.0.1, which a resolver knows by itself (RFC 6303).
 * True with the time until a good answer; else a sentence in *why.
 */
NODISCARD bool doctor_ask_resolver(
	const struct endpoint *server, uint64_t *took_ms, struct bytes *why);

#endif
