/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_ANCHOR_H
#define DW_POLICY_ANCHOR_H

/*
 * A rule's anchor: a term without ! whose falsehood alone makes the rule false, before the rule
 * needs any other fact, so that the rule can be skipped for a client whose value fails it.
 */
enum policy_anchor {
	POLICY_ANCHOR_NONE,
	POLICY_ANCHOR_ADDRESS, /* `ip` */
	POLICY_ANCHOR_CERT,    /* `cert.*` */
	POLICY_ANCHOR_NAMES,   /* `host`; only once the names are known */
	POLICY_ANCHOR_COUNT
};

#endif
