/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_ERROR_H
#define DW_STORE_ERROR_H

#include "base/str.h"

/* What a reply means for its client, if it is an error: by its first word. */
enum store_error {
	STORE_ERROR_NONE,       /* the reply is not an error */
	STORE_ERROR_OF_COMMAND, /* about this command only: WRONGTYPE, ERR … */
	STORE_ERROR_NOSCRIPT,   /* EVALSHA of a script that the store does not have (any more) */
	STORE_ERROR_REFUSED,    /* the store as a whole refuses such a command: OOM, NOPERM … */
	STORE_ERROR_STATE, /* this server cannot be used now: READONLY (a replica), LOADING … */
	STORE_ERROR_AUTH   /* NOAUTH, WRONGPASS */
};

enum store_error store_error_kind(struct str error);

#endif
