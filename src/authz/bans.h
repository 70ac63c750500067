/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_BANS_H
#define DW_AUTHZ_BANS_H

#include "authz/authz_private.h"

/*
 * Whether the client's address is banned; a->ban is that ban. Addresses are compared before a
 * certificate is read.
 */
bool authz_bans_cover_address(struct authz *a);
/* Sets a->ban and the fact of the term `ban`, from the facts about the names. */
void authz_bans_take_fact(struct authz *a);
/* The decision is valid until the end of a->ban, if there is one. */
void authz_bans_bound(struct authz *a);
/* Sets the detail of the decision to what a->ban says. */
void authz_bans_explain(struct authz *a);

#endif
