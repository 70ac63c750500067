/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/header_text.h"

void authz_header_append(struct bytes *out, struct str text, struct str special)
{
	size_t plain = 0; /* the start of the bytes that are not written yet */

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c < 0x20 || c >= 0x7f || str_find(special, c) < special.len) {
			bytes_append(out, text.data + plain, i - plain);
			bytes_appendf(out, "\\%02X", (uint8_t)c);
			plain = i + 1;
		}
	}
	bytes_append_str(out, str_from(text, plain));
}

static void append_san(struct bytes *out, const char *kind, struct str name, size_t start)
{
	bytes_append_text(out, out->len > start ? ", " : "");
	bytes_append_text(out, kind);
	authz_header_append(out, name, str_view(", \"\\"));
}

static void append_san_list(struct bytes *out, const char *kind, struct str_list list, size_t start)
{
	for (size_t i = 0; i < list.count; i++) {
		append_san(out, kind, list.items[i], start);
	}
}

void authz_header_append_san(struct bytes *out, const struct cert_identity *identity)
{
	size_t start = out->len;

	append_san_list(out, "DNS:", identity->dns, start);
	for (size_t i = 0; i < identity->ip_count; i++) {
		char text[ADDR_TEXT_MAX];

		addr_format(&identity->ip[i], text);
		append_san(out, "IP:", str_view(text), start);
	}
	append_san_list(out, "email:", identity->email, start);
	append_san_list(out, "URI:", identity->uri, start);
	append_san_list(out, "UPN:", identity->upn, start);
	append_san_list(out, "SRV:", identity->srv, start);
	append_san_list(out, "SmtpUTF8Mailbox:", identity->smtp_utf8, start);
}
