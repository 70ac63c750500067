/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/writer.h"

#include "base/clock.h"
#include "log/ring_set.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BATCH_MAX ((size_t)256 * 1024)
#define REST_MS 10      /* while lines gather */
#define QUIET_ROUNDS 50 /* pauses without a line after which it sleeps */
#define RETRY_MS 500    /* after an error of the sink */
#define TELL_MS 1000    /* between two reports of lost lines */
#define SWITCH_MS 200   /* the longest wait of log_writer_switch */

/*
 * The state between rounds. A thread that puts a line must wake the writer only from sleep, or when
 * there are many lines.
 */
enum state { AT_WORK, RESTING, ASLEEP };

struct log_writer {
	pthread_t thread;
	struct log_ring_set rings;
	int wake_fd;
	_Atomic enum state state;

	/* Used by the writer's thread only. */
	struct log_sink sink;
	struct bytes text;
	struct bytes batch; /* the lines that are being written, */
	size_t written;     /* of which this many bytes are written */
	uint64_t told;      /* the number of lost lines that was reported */
	uint64_t told_ms;

	_Atomic uint64_t no_memory; /* lines lost because memory was out */
	pthread_mutex_t mutex;      /* guards the rest */
	pthread_cond_t done;        /* switches_done or ended has changed */
	struct log_sink next;
	bool has_next;
	unsigned switches; /* switches requested */
	unsigned switches_done;
	bool ended;
	bool stopping;
	uint64_t stop_ms;
};

static void wake(struct log_writer *w)
{
	uint64_t one = 1;

	/* An eventfd whose counter is full wakes the reader, too. */
	(void)!write(w->wake_fd, &one, sizeof(one));
}

uint64_t log_writer_lost(struct log_writer *w)
{
	return w->no_memory + log_ring_set_lost(&w->rings);
}

/*
 * Waits until the time is over, `fd` is writable (-1: no descriptor), or another thread wakes it.
 */
static void wait_for(struct log_writer *w, int fd, int timeout_ms)
{
	struct pollfd wanted[] = {
		{.fd = w->wake_fd, .events = POLLIN}, {.fd = fd, .events = POLLOUT}};
	uint64_t count;

	if (poll(wanted, ARRAY_LEN(wanted), timeout_ms) > 0 && wanted[0].revents != 0) {
		(void)!read(w->wake_fd, &count, sizeof(count));
	}
}

static void rest(struct log_writer *w)
{
	atomic_store(&w->state, RESTING);
	wait_for(w, -1, REST_MS);
	atomic_store(&w->state, AT_WORK);
}

/*
 * A thread that puts a line reads the state afterwards, and the writer looks at the rings after it
 * has set the state.
 */
static void sleep_until_woken(struct log_writer *w)
{
	atomic_store(&w->state, ASLEEP);
	if (log_ring_set_is_empty(&w->rings)) {
		wait_for(w, -1, -1);
	}
	atomic_store(&w->state, AT_WORK);
}

static void tell_of_loss(struct log_writer *w, bool now)
{
	const struct log_record record = {
		.level = LOG_LEVEL_ERROR, .finished = false, .wall_ms = clock_wall_ms()};
	uint64_t lost = log_writer_lost(w);
	struct bytes text;

	if (lost == w->told || (!now && clock_ms() < w->told_ms + TELL_MS)) {
		return;
	}
	bytes_init(&text, 0);
	bytes_appendf(&text,
		"%llu line(s) of the log were lost: its target does not take them as fast as they "
		"come",
		(unsigned long long)(lost - w->told));
	if (log_sink_render(&w->sink, &record, bytes_view(&text), &w->batch)) {
		w->told = lost;
		w->told_ms = clock_ms();
	}
	bytes_clear(&text);
}

/* Takes lines until there are no more, or `max` bytes; `all`: also those that could wait. */
static void gather(struct log_writer *w, size_t max, bool all)
{
	size_t count = log_ring_set_count(&w->rings);
	struct log_record record;

	for (size_t i = 0; i < count; i++) {
		struct log_ring *ring = log_ring_set_at(&w->rings, i);

		while (w->batch.len < max && log_ring_take(ring, &record, &w->text)) {
			if (w->text.failed || !log_sink_render(&w->sink, &record,
						      bytes_view(&w->text), &w->batch)) {
				w->no_memory++;
			}
		}
	}
	tell_of_loss(w, w->told == 0 || all);
}

/* 0 once the batch is written, or an errno value of log_sink_write. */
static int write_batch(struct log_writer *w)
{
	while (w->written < w->batch.len) {
		size_t written;
		int error = log_sink_write(
			&w->sink, str_from(bytes_view(&w->batch), w->written), &written);

		if (error != 0) {
			return error;
		}
		w->written += written;
	}
	w->written = 0;
	bytes_reset(&w->batch, 2 * BATCH_MAX);
	return 0;
}

/* The lines that the old sink did not take go to the new one, from the beginning of a line. */
static void go_on_with(struct log_writer *w, const struct log_sink *next)
{
	if (w->batch.len == 0 || write_batch(w) == 0) {
		gather(w, SIZE_MAX, true);
		(void)write_batch(w);
	}
	while (w->written > 0 && w->batch.data[w->written - 1] != '\n') {
		w->written--;
	}
	log_sink_replace(&w->sink, next);
}

/* Whether the thread must end, at stop_ms at the latest. */
static bool take_orders(struct log_writer *w, uint64_t *stop_ms)
{
	pthread_mutex_lock(&w->mutex);
	struct log_sink next = w->next;
	unsigned switches = w->switches;
	bool has_next = w->has_next;
	bool stopping = w->stopping;

	w->has_next = false;
	*stop_ms = w->stop_ms;
	pthread_mutex_unlock(&w->mutex);
	if (has_next) {
		go_on_with(w, &next);
		pthread_mutex_lock(&w->mutex);
		w->switches_done = switches;
		pthread_cond_signal(&w->done);
		pthread_mutex_unlock(&w->mutex);
	}
	return stopping;
}

/* Waits until the sink takes more. False if it does not in the time that is left. */
static bool wait_for_sink(struct log_writer *w, int error, bool stopping, uint64_t stop_ms)
{
	uint64_t now = clock_ms();
	int left = stopping ? (stop_ms > now ? (int)(stop_ms - now) : 0) : -1;

	if (stopping && (left == 0 || error != EAGAIN)) {
		return false;
	}
	if (error == EAGAIN) {
		wait_for(w, w->sink.fd, left);
	} else {
		wait_for(w, -1, RETRY_MS);
	}
	return true;
}

static void *run(void *ctx)
{
	struct log_writer *w = ctx;
	unsigned quiet = 0;
	bool going = true;

	pthread_setname_np(pthread_self(), "log");
	while (going) {
		uint64_t stop_ms;
		bool stopping = take_orders(w, &stop_ms);

		if (w->batch.len == 0) {
			gather(w, BATCH_MAX, stopping);
		}
		if (w->batch.len == 0) {
			going = !stopping;
			if (going && (quiet++ < QUIET_ROUNDS || log_writer_lost(w) != w->told)) {
				rest(w);
			} else if (going) {
				sleep_until_woken(w);
			}
			continue;
		}
		bool full = w->batch.len >= BATCH_MAX;
		int error = write_batch(w);

		quiet = 0;
		if (error != 0) {
			going = wait_for_sink(w, error, stopping, stop_ms);
		} else if (!full && !stopping) {
			rest(w);
		}
	}
	pthread_mutex_lock(&w->mutex);
	w->ended = true;
	pthread_cond_signal(&w->done);
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

static void writer_free(struct log_writer *w)
{
	log_ring_set_clear(&w->rings);
	bytes_clear(&w->text);
	bytes_clear(&w->batch);
	pthread_mutex_destroy(&w->mutex);
	pthread_cond_destroy(&w->done);
	close(w->wake_fd);
	free(w);
}

/* With all signals blocked: they are for the main thread. */
static int start_thread(struct log_writer *w)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&w->thread, NULL, run, w);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

int log_writer_start(const struct log_sink *sink, struct log_writer **out)
{
	struct log_writer *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		return ENOMEM;
	}
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (w->wake_fd < 0) {
		int error = errno;

		free(w);
		return error;
	}
	w->sink = *sink;
	log_ring_set_init(&w->rings);
	bytes_init(&w->text, 0);
	bytes_init(&w->batch, 0);
	pthread_mutex_init(&w->mutex, NULL);
	init_condition(&w->done);
	int error = start_thread(w);

	if (error != 0) {
		writer_free(w);
		return error;
	}
	*out = w;
	return 0;
}

/* With the mutex held; false on a time-out. */
static bool wait_until(struct log_writer *w, const struct timespec *deadline)
{
	return pthread_cond_timedwait(&w->done, &w->mutex, deadline) == 0;
}

/* `timeout_ms` from now, by CLOCK_MONOTONIC. */
static struct timespec deadline_in(unsigned timeout_ms)
{
	uint64_t us = clock_us() + (uint64_t)timeout_ms * 1000;

	return (struct timespec){
		.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
}

bool log_writer_stop(struct log_writer *w, unsigned timeout_ms)
{
	const struct timespec deadline = deadline_in(2 * timeout_ms);

	pthread_mutex_lock(&w->mutex);
	w->stopping = true;
	w->stop_ms = clock_ms() + timeout_ms;
	wake(w);
	while (!w->ended && wait_until(w, &deadline)) {
	}
	bool ended = w->ended;

	pthread_mutex_unlock(&w->mutex);
	if (!ended) {
		pthread_detach(w->thread);
		return false;
	}
	pthread_join(w->thread, NULL);
	log_sink_close(&w->sink);
	writer_free(w);
	return true;
}

void log_writer_switch(struct log_writer *w, const struct log_sink *next)
{
	const struct timespec deadline = deadline_in(SWITCH_MS);

	pthread_mutex_lock(&w->mutex);
	if (w->has_next) {
		log_sink_close(&w->next);
	}
	w->next = *next;
	w->has_next = true;
	w->switches++;
	wake(w);
	while (w->switches_done != w->switches && wait_until(w, &deadline)) {
	}
	pthread_mutex_unlock(&w->mutex);
}

struct log_ring *log_writer_ring_new(struct log_writer *w)
{
	return log_ring_set_add(&w->rings);
}

void log_writer_put(struct log_writer *w, struct log_ring *ring, const struct log_record *record,
	struct str text, bool urgent)
{
	log_ring_put(ring, record, text);
	enum state state = atomic_load(&w->state);

	if ((state == ASLEEP || (state == RESTING && (urgent || log_ring_is_half_full(ring)))) &&
		atomic_exchange(&w->state, AT_WORK) != AT_WORK) {
		wake(w);
	}
}
