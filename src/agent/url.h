/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_URL_H
#define DW_AGENT_URL_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

/* How the URL in Signature-Agent leads to keys (its parameter `type`). */
enum agent_url_type {
	AGENT_URL_DIRECTORY, /* an origin, with a directory at its well-known path; the default */
	AGENT_URL_JWKS_URI,
	AGENT_URL_CIMD /* a Client ID Metadata Document */
};

#define AGENT_URL_MAX 256 /* bytes */

/* The path of a directory (RFC 8615) on its origin. */
#define AGENT_URL_WELL_KNOWN "/.well-known/http-message-signatures-directory"

/*
 * Reads the URL of an agent, as a signature or a configuration has it, into the one form in which
 * URLs are compared byte by byte:
 *
 *   directory        https://HOST[:PORT], where the text may have an empty path, `/`
 *   jwks_uri, cimd   https://HOST[:PORT]/PATH, without the text's query and fragment; the
 * well-known path is the directory of that origin, and has its form
 *
 * HOST is a host name in lower case, without a final dot; port 443 is left out. The text is refused
 * if it has user information, an IPv6 address, another scheme than https, or a path with dot
 * segments, an empty segment, or percent escapes that RFC 3986 6.2.2 would rewrite: so no two
 * spellings of one URL are read as two agents. `room` holds the result.
 */
NODISCARD bool agent_url_read(
	enum agent_url_type type, struct str text, char room[AGENT_URL_MAX], struct str *url);

/*
 * The same for a URL in a configuration or rule, which has no type: a URL without a path is a
 * directory, one with a path is that of a jwks_uri or cimd.
 */
NODISCARD bool agent_url_read_configured(
	struct str text, char room[AGENT_URL_MAX], struct str *url);

/* Whether a URL that agent_url_read wrote is an origin, whose keys are at the well-known path. */
bool agent_url_is_origin(struct str url);

#endif
