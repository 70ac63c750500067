/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/mailbox.h"

#include "base/addr.h"
#include "base/host_label.h"
#include "base/utf8.h"

#define LOCAL_MAX_LEN 64
#define DOMAIN_MAX_LEN 255

static bool is_ascii(char c)
{
	return (uint8_t)c < 0x80;
}

/* RFC 5322 3.2.3, and RFC 6531 3.3: any byte beyond ASCII, which the caller checks. */
static bool is_atext(char c)
{
	return ascii_is_alnum(c) || !is_ascii(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_dot_string(struct str text)
{
	struct str atom;

	while (str_split_next(&text, '.', &atom)) {
		for (size_t i = 0; i < atom.len; i++) {
			if (!is_atext(atom.data[i])) {
				return false;
			}
		}
		if (atom.len == 0) {
			return false;
		}
	}
	return true;
}

/* The length of the Quoted-string at the front; 0: the text begins with something else. */
static size_t quoted_string_len(struct str text)
{
	for (size_t i = 1; i < text.len && text.data[0] == '"'; i++) {
		if (text.data[i] == '"') {
			return i + 1;
		}
		i += text.data[i] == '\\';
		if (i == text.len || (uint8_t)text.data[i] < ' ' || text.data[i] == 0x7f) {
			return 0;
		}
	}
	return 0;
}

static bool is_domain(struct str text)
{
	struct str label;

	if (text.len > DOMAIN_MAX_LEN) {
		return false;
	}
	while (str_split_next(&text, '.', &label)) {
		if (!host_label_is_valid(label)) {
			return false;
		}
	}
	return true;
}

/* `[192.0.2.1]` or `[IPv6:2001:db8::1]`. */
static bool is_address_literal(struct str text)
{
	struct addr addr;

	if (text.len < 2 || text.data[0] != '[' || text.data[text.len - 1] != ']') {
		return false;
	}
	struct str inner = {text.data + 1, text.len - 2};
	bool v6 = str_take_nocase(&inner, "IPv6:");

	return addr_parse(inner, &addr) && (str_find(inner, ':') < inner.len) == v6;
}

/* The length of the local part of a Mailbox; 0: the text is not one. */
static size_t local_part_len(struct str text)
{
	size_t quoted = quoted_string_len(text);
	size_t at = quoted > 0 ? quoted : str_find(text, '@');
	struct str local = {text.data, at};
	struct str domain = str_from(text, at + 1);
	bool valid = at > 0 && at <= LOCAL_MAX_LEN && at < text.len && text.data[at] == '@' &&
		     (quoted > 0 || is_dot_string(local)) &&
		     (is_domain(domain) || is_address_literal(domain));

	return valid ? at : 0;
}

static bool is_ascii_text(struct str text)
{
	size_t i = 0;

	while (i < text.len && is_ascii(text.data[i])) {
		i++;
	}
	return i == text.len;
}

bool mailbox_is_valid(struct str text)
{
	return is_ascii_text(text) && local_part_len(text) > 0;
}

bool mailbox_is_valid_utf8(struct str text)
{
	size_t len = local_part_len(text);

	return !is_ascii_text((struct str){text.data, len}) && utf8_is_text(text);
}
