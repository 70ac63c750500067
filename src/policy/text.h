/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_TEXT_H
#define DW_POLICY_TEXT_H

#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* The most bytes of a value in its canonical form. */
#define POLICY_TEXT_ROOM 1024

/*
 * A kind of text: how a rule writes a value of it, and which facts such a value covers. `order`
 * sorts values so that, without those that another value includes, only the last value that is not
 * after a fact can cover it.
 */
struct policy_text_kind {
	const char *expected; /* "a host name, or .name for all below it too" */
	/*
	 * Converts a value to its canonical form: *out views `written` or `room`. False after a
	 * diag_error.
	 */
	bool (*read)(struct str written, const struct place *place, struct diag *diag,
		char room[POLICY_TEXT_ROOM], struct str *out);
	/*
	 * The other texts that facts may have for the same value, by number from 1 on; false past
	 * the last. NULL: no other texts.
	 */
	bool (*variant)(
		struct str value, size_t number, char room[POLICY_TEXT_ROOM], struct str *out);
	int (*order)(struct str a, struct str b);
	bool (*covers)(struct str value, struct str fact);
	/* Whether `value` covers all facts that `other` covers; `other` is not before it. */
	bool (*includes)(struct str value, struct str other);
	/*
	 * A value is this many bytes in lower-case hexadecimal, and covers itself alone; 0: it is
	 * not a digest.
	 */
	size_t digest;
	bool no_regex; /* a regex is an error, as it would miss names that rules may write */
	bool several;  /* a term may have several values, separated by commas */
};

extern const struct policy_text_kind policy_text_exact;     /* any bytes */
extern const struct policy_text_kind policy_text_path;      /* policy_path_is_served */
extern const struct policy_text_kind policy_text_http_host; /* policy_http_host_read, no port */
extern const struct policy_text_kind policy_text_method;    /* exact (RFC 9110 9.1) */
/*
 * A mailbox (base/mailbox.h): the part after the last @ without case, the part before it exactly
 * (RFC 5280 7.5).
 */
extern const struct policy_text_kind policy_text_email;
/* A mailbox_is_valid_utf8 (RFC 9598), compared in the same way. */
extern const struct policy_text_kind policy_text_smtp_utf8;
/*
 * A User Principal Name, `name@suffix`, compared without the case of ASCII letters, as Active
 * Directory does: UTF-8, one @, no blanks, and none of the characters that other programs write
 * around it. The suffix consists of labels between dots, which need not be ASCII.
 */
extern const struct policy_text_kind policy_text_upn;

/* By bytes. */
int policy_text_order(struct str a, struct str b);

#define POLICY_QUOTE_MAX 72

/* The text in quotes for a message: printable ASCII; a text that is too long ends in "...". */
const char *policy_quote(struct str text, char out[POLICY_QUOTE_MAX]);

#endif
