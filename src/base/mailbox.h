/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_MAILBOX_H
#define DW_BASE_MAILBOX_H

#include "base/str.h"

#include <stdbool.h>

/*
 * Whether the text is a Mailbox (RFC 5321 4.1.2), as an rfc822Name has it (RFC 5280 4.2.1.6): a
 * Dot-string or Quoted-string of at most 64 bytes, `@`, and a Domain of at most 255, whose labels
 * may have `_`, or an address in brackets. ASCII; no comment, no name around it.
 */
bool mailbox_is_valid(struct str text);
/*
 * Whether the text is a Mailbox with a local part beyond ASCII (RFC 6531 3.3), as a SmtpUTF8Mailbox
 * has it (RFC 9598 3): UTF-8 without control characters; the domain is ASCII.
 */
bool mailbox_is_valid_utf8(struct str text);

#endif
