/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_STRUCTURED_FIELD_H
#define DW_AGENT_STRUCTURED_FIELD_H

#include "agent/structured_field_value.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Structured Field Values (RFC 9651, which replaces RFC 8941): parses lists, dictionaries and
 * items, and writes them again in their only canonical form. Strict where the RFC leaves a choice:
 * a byte sequence has its padding, and no bits that count for nothing.
 */

struct agent_sf_parameter {
	struct str key;
	struct agent_sf_value value;
};

/* In their order, each key once: of several values of one key the last counts. */
struct agent_sf_parameters {
	const struct agent_sf_parameter *items;
	size_t count;
};

struct agent_sf_item {
	struct agent_sf_value value;
	struct agent_sf_parameters parameters;
};

/* A member of a list or dictionary: one item, or an inner list of items with parameters. */
struct agent_sf_member {
	struct str key; /* in a dictionary */
	bool is_inner_list;
	const struct agent_sf_item *items;
	size_t count; /* 1, if it is no inner list */
	/* Of the inner list; those of a single item are its own. */
	struct agent_sf_parameters parameters;
};

/* A list or dictionary; in a dictionary each key is there once: the last of its values counts. */
struct agent_sf_list {
	const struct agent_sf_member *members;
	size_t count;
	/* A key came twice, in the dictionary or in some parameters: senders do not do that. */
	bool repeats;
};

/* What RFC 9651 asks every parser to support: 1024 members, 256 items, 256 parameters. */
extern const struct agent_sf_limits agent_sf_limits_rfc;

/*
 * Each parses a whole field, of which several lines are joined with commas (RFC 9651 4.2). Lists
 * are in the arena; texts are in the arena or are views of `text`. *out is written only on
 * AGENT_SF_OK. An empty field is an empty list or dictionary.
 */
NODISCARD enum agent_sf_status agent_sf_parse_list(struct str text,
	const struct agent_sf_limits *limits, struct arena *arena, struct agent_sf_list *out);
NODISCARD enum agent_sf_status agent_sf_parse_dictionary(struct str text,
	const struct agent_sf_limits *limits, struct arena *arena, struct agent_sf_list *out);
/* *repeats: as in struct agent_sf_list. */
NODISCARD enum agent_sf_status agent_sf_parse_item(struct str text,
	const struct agent_sf_limits *limits, struct arena *arena, struct agent_sf_item *out,
	bool *repeats);

/* NULL: there is no such member, or no such parameter. */
const struct agent_sf_member *agent_sf_find(const struct agent_sf_list *dictionary, struct str key);
const struct agent_sf_value *agent_sf_parameter(
	struct agent_sf_parameters parameters, const char *key);

/*
 * Each appends the canonical text (RFC 9651 4.1). False if that failed, or if a value cannot be
 * written: a number out of range, a text with bytes that its type cannot have.
 */
NODISCARD bool agent_sf_write_value(struct bytes *out, const struct agent_sf_value *value);
NODISCARD bool agent_sf_write_parameters(struct bytes *out, struct agent_sf_parameters parameters);
NODISCARD bool agent_sf_write_item(struct bytes *out, const struct agent_sf_item *item);
/* The value of a member, without its key. */
NODISCARD bool agent_sf_write_member(struct bytes *out, const struct agent_sf_member *member);
/* An empty list or dictionary is written as nothing: the field is left out. */
NODISCARD bool agent_sf_write_list(struct bytes *out, const struct agent_sf_list *list);
NODISCARD bool agent_sf_write_dictionary(struct bytes *out, const struct agent_sf_list *dictionary);

#endif
