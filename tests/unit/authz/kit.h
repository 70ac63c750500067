/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_AUTHZ_KIT_H
#define DW_TEST_AUTHZ_KIT_H

#include "authz/authz.h"
#include "authz/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

/* Decisions over a configuration file in a folder of its own, with names from a static zone. */

static char folder[] = "/tmp/doorward-test-XXXXXX";
static char config_path[64];
static char zone_path[64];

static const int64_t now_s = 1798000000; /* 2026-12-23, while the test certificates are valid */

static inline void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline void folder_init(const char *zone)
{
	assert_non_null(mkdtemp(folder));
	snprintf(config_path, sizeof(config_path), "%s/doorward.conf", folder);
	snprintf(zone_path, sizeof(zone_path), "%s/zone", folder);
	write_file(zone_path, zone);
}

static inline int folder_clear(void)
{
	unlink(config_path);
	unlink(zone_path);
	return rmdir(folder);
}

/* The configuration has [dns], and then the sections of the format. */
PRINTF_LIKE(1, 2) static inline struct authz_snapshot *load(const char *format, ...)
{
	FILE *file = fopen(config_path, "w");
	struct diag diag;
	va_list args;

	assert_non_null(file);
	fputs("[dns]\nnameservers = 127.0.0.1:9\nstatic_zone = zone\n", file);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	assert_int_equal(fclose(file), 0);
	diag_init(&diag);
	struct authz_snapshot *snapshot = authz_snapshot_load(config_path, NULL, &diag);

	if (snapshot == NULL) {
		print_error("%.*s", (int)diag.text.len, (const char *)diag.text.data);
	}
	diag_clear(&diag);
	assert_non_null(snapshot);
	return snapshot;
}

static inline void on_decided(void *ctx)
{
	(*(int *)ctx)++;
}

/* Runs the decision to its end; true if it ended at once. */
static inline bool decide_to_the_end(struct authz *a, const struct authz_env *env, uv_loop_t *loop)
{
	int called = 0;
	bool at_once = authz_start(a, env, on_decided, &called) == AUTHZ_DONE;

	while (!at_once && called == 0) {
		uv_run(loop, UV_RUN_ONCE);
	}
	assert_int_equal(called, at_once ? 0 : 1);
	return at_once;
}

#endif
