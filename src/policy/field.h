/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_FIELD_H
#define DW_POLICY_FIELD_H

#include "base/addr.h"
#include "policy/facts.h"
#include "policy/text.h"

/* Where a field's values come from; in the order in which a rule's terms are evaluated. */
enum policy_source {
	POLICY_SOURCE_NONE, /* for the term `*` */
	POLICY_SOURCE_ADDRESS,
	POLICY_SOURCE_ASN, /* of the network of the address */
	POLICY_SOURCE_COUNTRY,
	POLICY_SOURCE_CERT,
	POLICY_SOURCE_CLAIM,
	/*
	 * From here on values must be fetched: the agent by the check of a signature, the others by
	 * lookups, a few for all clients together, then one for each client, then several.
	 */
	POLICY_SOURCE_AGENT,
	POLICY_SOURCE_FORWARD,
	POLICY_SOURCE_DNSBL,
	POLICY_SOURCE_NAMES,
	POLICY_SOURCE_BAN, /* of the address, or of a name */
	POLICY_SOURCE_RATE /* counts the request: only if all other terms are true */
};

enum policy_shape {
	POLICY_SHAPE_WORD,
	POLICY_SHAPE_ADDRESS,
	POLICY_SHAPE_TEXT,
	POLICY_SHAPE_LOOKUP,
	POLICY_SHAPE_RATE,
	POLICY_SHAPE_FLAG /* a term is the field alone */
};

/* How a claim is read before a rule compares it. */
enum policy_claim_form {
	POLICY_FORM_OPTIONAL, /* clients may omit it, which counts as empty */
	POLICY_FORM_RAW,      /* as the client sent it */
	POLICY_FORM_METHOD,   /* in upper case */
	POLICY_FORM_HOST,     /* policy_claim_host */
	POLICY_FORM_PATH      /* the readings of policy_path */
};

/* A field of the rule language. */
struct policy_field {
	const char *name;
	enum policy_source source;
	enum policy_shape shape;
	const struct policy_text_kind *kind; /* for POLICY_SHAPE_TEXT and _LOOKUP */
	enum policy_claim claim;             /* for POLICY_SOURCE_CLAIM */
	enum policy_claim_form form;         /* for POLICY_SOURCE_CLAIM */
	enum policy_lookup_kind lookup;      /* for POLICY_SHAPE_LOOKUP */
	/* for POLICY_SHAPE_LOOKUP: values in a file; 0: no file is allowed */
	size_t list_max;
	bool list;     /* a str_list of the certificate; false: a str, or a bool for _FLAG */
	bool of_chain; /* without a value it is unknown: the certificate's chain is not known */
	size_t offset; /* into struct policy_cert */
	bool common;   /* certificates of many holders have the same value */
};

struct policy_addrs {
	const struct addr *items;
	size_t count;
};

extern const struct policy_field policy_field_any; /* for the term `*` */

/* In the order of the table; NULL past the last. */
const struct policy_field *policy_field_at(size_t index);
/* NULL after a diag_error that lists the known fields. */
const struct policy_field *policy_field_find(
	struct str name, const struct place *place, struct diag *diag);

/* Whether its values are those of the network of the client's address. */
static inline bool policy_field_is_of_network(const struct policy_field *field)
{
	return field->source == POLICY_SOURCE_ASN || field->source == POLICY_SOURCE_COUNTRY;
}

/* The values of a field of POLICY_SHAPE_ADDRESS. */
struct policy_addrs policy_field_addrs(
	const struct policy_field *field, const struct policy_facts *facts);
/*
 * The values of a field of POLICY_SHAPE_TEXT that is not a claim. A certificate's absent strings
 * are no values.
 */
struct str_list policy_field_texts(
	const struct policy_field *field, const struct policy_facts *facts);
/* The value of a field of POLICY_SHAPE_FLAG. */
bool policy_field_flag(const struct policy_field *field, const struct policy_facts *facts);

#endif
