/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_LOG_LINE_PRIVATE_H
#define DW_AUTHZ_LOG_LINE_PRIVATE_H

#include "authz/decision_text.h"
#include "base/addr.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum authz_log_form {
	AUTHZ_LOG_TEXT,  /* NAME=VALUE */
	AUTHZ_LOG_JSON,  /* members of an object */
	AUTHZ_LOG_PACKED /* authz/packed_fields.h */
};

/* The fields of a decision, written in each of the forms by the same calls. */
struct authz_log_line {
	struct bytes out;
	enum authz_log_form form;
	unsigned cut;     /* bits 1 << enum authz_decision_text */
	size_t claim_max; /* bytes of a text of the client's */
	size_t detail_max;
	bool cut_addresses; /* see authz_decision_recent_fields */
};

void authz_log_number(struct authz_log_line *l, const char *name, uint64_t value);
/* With microseconds. Not in a packed line. */
void authz_log_milliseconds(struct authz_log_line *l, const char *name, uint64_t us);
/* A literal that needs no quotes in text. */
void authz_log_literal(struct authz_log_line *l, const char *name, const char *literal);
/* A word, which mostly needs no quotes in text; nothing if it is empty. */
void authz_log_word(struct authz_log_line *l, const char *name, struct str value);
/* Nothing if there is no address. */
void authz_log_prefix(struct authz_log_line *l, const char *name, const struct prefix *value);
/* Text of a client or front end, cut and quoted; nothing if it is absent. */
void authz_log_claim(struct authz_log_line *l, enum authz_decision_text field, struct str value);
void authz_log_detail(struct authz_log_line *l, const char *detail);
/* The names of the texts that are cut, if any are. Not in a packed line. */
void authz_log_cut(struct authz_log_line *l);

#endif
