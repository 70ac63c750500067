/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_TERM_H
#define DW_POLICY_TERM_H

#include "base/arena.h"
#include "base/diag.h"
#include "policy/dnsbl_code.h"
#include "policy/facts.h"
#include "policy/field.h"
#include "policy/list_file.h"
#include "policy/policy.h"
#include "policy/rate.h"

/* One term of a rule, compiled; inside policy only. */

enum policy_operator {
	POLICY_OPERATOR_ANY,      /* the term `*` */
	POLICY_OPERATOR_PRESENT,  /* `cert present` */
	POLICY_OPERATOR_VERIFIED, /* `cert verified` */
	POLICY_OPERATOR_FLAG,     /* a field alone, as `cert.self_signed` */
	POLICY_OPERATOR_KNOWN,    /* `asn known`, `country known` */
	POLICY_OPERATOR_EQUALS,
	POLICY_OPERATOR_IN,
	POLICY_OPERATOR_MATCHES
};

/* The lookups of a term, by their numbers. */
struct policy_term_lookups {
	const uint8_t *items;
	size_t count;
	const struct policy_dnsbl_codes *codes; /* NULL: each listing counts */
};

struct policy_term {
	struct str text; /* as written */
	const struct policy_field *field;
	enum policy_operator op;
	bool negated;
	struct str operand; /* the part of `text` after the field and ~ or in */
	union {
		struct prefix prefix;
		struct str value;
		struct policy_regex *regex;
		struct policy_netset *nets;
		struct policy_textset *texts;
		struct policy_term_lookups lookups;
		const struct policy_rate *rate;
	};
};

/* The files from which terms were read; the arena keeps the paths. */
struct policy_list_files {
	struct policy_list_file *items;
	size_t count;
	size_t capacity;
};

/* The text of a rule and its place, so that an error can point into it. */
struct policy_script {
	struct str text;
	struct place place;             /* of text.data + skip */
	size_t skip;                    /* bytes at the front that are not in the file */
	const struct place_part *parts; /* of text.data + skip: the parts on further lines */
	size_t part_count;
	struct arena *arena;
	struct policy_lookup_table *lookups;
	struct policy_list_files *lists;
	struct policy_rate_table *rates;
	struct diag *diag;
};

/* The place of a byte of script->text. */
struct place policy_script_at(const struct policy_script *script, const char *at);

/*
 * Compiles `text`, a part of the script without blanks around it; the arena keeps what is borrowed.
 * False after at least one diag_error: nothing must be cleared then.
 */
NODISCARD bool policy_term_read(
	struct str text, const struct policy_script *script, struct policy_term *out);
void policy_term_clear(struct policy_term *term);

/*
 * For the fields that use DNS: reads the value, or the values of a file, into out->op and
 * out->lookups. False after at least one diag_error.
 */
NODISCARD bool policy_term_read_lookup(
	struct str value, const struct policy_script *script, struct policy_term *out);
NODISCARD bool policy_term_read_lookups(const char *path, const struct place *place,
	const struct policy_script *script, struct policy_term *out);

/*
 * For `in`: reads the values of a file, as lines or (addresses only) as JSON, into out->op and the
 * list. False after at least one diag_error.
 */
NODISCARD bool policy_term_read_list(struct str file, bool json, const struct place *place,
	const struct policy_script *script, struct policy_term *out);
/* Reports that memory is out; returns false. */
bool policy_script_out_of_memory(const struct policy_script *script);

/* Reads the text after `rate`, from out->text, into out->op and out->rate. */
NODISCARD bool policy_term_read_rate(
	struct str value, const struct policy_script *script, struct policy_term *out);

/* What an evaluation found in addition to the truth. */
struct policy_found {
	/* the index that satisfied a `host` term; written if the term is true and positive */
	size_t name;
	bool regex_limit; /* set when a regex ran into its limits */
	bool unclear;     /* set if the claim's meaning is unknown */
	bool no_chain;    /* set if the certificate's chain is unknown */
	bool no_network;  /* set if the network of the address is unknown */
};

/* False if the term's truth is POLICY_UNFETCHED. */
bool policy_term_is_fetched(const struct policy_term *term, const struct policy_facts *facts);
/* Adds the term's lookups with that result; of true ones only the first, which is enough. */
void policy_term_add_lookups(const struct policy_term *term, const struct policy_facts *facts,
	enum policy_truth truth, struct policy_lookup_set *set);

enum policy_truth policy_term_truth(const struct policy_term *term,
	const struct policy_facts *facts, struct policy_found *found);

#endif
