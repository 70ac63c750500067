/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/dn_parse.h"

#include "base/utf8.h"
#include "policy/attribute.h"

#include <stdio.h>
#include <string.h>

static void begin(struct policy_dn *dn)
{
	dn->count = 0;
	dn->used = 0;
	dn->loose = false;
}

static bool refuse(struct policy_dn *dn, const char *why)
{
	snprintf(dn->why, sizeof(dn->why), "%s", why);
	return false;
}

static bool put(struct policy_dn *dn, const char *bytes, size_t len)
{
	if (len > sizeof(dn->room) - dn->used) {
		return refuse(dn, "it is too long");
	}
	memcpy(dn->room + dn->used, bytes, len);
	dn->used += len;
	return true;
}

static bool starts_blank(struct str s)
{
	return s.len > 0 && ascii_is_blank(s.data[0]);
}

/* Only leading blanks: blanks at the end may be escaped. */
static struct str skip_blanks(struct str s)
{
	while (starts_blank(s)) {
		s = str_from(s, 1);
	}
	return s;
}

static bool is_special(char c)
{
	return c != '\0' && strchr(",+\"\\<>;", c) != NULL;
}

/* Appends the value, escaped as OpenSSL does it with ASN1_STRFLGS_RFC2253. */
static bool put_value(struct policy_dn *dn, struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];
		bool outer = c == ' ' && (i == 0 || i + 1 == value.len);
		char escape[4];
		int len;

		if (is_special(c) || outer || (c == '#' && i == 0)) {
			len = snprintf(escape, sizeof(escape), "\\%c", c);
		} else if (c < ' ' || c > '~') {
			len = snprintf(escape, sizeof(escape), "\\%02X", (uint8_t)c);
		} else {
			len = snprintf(escape, sizeof(escape), "%c", c);
		}
		if (!put(dn, escape, (size_t)len)) {
			return false;
		}
	}
	return true;
}

static bool is_utf8(struct str text)
{
	uint32_t code_point;

	while (text.len > 0) {
		size_t len = utf8_decode(text, &code_point);

		if (len == 0) {
			return false;
		}
		text = str_from(text, len);
	}
	return true;
}

/* Reads an escaped byte of a value; *rest begins behind the backslash. */
static bool take_escape(struct policy_dn *dn, struct str *rest, char *out)
{
	int high = rest->len > 1 ? ascii_hex_value(rest->data[0]) : -1;
	int low = rest->len > 1 ? ascii_hex_value(rest->data[1]) : -1;

	if (high >= 0 && low >= 0) {
		*out = (char)(high << 4 | low);
		*rest = str_from(*rest, 2);
		return true;
	}
	if (rest->len == 0 ||
		(!is_special(rest->data[0]) && strchr(" #=", rest->data[0]) == NULL)) {
		return refuse(dn, "expected two hexadecimal digits or one of ,+\"\\<>;#= after \\");
	}
	*out = rest->data[0];
	*rest = str_from(*rest, 1);
	return true;
}

/* Reads up to the next `,` or `+` outside of quotes, and undoes escapes. */
static bool take_text(struct policy_dn *dn, struct str *rest, char *value, size_t *len)
{
	bool quoted = str_starts_with(*rest, "\"");
	bool open = quoted;
	size_t solid = 0; /* length up to the last byte that is escaped or not a blank */

	*len = 0;
	*rest = str_from(*rest, quoted);
	while (rest->len > 0 && (open || (rest->data[0] != ',' && rest->data[0] != '+'))) {
		char c = rest->data[0];

		*rest = str_from(*rest, 1);
		if (c == '"' && quoted) {
			open = false;
			continue;
		}
		if (*len == POLICY_TEXT_ROOM) {
			return refuse(dn, "it is too long");
		}
		if (c == ';' && !open) {
			return refuse(dn, "expected , between parts, and \\; in a value");
		}
		if (quoted && !open && !ascii_is_blank(c)) {
			return refuse(dn, "expected , after the quotes");
		}
		bool escaped = c == '\\';

		if (escaped && !take_escape(dn, rest, &c)) {
			return false;
		}
		if (open || !quoted) {
			value[(*len)++] = c;
			solid = escaped || open || !ascii_is_blank(c) ? *len : solid;
		}
	}
	*len = solid;
	return !open || refuse(dn, "expected a closing quote");
}

/* The ASN.1 tags that OpenSSL prints as text, not in hexadecimal. */
static bool is_text_tag(int tag)
{
	return tag == 12 || (tag >= 18 && tag <= 20) || (tag >= 22 && tag <= 24) || tag == 26 ||
	       tag == 28 || tag == 30;
}

/* Reads `#` and the DER of a value, which is allowed only for values without a text form. */
static bool take_hex(struct policy_dn *dn, struct str *rest, bool known)
{
	size_t len = 1;

	while (len < rest->len && ascii_hex_value(rest->data[len]) >= 0) {
		len++;
	}
	if (len < 5 || len % 2 == 0) {
		return refuse(dn, "expected the value in hexadecimal after #, or \\# in a text");
	}
	if (known &&
		is_text_tag(ascii_hex_value(rest->data[1]) << 4 | ascii_hex_value(rest->data[2]))) {
		return refuse(dn, "expected the value as text, not in hexadecimal");
	}
	for (size_t i = 0; i < len; i++) {
		char c = rest->data[i];

		c = c >= 'a' && c <= 'f' ? (char)(c - 'a' + 'A') : c;
		if (!put(dn, &c, 1)) {
			return false;
		}
	}
	*rest = skip_blanks(str_from(*rest, len));
	return true;
}

static bool is_oid(struct str text)
{
	struct str part;
	size_t parts = 0;

	while (str_split_next(&text, '.', &part)) {
		uint64_t number;

		if (!str_to_u64(part, UINT64_MAX, &number) ||
			(part.len > 1 && part.data[0] == '0')) {
			return false;
		}
		parts++;
	}
	return parts > 1;
}

static bool is_word(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!ascii_is_alnum(c) && c != '.' && c != '-') {
			return false;
		}
	}
	return text.len > 0;
}

/* Reads the type before the next `=`, and converts it to OpenSSL's name. */
static bool take_type(struct policy_dn *dn, struct str *rest, struct str *type, bool *known)
{
	size_t equals = str_find(*rest, '=');
	struct str word = str_trim((struct str){rest->data, equals});
	const struct policy_attribute *attribute = policy_attribute_find(word);

	if (equals == rest->len || !is_word(word)) {
		return refuse(dn, "expected attributes and values, as in CN=client,O=Example");
	}
	struct str after = str_from(*rest, equals + 1);

	dn->loose = dn->loose || word.len < equals || starts_blank(after);
	*known = attribute != NULL;
	if (attribute != NULL) {
		*type = str_view(attribute->name);
	} else if (is_oid(word)) {
		*type = word;
	} else {
		const char *meant = policy_attribute_suggest(word);

		snprintf(dn->why, sizeof(dn->why),
			"%.*s is not an attribute that doorward knows%s%s%s",
			(int)(word.len < 32 ? word.len : 32), word.data,
			meant != NULL ? ", did you mean " : "", meant != NULL ? meant : "",
			meant != NULL ? "?" : "");
		return false;
	}
	*rest = skip_blanks(after);
	return true;
}

static bool take_value(struct policy_dn *dn, struct str *rest, bool known)
{
	char value[POLICY_TEXT_ROOM];
	size_t len;

	if (str_starts_with(*rest, "#")) {
		return take_hex(dn, rest, known);
	}
	if (!known) {
		return refuse(dn, "expected # and the DER in hexadecimal after an unknown OID");
	}
	if (!take_text(dn, rest, value, &len)) {
		return false;
	}
	struct str text = {value, len};

	return is_utf8(text) ? put_value(dn, text) : refuse(dn, "expected UTF-8");
}

/* NULL: too many attributes. */
static struct policy_ava *begin_ava(struct policy_dn *dn, bool joined)
{
	struct policy_ava *ava = &dn->avas[dn->count];

	if (dn->count == POLICY_DN_AVAS_MAX) {
		(void)refuse(dn, "it has too many parts");
		return NULL;
	}
	*ava = (struct policy_ava){.text = {dn->room + dn->used, 0}, .joined = joined};
	return ava;
}

static bool put_type(struct policy_dn *dn, struct policy_ava *ava, struct str type)
{
	ava->type = (struct str){ava->text.data, type.len};
	return put(dn, type.data, type.len) && put(dn, "=", 1);
}

static bool end_ava(struct policy_dn *dn, struct policy_ava *ava)
{
	ava->text.len = (size_t)(dn->room + dn->used - ava->text.data);
	dn->count++;
	return true;
}

static bool take_ava(struct policy_dn *dn, struct str *rest, bool joined)
{
	struct policy_ava *ava = begin_ava(dn, joined);
	struct str type;
	bool known;

	return ava != NULL && take_type(dn, rest, &type, &known) && put_type(dn, ava, type) &&
	       take_value(dn, rest, known) && end_ava(dn, ava);
}

bool policy_dn_parse(struct policy_dn *dn, struct str written)
{
	bool joined = false;

	begin(dn);
	for (;;) {
		dn->loose = dn->loose || starts_blank(written);
		written = skip_blanks(written);
		if (!take_ava(dn, &written, joined)) {
			return false;
		}
		if (written.len == 0) {
			return true;
		}
		if (written.data[0] != ',' && written.data[0] != '+') {
			return refuse(dn, "expected , between parts");
		}
		joined = written.data[0] == '+';
		written = str_from(written, 1);
	}
}

size_t policy_dn_find_slash(struct str text)
{
	for (size_t i = 1; i < text.len; i++) {
		struct str type = str_from(text, i + 1);

		type.len = str_find(type, '=');
		if (text.data[i] == '/' && policy_attribute_find(type) != NULL) {
			return i;
		}
	}
	return text.len;
}

static bool put_slash_value(struct policy_dn *dn, struct str written)
{
	char value[POLICY_TEXT_ROOM];
	size_t len = 0;

	if (written.len > sizeof(value)) {
		return refuse(dn, "it is too long");
	}
	for (size_t i = 0; i < written.len; i++) {
		const char *at = written.data + i;
		bool escaped = written.len - i >= 4 && at[0] == '\\' && at[1] == 'x' &&
			       ascii_hex_value(at[2]) >= 0 && ascii_hex_value(at[3]) >= 0;

		value[len++] =
			escaped ? (char)(ascii_hex_value(at[2]) << 4 | ascii_hex_value(at[3]))
				: at[0];
		i += escaped ? 3 : 0;
	}
	struct str text = {value, len};

	return is_utf8(text) ? put_value(dn, text) : refuse(dn, "expected UTF-8");
}

bool policy_dn_parse_slashes(struct policy_dn *dn, struct str written)
{
	begin(dn);
	while (written.len > 0) {
		size_t end = policy_dn_find_slash(written);
		struct str part = {written.data + 1, end - 1};
		struct policy_ava *ava = begin_ava(dn, false);
		struct str type;
		bool known;

		if (ava == NULL || !take_type(dn, &part, &type, &known) ||
			!put_type(dn, ava, type) || !put_slash_value(dn, part) ||
			!end_ava(dn, ava)) {
			return false;
		}
		written = str_from(written, end);
	}
	return true;
}
