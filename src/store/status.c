/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/status.h"

#include "base/clock.h"
#include "base/ref.h"
#include "log/limit.h"
#include "log/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Refusals end when none came for this long: members (shared/members.h) write more often. */
#define REFUSING_MS 15000u

struct store_status {
	struct ref references;
	pthread_mutex_t mutex;
	char *where;
	struct store_status_view view;
	atomic_bool refusing; /* as in `view`, to be read without the mutex */
	bool told_away;       /* the last line of the log says that it is away */
	bool ever_up;
	bool silent; /* nothing is written into the log */
	uint64_t refused_ms;
	struct log_limit limit;
};

const char *store_fault_word(enum store_fault fault)
{
	static const char *const words[STORE_FAULTS] = {
		[STORE_FAULT_NONE] = "none",
		[STORE_FAULT_CONNECT] = "connect",
		[STORE_FAULT_LOST] = "lost",
		[STORE_FAULT_TIMEOUT] = "timeout",
		[STORE_FAULT_AUTH] = "auth",
		[STORE_FAULT_DATABASE] = "database",
		[STORE_FAULT_PROTOCOL] = "protocol",
		[STORE_FAULT_STATE] = "state",
		[STORE_FAULT_REFUSED] = "refused",
	};

	return words[fault];
}

/* NULL when out of memory. */
static char *where_text(const struct store_settings *where)
{
	char text[ENDPOINT_TEXT_MAX];
	char *out;

	if (where->path == NULL) {
		endpoint_format(&where->endpoint, text);
		return asprintf(&out, "%s", text) < 0 ? NULL : out;
	}
	return asprintf(&out, "unix:%s", where->path) < 0 ? NULL : out;
}

struct store_status *store_status_new(const struct store_settings *where)
{
	struct store_status *status = calloc(1, sizeof(*status));

	if (status == NULL) {
		return NULL;
	}
	status->where = where_text(where);
	if (status->where == NULL) {
		free(status);
		return NULL;
	}
	ref_init(&status->references);
	pthread_mutex_init(&status->mutex, NULL);
	status->view.since_ms = clock_ms();
	return status;
}

struct store_status *store_status_ref(struct store_status *status)
{
	ref_get(&status->references);
	return status;
}

void store_status_unref(struct store_status *status)
{
	if (status != NULL && ref_put(&status->references)) {
		pthread_mutex_destroy(&status->mutex);
		free(status->where);
		free(status);
	}
}

void store_status_silence(struct store_status *status)
{
	pthread_mutex_lock(&status->mutex);
	status->silent = true;
	pthread_mutex_unlock(&status->mutex);
}

const char *store_status_where(const struct store_status *status)
{
	return status->where;
}

void store_status_read(struct store_status *status, struct store_status_view *out)
{
	pthread_mutex_lock(&status->mutex);
	*out = status->view;
	pthread_mutex_unlock(&status->mutex);
}

void store_status_join(struct store_status *status)
{
	pthread_mutex_lock(&status->mutex);
	status->view.clients++;
	pthread_mutex_unlock(&status->mutex);
}

void store_status_leave(struct store_status *status, bool up)
{
	pthread_mutex_lock(&status->mutex);
	status->view.clients--;
	status->view.up -= up;
	pthread_mutex_unlock(&status->mutex);
}

/* With the mutex held: all clients are up. */
static void all_up(struct store_status *s)
{
	uint64_t now_ms = clock_ms();

	if (s->silent) {
		/* Its owner tells. */
	} else if (!s->ever_up && !s->told_away) {
		log_write(LOG_LEVEL_INFO, "shared: the store %s is there", s->where);
	} else if (s->told_away) {
		log_write(LOG_LEVEL_INFO, "shared: the store %s is there again, after %.1f s",
			s->where, (double)(now_ms - s->view.since_ms) / 1e3);
	}
	s->ever_up = true;
	s->told_away = false;
	s->view.since_ms = now_ms;
	if (!s->view.refusing) {
		s->view.fault = STORE_FAULT_NONE;
		s->view.detail[0] = '\0';
	}
}

void store_status_up(struct store_status *status)
{
	pthread_mutex_lock(&status->mutex);
	status->view.up++;
	if (status->view.up == status->view.clients) {
		all_up(status);
	}
	pthread_mutex_unlock(&status->mutex);
}

/* Such a fault is told even if the store was away for another reason before. */
static bool needs_a_person(enum store_fault fault)
{
	return fault == STORE_FAULT_AUTH || fault == STORE_FAULT_DATABASE ||
	       fault == STORE_FAULT_PROTOCOL || fault == STORE_FAULT_STATE;
}

void store_status_down(
	struct store_status *status, bool was_up, enum store_fault fault, const char *detail)
{
	struct store_status_view *view = &status->view;
	uint64_t now_ms = clock_ms();

	pthread_mutex_lock(&status->mutex);
	view->up -= was_up;
	if (!status->told_away) {
		view->since_ms = now_ms;
	}
	if (!status->silent &&
		(!status->told_away || (fault != view->fault && needs_a_person(fault)))) {
		log_limited(&status->limit, LOG_LEVEL_WARNING, now_ms,
			"shared: the store %s is away: %s; this machine decides alone",
			status->where, detail);
	}
	status->told_away = true;
	view->fault = fault;
	snprintf(view->detail, sizeof(view->detail), "%s", detail);
	pthread_mutex_unlock(&status->mutex);
}

void store_status_refused(struct store_status *status, struct str error)
{
	struct store_status_view *view = &status->view;

	pthread_mutex_lock(&status->mutex);
	status->refused_ms = clock_ms();
	if (!view->refusing) {
		view->refusing = true;
		atomic_store_explicit(&status->refusing, true, memory_order_relaxed);
		view->fault = STORE_FAULT_REFUSED;
		snprintf(view->detail, sizeof(view->detail), "%.*s",
			(int)(error.len < 200 ? error.len : 200), error.data);
		if (!status->silent) {
			log_write(LOG_LEVEL_WARNING,
				"shared: the store %s refuses commands: %s; this machine decides "
				"alone",
				status->where, view->detail);
		}
	}
	pthread_mutex_unlock(&status->mutex);
}

void store_status_accepted(struct store_status *status)
{
	struct store_status_view *view = &status->view;

	if (!atomic_load_explicit(&status->refusing, memory_order_relaxed)) {
		return;
	}
	pthread_mutex_lock(&status->mutex);
	if (view->refusing && clock_ms() - status->refused_ms > REFUSING_MS) {
		view->refusing = false;
		atomic_store_explicit(&status->refusing, false, memory_order_relaxed);
		log_write(LOG_LEVEL_INFO, "shared: the store %s accepts commands again",
			status->where);
		if (view->fault == STORE_FAULT_REFUSED) {
			view->fault = STORE_FAULT_NONE;
			view->detail[0] = '\0';
		}
	}
	pthread_mutex_unlock(&status->mutex);
}
