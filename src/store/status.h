/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_STATUS_H
#define DW_STORE_STATUS_H

#include "base/str.h"
#include "store/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What all clients of one store, in several threads, know of it together; and the log: one line
 * when the first client loses the store, one when the reason becomes another, one when all clients
 * have it again.
 */
struct store_status;

enum store_fault {
	STORE_FAULT_NONE,
	STORE_FAULT_CONNECT,  /* no connection can be made */
	STORE_FAULT_LOST,     /* the connection was closed or broke */
	STORE_FAULT_TIMEOUT,  /* nothing is answered in time */
	STORE_FAULT_AUTH,     /* user or password are wrong or missing */
	STORE_FAULT_DATABASE, /* SELECT failed */
	STORE_FAULT_PROTOCOL, /* what it sends is not RESP2 */
	STORE_FAULT_STATE, /* READONLY, LOADING …: connected to the wrong or an unready server */
	STORE_FAULT_REFUSED, /* OOM, NOPERM …: connected, but commands are refused */
	STORE_FAULTS
};

/* One word for metrics and JSON: "connect", "timeout"; "none". */
const char *store_fault_word(enum store_fault fault);

#define STORE_STATUS_DETAIL_MAX 256

struct store_status_view {
	uint32_t clients;
	uint32_t up;
	bool refusing;          /* commands were refused lately (STORE_FAULT_REFUSED) */
	enum store_fault fault; /* the last one while not all are up, or while refusing */
	char detail[STORE_STATUS_DETAIL_MAX]; /* for people; "" without a fault */
	uint64_t since_ms;                    /* clock_ms() when it became as it is */
};

/* `where` is copied. With one reference; NULL when out of memory. Thread-safe from here on. */
struct store_status *store_status_new(const struct store_settings *where);
struct store_status *store_status_ref(struct store_status *status);
void store_status_unref(struct store_status *status);
/* For a command that tells people by itself: nothing is written into the log. */
void store_status_silence(struct store_status *status);
/* unix:PATH or ADDRESS:PORT. */
const char *store_status_where(const struct store_status *status);
void store_status_read(struct store_status *status, struct store_status_view *out);

/* For clients: each counts once. `up`: it was up until now. */
void store_status_join(struct store_status *status);
void store_status_leave(struct store_status *status, bool up);
void store_status_up(struct store_status *status);
/* `was_up`: this client was up until now. */
void store_status_down(
	struct store_status *status, bool was_up, enum store_fault fault, const char *detail);
/* A command was refused, by this error; the client stays up. */
void store_status_refused(struct store_status *status, struct str error);
/* Commands are accepted; of interest only after store_status_refused. */
void store_status_accepted(struct store_status *status);

#endif
