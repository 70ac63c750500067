/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_PATH_H
#define DW_POLICY_PATH_H

#include "base/str.h"
#include "base/util.h"

#include <stddef.h>

/*
 * The path that a server serves for a request target (RFC 9112 3.2). Servers read some targets
 * differently, so that one target can have several readings. Pure; nothing from the heap.
 */

/* A longer path has no reading, unless it holds nothing that is to be decoded or resolved. */
#define POLICY_PATH_MAX 4096
/* At most so many ways at once, each of which doubles the readings. */
#define POLICY_PATH_WAYS_MAX 5
/* The readings of one target, together: a hostile one costs each term so much work. */
#define POLICY_PATH_WORK_MAX (8 * 1024)

/* Where servers differ. A reading has no way where it is nginx's; each way changes it. */
enum policy_path_way {
	POLICY_PATH_FRAGMENT = 1 << 0,  /* # and what follows is kept, not cut off */
	POLICY_PATH_SLASH = 1 << 1,     /* %2f stays as it is; else it is a slash */
	POLICY_PATH_PARAMETER = 1 << 2, /* ; and what follows in its segment is cut off */
	POLICY_PATH_BACKSLASH = 1 << 3, /* \ is a slash */
	POLICY_PATH_TWICE = 1 << 4,     /* what is decoded is decoded, and cut at ? and #, again */
	POLICY_PATH_EMPTY = 1 << 5,     /* // stays; else slashes are merged */
	POLICY_PATH_DOTS = 1 << 6,      /* . and .. stay; else they are resolved */
	POLICY_PATH_AUTHORITY = 1 << 7, /* //name at the beginning is a host (RFC 3986 4.2) */
};
#define POLICY_PATH_WAYS 8

/* Why a target has no reading: servers refuse it, or do what nobody can foresee. */
enum policy_path_flaw {
	POLICY_PATH_GOOD,
	POLICY_PATH_NO_PATH,  /* neither a path nor an absolute URL */
	POLICY_PATH_CONTROL,  /* a control byte, escaped or not */
	POLICY_PATH_BLANK,    /* an unescaped space */
	POLICY_PATH_ESCAPE,   /* % without two hexadecimal digits */
	POLICY_PATH_OVERLONG, /* UTF-8 that takes more bytes than it needs (RFC 3629 3) */
	POLICY_PATH_DEEP,     /* escaped more than twice */
	POLICY_PATH_LONG,     /* over POLICY_PATH_MAX or POLICY_PATH_WORK_MAX */
	POLICY_PATH_MANY,     /* over POLICY_PATH_WAYS_MAX */
};

struct policy_path {
	struct str text; /* of the target: from the path's / up to the ?; borrowed */
	size_t fragment; /* where the # stands in it; its length: there is none */
	unsigned ways;   /* set of enum policy_path_way in which servers differ about it */
	bool plain;      /* the text is its own and only reading */
	struct str host; /* of an absolute URL, with userinfo and port; else absent */
};

NODISCARD enum policy_path_flaw policy_path_scan(struct str target, struct policy_path *out);

/*
 * One reading; `ways` is a subset of path->ways. Views the target or `room`. Begins with a slash.
 */
struct str policy_path_read(
	const struct policy_path *path, unsigned ways, char room[POLICY_PATH_MAX]);

/*
 * Whether all servers can come to serve this path, and no target for it has another reading: it
 * begins with a slash, and holds nothing that is decoded, cut or resolved.
 */
bool policy_path_is_served(struct str path);

/* "%2f", "//": what servers differ about. */
const char *policy_path_way_text(enum policy_path_way way);
/* "it holds a control byte". */
const char *policy_path_flaw_text(enum policy_path_flaw flaw);

#endif
