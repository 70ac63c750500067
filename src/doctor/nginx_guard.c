/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_ordered.h"
#include "doctor/nginx_private.h"

#define BODY_DEFAULT (UINT64_C(1) << 20) /* client_max_body_size, where it is not set */

/* Whether the response of `return` shows or does anything: not a denial, and not a redirect. */
static bool responds(const struct import_node *node)
{
	static const char *const redirects[] = {"http://", "https://", "$scheme"};
	struct str code = nginx_arg(node, 1);

	for (size_t i = 0; i < ARRAY_LEN(redirects); i++) {
		if (str_starts_with(code, redirects[i])) {
			return false;
		}
	}
	return code.len != 3 || code.data[0] == '2';
}

/* What runs before auth_request, in the block itself or in an `if` of it. */
static void check_rewrites(const struct nginx_look *look, const struct import_node *block)
{
	for (const struct import_node *node = nginx_first(block); node != NULL;
		node = nginx_next(block, node)) {
		struct place place = import_node_place(node);
		struct str flag = nginx_arg(node, 3);

		if (import_node_is(node, "if") && node->block) {
			check_rewrites(look, node);
		} else if (import_node_is(node, "return") && responds(node)) {
			diag_error(look->diag, &place,
				"return runs before auth_request: every client gets this response, "
				"and "
				"doorward is not asked; expected proxy_pass, root or try_files");
		} else if (import_node_is(node, "rewrite") &&
			   (flag.data == NULL || str_eq_text(flag, "last"))) {
			diag_warning(look->diag, &place,
				"rewrite runs before auth_request, and another location than this "
				"one "
				"may serve the new URI: expected the flag break, or auth_request "
				"there, "
				"too");
		}
	}
}

/* A size such as 8m; UINT64_MAX for 0, which is no limit. */
static uint64_t body_size(const struct import_node *block)
{
	const struct import_node *node = nginx_effective(block, "client_max_body_size");
	struct str text = node != NULL ? nginx_arg(node, 1) : (struct str){NULL, 0};
	unsigned shift = 0;
	uint64_t size;

	if (text.len == 0) {
		return BODY_DEFAULT;
	}
	switch (ascii_lower(text.data[text.len - 1])) {
	case 'k':
		shift = 10;
		break;
	case 'm':
		shift = 20;
		break;
	case 'g':
		shift = 30;
		break;
	default:
		break;
	}
	text.len -= shift > 0;
	if (!str_to_u64(text, UINT32_MAX, &size)) {
		return BODY_DEFAULT;
	}
	return size == 0 ? UINT64_MAX : size << shift;
}

static void check_body(const struct nginx_look *look, const struct import_node *block,
	const struct import_node *location)
{
	struct place place = import_node_place(location);

	if (body_size(block) > body_size(location)) {
		diag_warning(look->diag, &place,
			"uploads that the location with auth_request (line %u of %s) allows are "
			"refused here, with status 500: expected client_max_body_size 0",
			block->line, block->file->path);
	}
}

/* Whether a regular expression might choose a location. */
static bool has_regexes(const struct import_node *server)
{
	const struct import_node *node = NULL;

	if (server->index != NULL) {
		return server->index->regexes;
	}
	while ((node = nginx_find(server, node, "location")) != NULL) {
		if (str_starts_with(nginx_arg(node, 1), "~")) {
			return true;
		}
	}
	return false;
}

static void check_location(struct nginx_look *look, const struct import_node *block,
	const struct import_node *server, const struct import_node *request)
{
	struct str uri = nginx_arg(request, 1);
	size_t known = str_find(uri, '$');
	const struct import_node *location =
		nginx_location_of(server, (struct str){uri.data, known}, known == uri.len);
	struct place place = import_node_place(request);
	struct nginx_pass pass;

	if (location != NULL && nginx_asks(look, location, &pass)) {
		look->asked++;
		check_body(look, block, location);
		return;
	}
	/* Of another authorizer, a regular expression, or another URI, nothing is known. */
	if (has_regexes(server) ||
		(location != NULL && nginx_find(location, NULL, "rewrite") != NULL) ||
		(location != NULL && nginx_find(location, NULL, "auth_request") == NULL &&
			nginx_effective(location, "auth_request") == NULL)) {
		return;
	}
	if (location == NULL || location == block ||
		nginx_effective(location, "auth_request") == request) {
		diag_error(look->diag, &place,
			"auth_request %.*s: the server has no location of that name, and every "
			"request ends with status 500",
			(int)uri.len, uri.data);
	}
}

void nginx_look_at_guard(struct nginx_look *look, const struct import_node *block)
{
	const struct import_node *request = nginx_effective(block, "auth_request");
	const struct import_node *server = nginx_enclosing(block, "server");

	if (request == NULL || server == NULL || nginx_says(request, "off")) {
		return;
	}
	if (nginx_find(block, NULL, "auth_request") != NULL) {
		check_location(look, block, server, request);
	}
	/* The same rewrites run for the subrequest's location, too, which has no auth_request. */
	struct nginx_pass pass;

	if (!nginx_asks(look, block, &pass)) {
		check_rewrites(look, block);
	}
}
