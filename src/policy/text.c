/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/text.h"

#include "base/mailbox.h"
#include "base/utf8.h"
#include "policy/attribute.h"
#include "policy/http_host.h"
#include "policy/path.h"

#include <string.h>

const char *policy_quote(struct str text, char out[POLICY_QUOTE_MAX])
{
	size_t room = POLICY_QUOTE_MAX - 6; /* without quotes, dots and the NUL */
	size_t len = text.len < room ? text.len : room;
	size_t used = 0;

	out[used++] = '"';
	for (size_t i = 0; i < len; i++) {
		out[used++] = text.data[i] >= 0x20 && text.data[i] < 0x7f ? text.data[i] : '?';
	}
	if (len < text.len) {
		memcpy(out + used, "...", 3);
		used += 3;
	}
	out[used++] = '"';
	out[used] = '\0';
	return out;
}

int policy_text_order(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.data, b.data, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int order_nocase(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < len; i++) {
		int order = (unsigned char)ascii_lower(a.data[i]) -
			    (unsigned char)ascii_lower(b.data[i]);

		if (order != 0) {
			return order;
		}
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* Returns the part before the last @; *host is the part after it. */
static struct str cut_email(struct str email, struct str *host)
{
	size_t at = email.len;

	while (at > 0 && email.data[at - 1] != '@') {
		at--;
	}
	*host = str_from(email, at);
	return (struct str){email.data, at};
}

static int order_email(struct str a, struct str b)
{
	struct str a_host;
	struct str b_host;
	int order = policy_text_order(cut_email(a, &a_host), cut_email(b, &b_host));

	return order != 0 ? order : order_nocase(a_host, b_host);
}

static bool same_email(struct str a, struct str b)
{
	return order_email(a, b) == 0;
}

static bool read_any(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	*out = written;
	return true;
}

static bool read_method(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];

	for (size_t i = 0; i < written.len; i++) {
		char c = written.data[i];

		bool capital = ascii_is_alpha(c) && c != ascii_lower(c);

		if (!capital && !ascii_is_digit(c) && c != '-' && c != '_') {
			diag_error(diag, place,
				"%s is not a method: expected capitals, such as GET",
				policy_quote(written, quoted));
			return false;
		}
	}
	*out = written;
	return true;
}

static bool read_path(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];

	if (!policy_path_is_served(written)) {
		diag_error(diag, place,
			"%s is not a path as it is served: expected a / at its beginning, and no "
			"query, "
			"escape, #, ;, \\, //, . or .. in it; uri_raw is the URI as it came",
			policy_quote(written, quoted));
		return false;
	}
	*out = written;
	return true;
}

static bool read_http_host(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	struct str host;
	char quoted[POLICY_QUOTE_MAX];
	bool good = policy_http_host_read(written, room, POLICY_TEXT_ROOM, &host);
	size_t dots = good && written.data[written.len - 1] == '.';

	if (!good || host.len + dots != written.len) {
		diag_error(diag, place,
			"%s is not a host as rules compare it: expected a name or an address, "
			"without a "
			"port",
			policy_quote(written, quoted));
		return false;
	}
	*out = host;
	return true;
}

static bool read_email(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	const struct policy_attribute *labelled =
		policy_attribute_find((struct str){written.data, str_find(written, '=')});
	char quoted[POLICY_QUOTE_MAX];

	if (str_starts_with(written, "*@")) {
		diag_error(diag, place,
			"%s: expected the whole address; all of a domain are cert.email ~ "
			"@example\\.com$",
			policy_quote(written, quoted));
		return false;
	}
	if (!mailbox_is_valid(written) ||
		(labelled != NULL && labelled == policy_attribute_find(str_view("E")))) {
		diag_error(diag, place,
			"%s is not an e-mail address: expected it alone, as in ann@example.com, "
			"and a domain that is not ASCII in its xn-- form",
			policy_quote(written, quoted));
		return false;
	}
	*out = written;
	return true;
}

static bool read_smtp_utf8(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];

	if (!mailbox_is_valid_utf8(written)) {
		diag_error(diag, place,
			"%s is not an e-mail address with other characters than ASCII before the "
			"@, and a domain in its xn-- form: expected cert.email for one in ASCII",
			policy_quote(written, quoted));
		return false;
	}
	*out = written;
	return true;
}

static bool is_label_beyond_ascii(struct str label)
{
	char c = 'x';

	for (size_t i = 0; i < label.len; i++) {
		c = label.data[i];
		if ((uint8_t)c < 0x80 && !ascii_is_alnum(c) && c != '_' && (c != '-' || i == 0)) {
			return false;
		}
	}
	return label.len > 0 && c != '-';
}

static bool is_upn(struct str text)
{
	struct str suffix = str_from(text, str_find(text, '@') + 1);
	struct str label;

	for (size_t i = 0; i < text.len; i++) {
		if (strchr(" \"<>()[]\\:;,=*", text.data[i]) != NULL) {
			return false;
		}
	}
	while (str_split_next(&suffix, '.', &label)) {
		if (!is_label_beyond_ascii(label)) {
			return false;
		}
	}
	return text.len > 0 && text.data[0] != '@' && str_find(text, '@') < text.len &&
	       utf8_is_text(text);
}

static bool read_upn(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];

	if (!is_upn(written)) {
		diag_error(diag, place,
			"%s is not a User Principal Name: expected it alone and whole, as in "
			"ann@corp.example; all of a suffix are cert.upn ~ @corp\\.example$",
			policy_quote(written, quoted));
		return false;
	}
	*out = written;
	return true;
}

const struct policy_text_kind policy_text_exact = {
	.expected = "a text",
	.read = read_any,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
};

const struct policy_text_kind policy_text_path = {
	.expected = "a path",
	.read = read_path,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
};

const struct policy_text_kind policy_text_http_host = {
	.expected = "a host name or address",
	.read = read_http_host,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
};

const struct policy_text_kind policy_text_method = {
	.expected = "a method",
	.read = read_method,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
};

const struct policy_text_kind policy_text_email = {
	.expected = "an e-mail address",
	.read = read_email,
	.order = order_email,
	.covers = same_email,
	.includes = same_email,
};

const struct policy_text_kind policy_text_smtp_utf8 = {
	.expected = "an e-mail address beyond ASCII",
	.read = read_smtp_utf8,
	.order = order_email,
	.covers = same_email,
	.includes = same_email,
};

const struct policy_text_kind policy_text_upn = {
	.expected = "a User Principal Name",
	.read = read_upn,
	.order = order_nocase,
	.covers = str_eq_nocase,
	.includes = str_eq_nocase,
};
