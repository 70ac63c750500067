/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_PIN_H
#define DW_POLICY_PIN_H

#include "base/addr.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"
#include "policy/netset.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Pins: names that count only inside some networks, whatever DNS says:
 *
 *   NAME NETWORK, NETWORK    that name alone
 *   .NAME NETWORK            the name, and every name below it
 *
 * Several pins of one name add up. Of the pins that cover a name the most specific decides: the
 * name itself before a suffix, the longer suffix before the shorter.
 */

struct policy_pin {
	struct str name; /* lower-case, without the dot in front */
	bool suffix;
	struct policy_netset *nets;
	struct str place; /* "FILE:LINE" of the first of its lines */
	struct place at;  /* the same */
};

struct policy_pins;

/* NULL when out of memory. */
struct policy_pins *policy_pins_new(void);
void policy_pins_free(struct policy_pins *pins);
/*
 * Reads one pin; `place` is where the text begins, and its file must outlive the pins. False after
 * at least one diag_error.
 */
NODISCARD bool policy_pins_add(
	struct policy_pins *pins, struct str text, const struct place *place, struct diag *diag);
/* To be called after all pins are added, and before any function below. */
void policy_pins_seal(struct policy_pins *pins);

/* The number of names; pins of one name are one. NULL counts as no pins, here and below. */
size_t policy_pins_count(const struct policy_pins *pins);
const struct policy_pin *policy_pins_at(const struct policy_pins *pins, size_t index);
/* The lines as written, in their order. */
size_t policy_pins_line_count(const struct policy_pins *pins);
struct str policy_pins_line(const struct policy_pins *pins, size_t index);

/* The pin that decides about a name (lower-case, no final dot); NULL: none covers it. */
const struct policy_pin *policy_pins_find(const struct policy_pins *pins, struct str name);
/* The pin that decides about the name, if the address is outside of its networks; else NULL. */
const struct policy_pin *policy_pins_keep_out(
	const struct policy_pins *pins, struct str name, const struct addr *addr);
/* Whether the pin decides about any name that `value`, NAME or .NAME, covers. */
bool policy_pin_meets(const struct policy_pin *pin, struct str value);

#endif
