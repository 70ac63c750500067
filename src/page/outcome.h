/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PAGE_OUTCOME_H
#define DW_PAGE_OUTCOME_H

#include "base/str.h"

/* What became of a change that a form of PAGE_CHANGE has sent. */
struct page_outcome {
	const char *status; /* of the response */
	const char *more;   /* header lines, each with its end */
	struct str told;    /* a sentence */
};

#endif
