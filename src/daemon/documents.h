/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_DOCUMENTS_H
#define DW_DAEMON_DOCUMENTS_H

#include "base/bytes.h"
#include "daemon/status.h"

/* The JSON documents of the admin listener that are written at once. */
enum daemon_document {
	DAEMON_DOCUMENT_WRITTEN,
	DAEMON_DOCUMENT_NONE,      /* no document has this path */
	DAEMON_DOCUMENT_BAD_QUERY, /* with a sentence in *why */
	DAEMON_DOCUMENT_OUT_OF_MEMORY
};

/* Appends the document that the target (a path, with or without a query) names. */
enum daemon_document daemon_document_write(
	struct daemon_status *status, struct str target, struct bytes *out, struct bytes *why);

#endif
