/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BAN_BAN_H
#define DW_BAN_BAN_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A ban: clients with these addresses, or with this name, are denied until it ends. As a line of
 * text it is
 *
 *   ban WHAT UNTIL KEPT MADE BY WHY
 *
 * with one blank between the parts. WHAT is an address, a prefix, or host:NAME; UNTIL is Unix time
 * in milliseconds, or `never`; KEPT, in the same unit, is when the line may be forgotten; MADE is
 * when it was made; BY is a word; WHY is the rest of the line, and may be missing. `unban` in place
 * of `ban` says that a ban was lifted; its UNTIL is its KEPT.
 *
 * A line is kept for as long as any older ban about the same WHAT would have lasted, so that a copy
 * of that ban, which comes from another machine later, is known to be old.
 */

enum ban_kind { BAN_PREFIX, BAN_HOST };

#define BAN_NEVER INT64_MAX
#define BAN_BY_MAX 64
#define BAN_WHY_MAX 256
#define BAN_LINE_MAX 768
/* The last time that can be written: 9999-12-31T23:59:59Z. */
#define BAN_TIME_MAX INT64_C(253402300799000)

struct ban {
	enum ban_kind kind;
	struct prefix prefix; /* of BAN_PREFIX */
	struct str host;      /* of BAN_HOST: a name, or .name for it and all names below it */
	bool lifted;
	int64_t until_ms; /* Unix time; BAN_NEVER: it has no end */
	int64_t kept_ms;  /* not before until_ms */
	int64_t made_ms;
	struct str by;  /* a word, such as the name of a user */
	struct str why; /* visible UTF-8 */
};

/*
 * Reads WHAT as people write it: an address, a prefix, or a host name if `host`. The arena keeps
 * the name. False after a diag_error.
 */
NODISCARD bool ban_read_what(
	struct str text, bool host, struct arena *arena, struct diag *diag, struct ban *out);
/* WHAT for people: "192.0.2.0/24", "host .example.net". */
void ban_write_what(const struct ban *ban, struct bytes *out);
/* An object: `ip` or `host`, `until` (null: no end), `made`, `by` and `why`. */
void ban_write_json(const struct ban *ban, struct bytes *out);

/* Reads a line without its end; the arena keeps the texts. NULL, or what was expected. */
const char *ban_read(struct str line, struct arena *arena, struct ban *out);
/* Appends the line without its end. */
void ban_write(const struct ban *ban, struct bytes *out);

/* Whether clients are denied. */
static inline bool ban_is_in_force(const struct ban *ban, int64_t now_ms)
{
	return !ban->lifted && now_ms < ban->until_ms;
}

/* By WHAT; 0: both are about the same. */
int ban_order(const struct ban *a, const struct ban *b);
/*
 * Of two about the same WHAT, the one that counts is the later one; of two that were made in the
 * same millisecond, each machine chooses the same one, and rather a ban than its end. Above 0: `a`
 * counts.
 */
int ban_compare_age(const struct ban *a, const struct ban *b);

#endif
