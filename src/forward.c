/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "forward.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 256 /* longer header names are nobody's */

/* What the client asked the front end for, as the front end tells it. */
enum original { ORIGINAL_URI, ORIGINAL_METHOD, ORIGINAL_HOST, ORIGINAL_COUNT };

static const char *const param_of[ORIGINAL_COUNT] = {
	[ORIGINAL_URI] = "REQUEST_URI",
	[ORIGINAL_METHOD] = "REQUEST_METHOD",
	[ORIGINAL_HOST] = "HTTP_HOST",
};

static const char policy_param[] = "DOORWARD_POLICY";

static const struct {
	const char *name;
	enum original what;
} told[] = {
	{"HTTP_X_FORWARDED_URI", ORIGINAL_URI},
	{"HTTP_X_ORIGINAL_URI", ORIGINAL_URI},
	{"HTTP_X_FORWARDED_METHOD", ORIGINAL_METHOD},
	{"HTTP_X_ORIGINAL_METHOD", ORIGINAL_METHOD},
	{"HTTP_X_FORWARDED_HOST", ORIGINAL_HOST},
};

struct forward {
	struct input *input;
	const struct config *config;
	struct str originals[ORIGINAL_COUNT];
	/* By the path: most front ends would pass on a client's header. Absent: by the header. */
	struct str policy;
};

static void add(const struct forward *f, const char *name, struct str value)
{
	input_add(f->input, &f->config->frontend.cert, str_view(name), value);
}

/* Nobody can tell what this is: it counts as having come twice, which is denied. */
static void contradict(const struct forward *f, const char *param)
{
	add(f, param, str_view(""));
	add(f, param, str_view(""));
}

/* A second word on the same thing must be the same word; else one of them is the client's. */
static void agree(const struct forward *f, struct str *slot, struct str value, const char *param)
{
	if (slot->data == NULL) {
		*slot = value;
	} else if (!str_eq(*slot, value)) {
		contradict(f, param);
	}
}

/* ingress-nginx sends scheme, host and URI in one. */
static void take_url(struct forward *f, struct str url)
{
	size_t colon = str_find(url, ':');
	struct str rest = str_from(url, colon);

	if (!str_starts_with(rest, "://")) {
		contradict(f, param_of[ORIGINAL_URI]);
		return;
	}
	rest = str_from(rest, 3);
	size_t slash = str_find(rest, '/');

	agree(f, &f->originals[ORIGINAL_HOST], (struct str){rest.data, slash},
		param_of[ORIGINAL_HOST]);
	agree(f, &f->originals[ORIGINAL_URI], str_from(rest, slash), param_of[ORIGINAL_URI]);
}

/* The param that a header stands for here; NULL for one that is taken under its own name. */
static const char *take_told(struct forward *f, struct str name, struct str value)
{
	if (str_eq_text(name, "HTTP_X_DOORWARD_POLICY")) {
		agree(f, &f->policy, value, policy_param);
		return policy_param;
	}
	if (str_eq_text(name, "HTTP_X_ORIGINAL_URL")) {
		take_url(f, value);
		return param_of[ORIGINAL_URI];
	}
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		if (str_eq_text(name, told[i].name)) {
			enum original what = told[i].what;

			agree(f, &f->originals[what], value, param_of[what]);
			return param_of[what];
		}
	}
	return NULL;
}

/*
 * A front end that replaces X-Real-IP lets a client's X_Real_IP pass. As both stand for the same
 * name, that one must not even stand alone.
 */
static void take_header(struct forward *f, struct str name, struct str value, bool ambiguous)
{
	if (str_eq_text(name, param_of[ORIGINAL_HOST])) {
		return; /* the door's own, where the front end does not pass the client's on */
	}
	const char *param = take_told(f, name, value);

	if (param != NULL && ambiguous) {
		contradict(f, param);
	}
	for (int times = ambiguous ? 2 : 1; param == NULL && times > 0; times--) {
		input_add(f->input, &f->config->frontend.cert, name, value);
	}
}

/* As CGI names it (RFC 3875 4.1.18). False for one that is too long. */
static bool cgi_name(struct str name, char out[NAME_MAX_LEN], struct str *result, bool *ambiguous)
{
	size_t len = 5;

	*ambiguous = false;
	if (name.len > NAME_MAX_LEN - len) {
		return false;
	}
	memcpy(out, "HTTP_", len);
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		*ambiguous = *ambiguous || c == '_';
		out[len++] = c == '-' ? '_' : (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	*result = (struct str){out, len};
	return true;
}

void forward_input(struct input *input, const struct config *config, const struct http_head *head,
	const struct http_route *route)
{
	struct forward f = {.input = input, .config = config};
	struct str own[ORIGINAL_COUNT] = {
		[ORIGINAL_URI] = head->target,
		[ORIGINAL_METHOD] = head->method,
		[ORIGINAL_HOST] = http_head_value(head, "Host"),
	};
	char text[NAME_MAX_LEN];
	struct str name;
	bool ambiguous;

	f.policy = route->policy;
	if (f.policy.data == NULL && !config->frontend.policy_header) {
		f.policy = str_view("default");
	}
	f.originals[ORIGINAL_URI] = route->uri;
	for (size_t i = 0; i < head->header_count; i++) {
		if (cgi_name(head->headers[i].name, text, &name, &ambiguous)) {
			take_header(&f, name, head->headers[i].value, ambiguous);
		}
	}
	for (size_t i = 0; i < ORIGINAL_COUNT; i++) {
		struct str value = f.originals[i].data != NULL ? f.originals[i] : own[i];

		if (value.data != NULL) {
			add(&f, param_of[i], value);
		}
	}
	if (f.policy.data != NULL) {
		add(&f, policy_param, f.policy);
	}
}

void forward_refuse(struct input *input, const struct addr *from, char why[FORWARD_WHY_MAX])
{
	char ip[ADDR_TEXT_MAX];

	addr_format(from, ip);
	snprintf(why, FORWARD_WHY_MAX,
		"%s may not ask over HTTP: [frontend] trusted_proxies = %s would let it", ip, ip);
	input->unusable = why;
}
