/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/serial.h"

#include "base/hex.h"

/* A serial number as it is written, in parts. */
struct number {
	bool negative;
	bool prefixed;     /* by 0x */
	struct str digits; /* with what stands between them */
};

static struct number split(struct str text)
{
	struct number n;

	n.negative = str_take_nocase(&text, "-");
	n.prefixed = str_take_nocase(&text, "0x");
	n.digits = text;
	return n;
}

static bool is_decimal(struct str digits)
{
	size_t i = 0;

	while (i < digits.len && ascii_is_digit(digits.data[i])) {
		i++;
	}
	return digits.len > 0 && i == digits.len;
}

/* Whether the number is one thing in hexadecimal and another one in decimal, or may be. */
static bool is_ambiguous(const struct number *n)
{
	struct str rest = n->digits;
	struct str group;
	bool octets = true;
	size_t digits = 0;
	size_t groups = 0;

	if (n->prefixed) {
		return false;
	}
	while (str_split_next(&rest, ' ', &group)) {
		if (!is_decimal(group)) {
			return false;
		}
		octets = octets && group.len == 2;
		digits += group.len;
		groups++;
	}
	bool padded = groups == 1 && n->digits.data[0] == '0' && digits % 2 == 0;

	return digits > 1 && !padded && !(groups > 1 && octets);
}

/* Writes the value of decimal digits in hexadecimal; false if it does not fit. */
static bool to_hex(struct str decimal, char out[POLICY_SERIAL_DIGITS_MAX + 1])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t nibbles[POLICY_SERIAL_DIGITS_MAX] = {0}; /* the lowest first */
	size_t used = 1;

	for (size_t i = 0; i < decimal.len; i++) {
		unsigned carry = (unsigned)(decimal.data[i] - '0');

		if (decimal.data[i] == ' ') {
			continue;
		}
		for (size_t k = 0; k < used || carry > 0; k++) {
			if (k == POLICY_SERIAL_DIGITS_MAX) {
				return false;
			}
			carry += nibbles[k] * 10u;
			nibbles[k] = carry & 15;
			carry >>= 4;
			used = k + 1 > used ? k + 1 : used;
		}
	}
	for (size_t i = 0; i < used; i++) {
		out[i] = hex[nibbles[used - 1 - i]];
	}
	out[used] = '\0';
	return true;
}

static bool refuse(struct str written, const struct place *place, struct diag *diag)
{
	char quoted[POLICY_QUOTE_MAX];

	diag_error(diag, place, "%s is not a serial number: expected at most %d hexadecimal digits",
		policy_quote(written, quoted), POLICY_SERIAL_DIGITS_MAX);
	return false;
}

static bool refuse_ambiguous(
	const struct number *n, struct str written, const struct place *place, struct diag *diag)
{
	const char *sign = n->negative ? "-" : "";
	char quoted[POLICY_QUOTE_MAX];
	char digits[POLICY_SERIAL_DIGITS_MAX];
	char decimal[POLICY_SERIAL_DIGITS_MAX + 1];
	size_t len = hex_read_digits(n->digits, digits, sizeof(digits));

	if (len == 0 || !to_hex(n->digits, decimal)) {
		return refuse(written, place, diag);
	}
	diag_error(diag, place,
		"%s may be hexadecimal or decimal: expected %s0x%.*s if it is hexadecimal, %s0x%s "
		"if it is decimal",
		policy_quote(written, quoted), sign, (int)len, digits, sign, decimal);
	return false;
}

/* Writes the canonical form into the room. */
static bool canonical(const struct number *n, char room[POLICY_TEXT_ROOM], struct str *out)
{
	char *start = room + 1;
	size_t digits = hex_read_digits(n->digits, start, POLICY_SERIAL_DIGITS_MAX);

	if (digits == 0) {
		return false;
	}
	while (digits > 1 && start[0] == '0') {
		start++;
		digits--;
	}
	if (n->negative && !(digits == 1 && start[0] == '0')) {
		*--start = '-';
		digits++;
	}
	*out = (struct str){start, digits};
	return true;
}

/*
 * Reads both numbers of `4660 (0x1234)`, which OpenSSL prints: the second one counts, and the first
 * must be the same in decimal.
 */
static bool read_pair(
	struct str written, size_t bracket, char room[POLICY_TEXT_ROOM], struct str *out)
{
	struct number decimal = split(str_trim((struct str){written.data, bracket}));
	struct str inner = str_from(written, bracket + 1);
	char hex[POLICY_SERIAL_DIGITS_MAX + 1];

	if (written.data[written.len - 1] != ')' || decimal.prefixed ||
		!is_decimal(decimal.digits) || !to_hex(decimal.digits, hex)) {
		return false;
	}
	struct number n = split((struct str){inner.data, inner.len - 1});

	return n.prefixed && n.negative == decimal.negative && canonical(&n, room, out) &&
	       str_eq_text(str_from(*out, n.negative), hex);
}

static bool read_serial(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	struct str text = written;

	if (str_take_nocase(&text, "serial=") || str_take_nocase(&text, "Serial Number:")) {
		text = str_trim(text);
	}
	struct number n = split(text);
	size_t bracket = str_find(text, '(');

	if (is_ambiguous(&n)) {
		return refuse_ambiguous(&n, written, place, diag);
	}
	if (bracket < text.len ? !read_pair(text, bracket, room, out) : !canonical(&n, room, out)) {
		return refuse(written, place, diag);
	}
	return true;
}

const struct policy_text_kind policy_text_serial = {
	.expected = "a serial number in hexadecimal",
	.read = read_serial,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
};
