/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/cert_source.h"

static bool read_codec(struct str word, enum cert_codec *out)
{
	for (unsigned i = 0; i < CERT_CODEC_COUNT; i++) {
		if (str_eq_text(word, cert_codec_word((enum cert_codec)i))) {
			*out = (enum cert_codec)i;
			return true;
		}
	}
	return false;
}

bool config_cert_source_read(struct str text, bool with_codec, struct arena *arena,
	struct cert_choice *out, const char **why)
{
	struct cert_choice choice = {0};

	if (text.len == 0) {
		*out = choice;
		return true;
	}
	struct str rest = str_trim(text);
	struct str kind = str_take_word(&rest);
	struct str name = str_take_word(&rest);

	choice.is_header = str_eq_text(kind, "header");
	if (!choice.is_header && !str_eq_text(kind, "param")) {
		return false;
	}
	if (!choice.is_header && str_starts_with(name, "HTTP_")) {
		*why = "expected header and its own name: what arrives as HTTP_* is a header, "
		       "which clients can send";
		return false;
	}
	if (!cert_name_is_good(name, choice.is_header)) {
		*why = "expected a name of at most 128 letters, digits, \"_\" and, in a header's, "
		       "\"-\"";
		return false;
	}
	if ((with_codec && !read_codec(str_take_word(&rest), &choice.codec)) || rest.len > 0) {
		return false;
	}
	choice.name = arena_dup(arena, name).data;
	if (choice.name == NULL) {
		*why = "out of memory";
		return false;
	}
	*out = choice;
	return true;
}

void config_cert_source_write(const struct cert_choice *choice, bool with_codec, struct bytes *out)
{
	if (choice->name == NULL) {
		return;
	}
	bytes_appendf(out, "%s %s", choice->is_header ? "header" : "param", choice->name);
	if (with_codec) {
		bytes_appendf(out, " %s", cert_codec_word(choice->codec));
	}
}
