/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_CONFIG_SUPPORT_H
#define DW_TESTS_CONFIG_SUPPORT_H

#include "config/config.h"
#include "config/config_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What was found wrong, as a string; to be freed with the diag. */
static inline const char *diag_text(struct diag *diag)
{
	bytes_append_u8(&diag->text, '\0');
	diag->text.len--;
	return (const char *)diag->text.data;
}

/* Loads text under the name "t", and expects exactly these messages. */
static inline struct config *load_expecting(const char *text, const char *messages)
{
	struct diag diag;

	diag_init(&diag);
	struct config *config = config_load_text("t", str_view(text), &diag);

	assert_string_equal(diag_text(&diag), messages);
	assert_true((config == NULL) == (diag.errors > 0));
	diag_clear(&diag);
	return config;
}

static inline char *dump_of(const struct config *config)
{
	struct bytes out;

	bytes_init(&out, 0);
	config_dump(config, &out);
	bytes_append_u8(&out, '\0');
	assert_false(out.failed);
	return (char *)out.data;
}

/* A folder of its own for one test, with files in it. */
struct folder {
	char path[64];
	char *made[32];
	size_t count;
};

static inline void folder_init(struct folder *f)
{
	*f = (struct folder){.path = "/tmp/doorward-config-XXXXXX"};
	assert_non_null(mkdtemp(f->path));
}

/* The path of the file, good until folder_clear. */
static inline const char *folder_write(struct folder *f, const char *name, const char *text)
{
	char *path;
	FILE *file;

	assert_true(f->count < ARRAY_LEN(f->made));
	assert_true(asprintf(&path, "%s/%s", f->path, name) > 0);
	f->made[f->count++] = path;
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	return path;
}

static inline void folder_clear(struct folder *f)
{
	for (size_t i = 0; i < f->count; i++) {
		unlink(f->made[i]);
		free(f->made[i]);
	}
	assert_int_equal(rmdir(f->path), 0);
}

/* Loads the file and expects these messages, in which @ stands for the folder. */
static inline struct config *folder_load(struct folder *f, const char *path, const char *messages)
{
	struct bytes expected;
	struct diag diag;

	bytes_init(&expected, 0);
	for (; *messages != '\0'; messages++) {
		bytes_append(&expected, messages, *messages != '@');
		bytes_append_text(&expected, *messages == '@' ? f->path : "");
	}
	bytes_append_u8(&expected, '\0');
	diag_init(&diag);
	struct config *config = config_load(path, &diag);

	assert_string_equal(diag_text(&diag), (char *)expected.data);
	assert_true((config == NULL) == (diag.errors > 0));
	diag_clear(&diag);
	bytes_clear(&expected);
	return config;
}

#endif
