/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/route.h"

#include "base/util.h"

struct http_route http_route(struct str path)
{
	static const struct {
		const char *path;
		enum http_place place;
	} places[] = {
		{"/auth", HTTP_AUTH},
		{"/healthz", HTTP_HEALTHZ},
		{"/readyz", HTTP_READYZ},
		{"/metrics", HTTP_METRICS},
	};
	struct str plain = {path.data, str_find(path, '?')};
	struct http_route route = {.place = HTTP_NOWHERE};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (str_eq_text(plain, places[i].path)) {
			route.place = places[i].place;
			return route;
		}
	}
	if (str_starts_with(plain, "/auth/")) {
		struct str rest = str_from(path, 6);
		size_t slash = str_find(str_from(plain, 6), '/');

		route.place = HTTP_AUTH;
		route.policy = (struct str){rest.data, slash};
		if (slash < plain.len - 6) {
			route.uri = str_from(rest, slash);
		}
	}
	return route;
}
