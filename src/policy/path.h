/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_PATH_H
#define DW_POLICY_PATH_H

#include "base/str.h"
#include "base/util.h"

#include <stddef.h>

/*
 * The path that a server serves for a request target (RFC 9112 3.2). Servers read some targets
 * differently, so one target can have several readings. Pure; no memory from the heap.
 */

/* A longer path has no reading, unless nothing in it must be decoded or resolved. */
#define POLICY_PATH_MAX 4096
/* The most ways of one target; each doubles the number of readings. */
#define POLICY_PATH_WAYS_MAX 5
/*
 * The bytes of all readings of one target: a hostile target costs each term up to that much work.
 */
#define POLICY_PATH_WORK_MAX (8 * 1024)

/* The ways in which servers differ. Without any of them a reading is nginx's. */
enum policy_path_way {
	POLICY_PATH_FRAGMENT = 1 << 0,  /* # and what follows is kept, not cut off */
	POLICY_PATH_SLASH = 1 << 1,     /* %2f stays as it is; else it is a slash */
	POLICY_PATH_PARAMETER = 1 << 2, /* ; and what follows in its segment is cut off */
	POLICY_PATH_BACKSLASH = 1 << 3, /* \ is a slash */
	/* the decoded text is decoded, and cut at ? and #, a second time */
	POLICY_PATH_TWICE = 1 << 4,
	POLICY_PATH_EMPTY = 1 << 5,     /* // stays; else slashes are merged */
	POLICY_PATH_DOTS = 1 << 6,      /* . and .. stay; else they are resolved */
	POLICY_PATH_AUTHORITY = 1 << 7, /* //name at the beginning is a host (RFC 3986 4.2) */
};
#define POLICY_PATH_WAYS 8

/* Why a target has no reading: servers reject it, or what they do cannot be predicted. */
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
	struct str text; /* the part of the target from the path's / up to the ?; borrowed */
	size_t fragment; /* the position of the #; the length without a # */
	unsigned ways;   /* set of enum policy_path_way in which servers differ about it */
	bool plain;      /* the text is its only reading */
	struct str host; /* of an absolute URL, with userinfo and port; else absent */
};

NODISCARD enum policy_path_flaw policy_path_scan(struct str target, struct policy_path *out);

/*
 * One reading; `ways` is a subset of path->ways. A view of the target or of `room`. Begins with a
 * slash.
 */
struct str policy_path_read(
	const struct policy_path *path, unsigned ways, char room[POLICY_PATH_MAX]);

/*
 * Whether all servers can serve this path, and a target for it has no other reading: the path
 * begins with a slash, and has nothing that is decoded, cut or resolved.
 */
bool policy_path_is_served(struct str path);

/* "%2f", "//": the text about which servers differ. */
const char *policy_path_way_text(enum policy_path_way way);
/* "it holds a control byte". */
const char *policy_path_flaw_text(enum policy_path_flaw flaw);

#endif
