/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Any configuration of nginx, or output of nginx -T, can be looked at. */

#include "doctor/nginx.h"

#include "doctor/nginx_index.h"
#include "doctor/nginx_source.h"
#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *ctx, struct str target, bool http)
{
	size_t *sum = ctx;

	*sum += target.len + http;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "[server]\nlisten = unix:/d.sock\nlisten = http:unix:/h.sock\n"
				   "[frontend]\ntrust_headers = yes\nforwarded_for = yes\n"
				   "[policy default]\nclient_cert = required\nallow = *\n";
	struct str given = str_from_bytes(data, size);
	struct import_source source = {&given, import_read, import_glob};
	struct import_node *root;
	struct nginx_dump files;
	struct arena arena;
	struct diag diag;
	bool unreadable;
	size_t sum = 0;

	arena_init(&arena, 4096);
	diag_init(&diag);
	struct config *config = config_load_text("/out.conf", str_view(text), &diag);
	bool dumped = nginx_dump_read(given, &arena, &files);

	assert(config != NULL);
	if (import_nginx_parse(dumped ? files.first : IMPORT_PATH, dumped ? &files.source : &source,
		    &arena, &diag, &root, &unreadable)) {
		struct diag indexed;
		size_t asked;

		diag_init(&indexed);
		diag_clear(&diag);
		diag_init(&diag);
		asked = doctor_look_at_nginx(root, config, &diag);
		/* The same is found by the index of the blocks. */
		assert(nginx_index(root, &arena));
		assert(doctor_look_at_nginx(root, config, &indexed) == asked);
		assert(str_eq(bytes_view(&indexed.text), bytes_view(&diag.text)));
		diag_clear(&indexed);
		doctor_nginx_targets(root, config, ignore, &sum);
		(void)doctor_nginx_user(root);
	}
	config_unref(config);
	diag_clear(&diag);
	arena_clear(&arena);
	return 0;
}
