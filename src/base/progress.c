/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/progress.h"

#include "base/clock.h"

void progress_begin(struct progress *progress, const char *what)
{
	if (progress != NULL) {
		progress->what = what;
		progress->since_ms = clock_ms();
		progress->next = 0;
	}
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total)
{
	if (progress->what == NULL || total == 0) {
		progress->next = UINT64_MAX;
		return;
	}
	progress->next = done + total / 100 + 1;
	if (progress->show != NULL) {
		progress->show(progress->ctx, progress->what, done < total ? done : total, total);
	}
}

void progress_end(struct progress *progress)
{
	if (progress != NULL && progress->what != NULL) {
		const char *what = progress->what;

		progress->what = NULL;
		if (progress->ended != NULL) {
			progress->ended(progress->ctx, what, clock_ms() - progress->since_ms);
		}
	}
}
