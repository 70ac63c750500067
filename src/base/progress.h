/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_PROGRESS_H
#define DW_BASE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * How far something is that people wait for: one thing at a time, on one thread. progress_begin,
 * progress_at, progress_at_byte and progress_end take NULL, and do nothing then.
 */
struct progress {
	/* In steps of a hundredth at least; done <= total. NULL: nothing is shown. */
	void (*show)(void *ctx, const char *what, uint64_t done, uint64_t total);
	/* At the end of what was begun, whether it was shown or not. NULL: not called. */
	void (*ended)(void *ctx, const char *what, uint64_t took_ms);
	void *ctx;
	/* of progress.c; zero at first */
	const char *what;
	uint64_t since_ms;
	uint64_t next; /* of `done`, which is shown from here on */
};

/* `what` is borrowed until progress_end: the path of a file, or words. */
void progress_begin(struct progress *progress, const char *what);
/* The part of progress_at for what is shown; only to be called by it. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total);
void progress_end(struct progress *progress);

/* Cheap where there is nothing to show. */
static inline void progress_at(struct progress *progress, uint64_t done, uint64_t total)
{
	if (progress != NULL && done >= progress->next) {
		progress_show(progress, done, total);
	}
}

/* Bytes of a file that are read within some milliseconds: nothing is shown of so short a one. */
#define PROGRESS_SHORT_FILE (256 * 1024)

static inline void progress_at_byte(struct progress *progress, uint64_t done, uint64_t size)
{
	if (size > PROGRESS_SHORT_FILE) {
		progress_at(progress, done, size);
	}
}

#endif
