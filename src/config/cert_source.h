/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_CERT_SOURCE_H
#define DW_CONFIG_CERT_SOURCE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"
#include "cert/profile.h"

#include <stdbool.h>

/* `param NAME CODEC` or `header NAME CODEC`; without a codec for verify_source. */

/*
 * Empty text means that no source is chosen. False with *why, a static string, or NULL if the form
 * is wrong.
 */
NODISCARD bool config_cert_source_read(struct str text, bool with_codec, struct arena *arena,
	struct cert_choice *out, const char **why);
/* Writes the form that config_cert_source_read reads. */
void config_cert_source_write(const struct cert_choice *choice, bool with_codec, struct bytes *out);

#endif
