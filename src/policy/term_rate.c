/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/term.h"

#include <string.h>

static const struct {
	const char *word;
	uint64_t ns;
} units[] = {
	{"s", UINT64_C(1000000000)}, {"m", UINT64_C(60000000000)}, {"h", UINT64_C(3600000000000)}};

static const struct {
	const char *word;
	enum policy_rate_by by;
} keys[] = {
	{"host", POLICY_RATE_BY_HOST}, {"cert", POLICY_RATE_BY_CERT}, {"asn", POLICY_RATE_BY_ASN}};

/* The network of one household; also how many bits `net/N` takes of IPv6. */
#define CLIENT_BITS_V6 64

/* Reads net/N or net/N,N: the prefix of IPv4, and that of IPv6. False after a diag_error. */
static bool read_net(struct str word, const struct policy_script *script, struct policy_rate *rate)
{
	struct place place = policy_script_at(script, word.data);
	struct str v6 = str_from(word, strlen("net/"));
	char quoted[POLICY_QUOTE_MAX];
	uint64_t bits_v6 = CLIENT_BITS_V6;
	uint64_t bits_v4;
	struct str v4;

	(void)str_split_next(&v6, ',', &v4);
	if (!str_to_u64(v4, 32, &bits_v4) || bits_v4 == 0 ||
		(v6.data != NULL && (!str_to_u64(v6, 128, &bits_v6) || bits_v6 == 0))) {
		diag_error(script->diag, &place,
			"%s after rate: expected net/ and the bits of a prefix of IPv4, from 1 to "
			"32, and for another than /64 of IPv6 a comma and its bits, as in net/24 "
			"or net/24,48",
			policy_quote(word, quoted));
		return false;
	}
	rate->by = POLICY_RATE_BY_NET;
	rate->v4_bits = (uint8_t)bits_v4;
	rate->v6_bits = (uint8_t)bits_v6;
	return true;
}

/* Reads N/s, N/m or N/h; false after a diag_error. */
static bool read_amount(
	struct str amount, const struct policy_script *script, struct policy_rate *rate)
{
	size_t slash = str_find(amount, '/');
	struct str number = {amount.data, slash};
	struct place place = policy_script_at(script, amount.data);
	char quoted[POLICY_QUOTE_MAX];
	uint64_t tokens;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_eq_text(str_from(amount, slash + 1), units[i].word)) {
			rate->unit_ns = units[i].ns;
		}
	}
	if (rate->unit_ns == 0) {
		diag_error(script->diag, &place, "%s is not a rate: expected N/s, N/m or N/h",
			policy_quote(amount, quoted));
		return false;
	}
	if (!str_to_u64(number, POLICY_RATE_TOKENS_MAX, &tokens) || tokens == 0) {
		diag_error(script->diag, &place,
			"%s before the / of a rate: expected a number from 1 to %d",
			policy_quote(number, quoted), POLICY_RATE_TOKENS_MAX);
		return false;
	}
	rate->tokens = (uint32_t)tokens;
	return true;
}

/*
 * Cuts what tells clients apart off the front of the value, if it starts with such a word. False
 * after a diag_error.
 */
static bool take_key(
	struct str *value, const struct policy_script *script, struct policy_rate *rate)
{
	struct str rest = *value;
	struct str word = str_take_word(&rest);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (str_eq_text(word, keys[i].word)) {
			rate->by = keys[i].by;
			*value = rest;
			return true;
		}
	}
	if (str_starts_with(word, "net/")) {
		*value = rest;
		return read_net(word, script, rate);
	}
	return true;
}

/* The number of equal rates before it, at the same offset of the same rule text. */
static uint32_t count_twins(const struct policy_rate_table *table, struct str rule, uint32_t offset)
{
	uint32_t twins = 0;

	for (size_t i = 0; i < table->count; i++) {
		twins += table->items[i].offset == offset && str_eq(table->items[i].rule, rule);
	}
	return twins;
}

bool policy_term_read_rate(
	struct str value, const struct policy_script *script, struct policy_term *t)
{
	struct policy_rate_table *table = script->rates;
	struct policy_rate rate = {.by = POLICY_RATE_BY_ADDRESS};
	struct str amount = value;

	t->op = POLICY_OPERATOR_EQUALS;
	if (!take_key(&amount, script, &rate)) {
		return false;
	}
	struct place place = policy_script_at(script, amount.data);

	if (amount.len == 0) {
		diag_error(script->diag, &place,
			"nothing after rate %.*s: expected N/s, N/m or N/h", (int)value.len,
			value.data);
		return false;
	}
	if (rate.by == POLICY_RATE_BY_ADDRESS && ascii_is_alpha(value.data[0])) {
		char quoted[POLICY_QUOTE_MAX];

		diag_error(script->diag, &place,
			"%s after rate: expected N/s, N/m or N/h, or host, cert, asn or net/BITS "
			"before that",
			policy_quote(value, quoted));
		return false;
	}
	if (!read_amount(amount, script, &rate)) {
		return false;
	}
	if (table->count == POLICY_RATES_MAX) {
		diag_error(script->diag, &place,
			"too many rates: expected at most %d in one policy", POLICY_RATES_MAX);
		return false;
	}
	if (table->items == NULL) {
		table->items = arena_alloc(script->arena, POLICY_RATES_MAX, sizeof(*table->items));
		if (table->items == NULL) {
			diag_error(script->diag, &place, "out of memory");
			return false;
		}
	}
	rate.rule = script->text;
	rate.offset = (uint32_t)(t->text.data - script->text.data);
	rate.twin = count_twins(table, rate.rule, rate.offset);
	rate.number = (uint8_t)table->count;
	table->items[table->count] = rate;
	t->rate = &table->items[table->count++];
	return true;
}
