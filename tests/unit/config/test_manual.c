/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * doorward.conf(5) is its template with the keys of the schema in the place of @SECTION@ lines.
 * With DOORWARD_WRITE_MANUAL in the environment the page is written, else it is compared.
 */

#include "base/file.h"
#include "config/value.h"
#include "unit/config/support.h"

#define TEMPLATE "src/man/doorward.conf.5.in"
#define PAGE "src/man/doorward.conf.5"
#define WIDTH 78

/* Text as mdoc input: a new line for each sentence, none too long. */
static void write_sentences(const char *text, struct bytes *out)
{
	struct str rest = str_view(text);
	struct str word;
	size_t line = 0;
	bool ends = false;

	while (str_split_next(&rest, ' ', &word)) {
		if (line > 0 && (ends || line + 1 + word.len > WIDTH)) {
			bytes_append_u8(out, '\n');
			line = 0;
		}
		assert_true(word.len > 0 && word.data[0] != '.' && word.data[0] != '\'');
		assert_int_equal(str_find(word, '\\'), word.len);
		bytes_append_text(out, line > 0 ? " " : "");
		bytes_append_str(out, word);
		line += word.len + (line > 0 ? 1 : 0);
		ends = word.data[word.len - 1] == '.';
	}
	bytes_append_u8(out, '\n');
}

/* Its lines as they are, with their backslashes kept from roff. */
static void write_example(const char *example, struct bytes *out)
{
	bytes_append_text(out, ".Bd -literal -offset indent\n");
	for (const char *c = example; *c != '\0'; c++) {
		bytes_append_text(out, *c == '\\' ? "\\e" : (const char[]){*c, '\0'});
	}
	bytes_append_text(out, "\n.Ed\n");
}

static void write_key(const struct config_key *key, struct bytes *out)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_appendf(out, ".It Cm %s\n", key->name);
	bytes_append_text(&text, "Value: ");
	config_value_expected(key, &text);
	if (key->value != NULL) {
		bytes_appendf(&text, "; default %s", key->value);
	}
	bytes_append_text(
		&text, config_value_repeat(key) != CONFIG_REPEAT_NOT ? "; lines add up. " : ". ");
	bytes_append_text(&text, key->help);
	bytes_append_u8(&text, '\0');
	write_sentences((char *)text.data, out);
	bytes_clear(&text);
	write_example(key->example, out);
}

static void write_section(struct str name, struct bytes *out)
{
	size_t i = 0;

	while (i < CONFIG_SECTION_COUNT && !str_eq_text(name, config_sections[i].name)) {
		i++;
	}
	assert_true(i < CONFIG_SECTION_COUNT);
	bytes_append_text(out, ".Bl -tag -width Ds\n");
	for (size_t k = 0; k < config_sections[i].key_count; k++) {
		write_key(&config_sections[i].keys[k], out);
	}
	bytes_append_text(out, ".El\n");
}

static void write_page(struct str template, struct bytes *out)
{
	struct str line;
	size_t sections = 0;

	while (str_split_next(&template, '\n', &line)) {
		if (str_starts_with(line, "@")) {
			write_section((struct str){line.data + 1, line.len - 2}, out);
			sections++;
		} else if (template.data != NULL) {
			bytes_append_str(out, line);
			bytes_append_u8(out, '\n');
		}
	}
	assert_int_equal(sections, CONFIG_SECTION_COUNT);
}

static void page_is_up_to_date(void **state)
{
	struct file_identity identity;
	struct bytes template;
	struct bytes page;
	struct bytes made;

	bytes_init(&template, 0);
	bytes_init(&page, 0);
	bytes_init(&made, 0);
	assert_true(file_read(TEMPLATE, CONFIG_INI_MAX_FILE, &template, &identity));
	write_page(bytes_view(&template), &made);
	assert_false(made.failed);
	if (getenv("DOORWARD_WRITE_MANUAL") != NULL) {
		FILE *file = fopen(PAGE, "w");

		assert_non_null(file);
		assert_int_equal(fwrite(made.data, 1, made.len, file), made.len);
		assert_int_equal(fclose(file), 0);
	}
	assert_true(file_read(PAGE, CONFIG_INI_MAX_FILE, &page, &identity));
	if (!str_eq(bytes_view(&page), bytes_view(&made))) {
		print_error(PAGE " is stale: run this test with DOORWARD_WRITE_MANUAL=1\n");
	}
	assert_true(str_eq(bytes_view(&page), bytes_view(&made)));
	bytes_clear(&template);
	bytes_clear(&page);
	bytes_clear(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_is_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
