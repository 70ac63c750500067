/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_NETWORK_H
#define DW_POLICY_NETWORK_H

#include "policy/text.h"

#include <stdint.h>

/*
 * The network of an address: the number of its autonomous system (RFC 6793), with or without AS
 * before it, or a range of numbers; and its country (ISO 3166-1 alpha-2), in either case. Facts are
 * in the form in which policy_network_asn_fact and ISO 3166-1 write them.
 */
extern const struct policy_text_kind policy_network_asn;
extern const struct policy_text_kind policy_network_country;

#define POLICY_ASN_FACT_MAX 11 /* with its NUL */

/* Writes the fact of a number, so that facts are in the order of the numbers. */
void policy_network_asn_fact(uint32_t asn, char out[POLICY_ASN_FACT_MAX]);
/* The number of a fact, for people: without zeros before it. */
struct str policy_network_asn_digits(struct str fact);

#endif
