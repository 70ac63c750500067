/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_EXPLAIN_REPLAY_LINE_H
#define DW_EXPLAIN_REPLAY_LINE_H

#include "base/bytes.h"

/*
 * For replay.c: converts a line of the decision log to the object that format = json writes. Reads
 * text and JSON, with or without what syslog or the journal puts before either. False if it is no
 * such line.
 */
NODISCARD bool replay_line_json(struct str line, struct bytes *out);

#endif
