/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_ANCHOR_H
#define DW_POLICY_ANCHOR_H

/*
 * A rule's anchor: a term without ! that alone, whatever is known beside it, makes the rule false
 * before it asks for anything else, so that a client whose value fails it need not be asked again.
 */
enum policy_anchor {
	POLICY_ANCHOR_NONE,
	POLICY_ANCHOR_ADDRESS, /* `ip` */
	POLICY_ANCHOR_CERT,    /* `cert.*` */
	POLICY_ANCHOR_NAMES,   /* `host`; only where the names are known */
	POLICY_ANCHOR_COUNT
};

#endif
