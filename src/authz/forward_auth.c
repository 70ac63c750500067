/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/forward_auth.h"

#include "policy/claim.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 256 /* no header that is read has a longer name */

/*
 * The client's request to the front end, as the front end describes it, and the policy to judge it
 * by.
 */
enum original {
	ORIGINAL_URI,
	ORIGINAL_METHOD,
	ORIGINAL_HOST,
	ORIGINAL_SCHEME,
	ORIGINAL_POLICY,
	ORIGINAL_COUNT
};

static const char *const param_of[ORIGINAL_COUNT] = {
	[ORIGINAL_URI] = "REQUEST_URI",
	[ORIGINAL_METHOD] = "REQUEST_METHOD",
	[ORIGINAL_HOST] = "HTTP_HOST",
	[ORIGINAL_SCHEME] = "REQUEST_SCHEME",
	[ORIGINAL_POLICY] = "DOORWARD_POLICY",
};

/* The headers in which front ends describe it; in struct authz_input, bits of `told`. */
enum word {
	WORD_FORWARDED_URI,
	WORD_ORIGINAL_URI,
	WORD_FORWARDED_METHOD,
	WORD_ORIGINAL_METHOD,
	WORD_FORWARDED_HOST,
	WORD_FORWARDED_PROTO,
	WORD_ORIGINAL_URL, /* may contain the host and the scheme, too */
	WORD_COUNT,
	WORD_PATH = WORD_COUNT, /* not a header: doorward's own path contains the client's */
	WORD_HTTP               /* not a header: the request came over HTTP */
};

#define BIT(n) (1U << (n))

static const struct {
	const char *name;   /* its name in CGI */
	const char *header; /* its name in HTTP */
	unsigned tells;     /* bits 1 << enum original */
} told[WORD_COUNT] = {
	[WORD_FORWARDED_URI] = {"HTTP_X_FORWARDED_URI", "X-Forwarded-Uri", BIT(ORIGINAL_URI)},
	[WORD_ORIGINAL_URI] = {"HTTP_X_ORIGINAL_URI", "X-Original-URI", BIT(ORIGINAL_URI)},
	[WORD_FORWARDED_METHOD] = {"HTTP_X_FORWARDED_METHOD", "X-Forwarded-Method",
		BIT(ORIGINAL_METHOD)},
	[WORD_ORIGINAL_METHOD] = {"HTTP_X_ORIGINAL_METHOD", "X-Original-Method",
		BIT(ORIGINAL_METHOD)},
	[WORD_FORWARDED_HOST] = {"HTTP_X_FORWARDED_HOST", "X-Forwarded-Host", BIT(ORIGINAL_HOST)},
	[WORD_FORWARDED_PROTO] = {"HTTP_X_FORWARDED_PROTO", "X-Forwarded-Proto",
		BIT(ORIGINAL_SCHEME)},
	[WORD_ORIGINAL_URL] = {"HTTP_X_ORIGINAL_URL", "X-Original-URL",
		BIT(ORIGINAL_URI) | BIT(ORIGINAL_HOST) | BIT(ORIGINAL_SCHEME)},
};

struct forward {
	struct authz_input *input;
	const struct config *config;
	struct str originals[ORIGINAL_COUNT];
	unsigned disputed; /* bits 1 << enum original: unknown, and counts as having come twice */
	unsigned words;    /* the headers that count with this front end: bits 1 << enum word */
};

/*
 * A second value of the same thing must be equal; else one of them may be the client's. Of two URIs
 * an absolute one is kept, because it makes the host doubtful, too.
 */
static void agree(struct forward *f, enum original what, struct str value)
{
	struct str *slot = &f->originals[what];

	if (slot->data != NULL && !str_eq(*slot, value)) {
		f->disputed |= BIT(what);
	}
	if (slot->data == NULL || (what == ORIGINAL_URI && policy_claim_uri_names_host(value))) {
		*slot = value;
	}
}

/*
 * ingress-nginx sends scheme, Host and URI in one; IIS (ARR, App Service) the path and query. An
 * absolute URI directly behind the Host looks like a Host that ends with that URI's scheme.
 */
static void take_url(struct forward *f, struct str url)
{
	struct str rest = str_from(url, str_find(url, ':'));

	if (url.len == 0 || url.data[0] == '/') {
		agree(f, ORIGINAL_URI, url);
		return;
	}
	if (!str_starts_with(rest, "://")) {
		f->disputed |= BIT(ORIGINAL_URI);
		return;
	}
	agree(f, ORIGINAL_SCHEME, (struct str){url.data, url.len - rest.len});
	rest = str_from(rest, 3);
	size_t slash = str_find(rest, '/');
	struct str host = {rest.data, slash};
	struct str uri = str_from(rest, slash);

	if (host.len > 0 && host.data[host.len - 1] == ':' && str_starts_with(uri, "//")) {
		f->disputed |= BIT(ORIGINAL_URI) | BIT(ORIGINAL_HOST);
	}
	agree(f, ORIGINAL_HOST, host);
	agree(f, ORIGINAL_URI, uri);
}

static enum original take_word(struct forward *f, enum word word, struct str value)
{
	enum original what = (enum original)__builtin_ctz(told[word].tells);

	f->input->told |= BIT(word);
	if (word == WORD_ORIGINAL_URL) {
		take_url(f, value);
	} else {
		agree(f, what, value);
	}
	return what;
}

/* What a header describes; ORIGINAL_COUNT for one that is read under its own name. */
static enum original take_told(struct forward *f, struct str name, struct str value)
{
	if (str_eq_text(name, "HTTP_X_DOORWARD_POLICY")) {
		agree(f, ORIGINAL_POLICY, value);
		return ORIGINAL_POLICY;
	}
	for (unsigned i = 0; i < WORD_COUNT; i++) {
		if ((f->words >> i & 1) != 0 && str_eq_text(name, told[i].name)) {
			return take_word(f, (enum word)i, value);
		}
	}
	return ORIGINAL_COUNT;
}

/*
 * A front end that replaces X-Real-IP lets a client's X_Real_IP pass. Both get the same name in
 * CGI, so X_Real_IP must not count even alone.
 */
static void take_header(struct forward *f, struct str name, struct str value, bool ambiguous)
{
	if (str_eq_text(name, param_of[ORIGINAL_HOST])) {
		return; /* doorward's own: take_own decides whether it is the client's */
	}
	enum original what = take_told(f, name, value);

	if (what < ORIGINAL_COUNT && ambiguous) {
		f->disputed |= BIT(what);
	} else if (ambiguous) {
		authz_input_add_ambiguous(f->input, &f->config->frontend.cert, name, value);
	} else if (what == ORIGINAL_COUNT) {
		authz_input_add(f->input, &f->config->frontend.cert, name, value);
	}
}

/* Converts a name to its form in CGI (RFC 3875 4.1.18). False if it is too long. */
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

/*
 * The headers that the front end writes: others may be the client's. ingress-nginx writes
 * X-Original-URL and X-Original-Method, Envoy the scheme alone.
 */
static unsigned words_of(enum cert_profile profile)
{
	switch (profile) {
	case CERT_PROFILE_INGRESS_NGINX:
		return BIT(WORD_ORIGINAL_URL) | BIT(WORD_ORIGINAL_METHOD);
	case CERT_PROFILE_ENVOY:
		return BIT(WORD_FORWARDED_PROTO);
	default:
		return BIT(WORD_COUNT) - 1;
	}
}

/*
 * Envoy sends the client's own path after the path_prefix, and its method and Host. Otherwise the
 * request is the front end's, and says nothing about the client's.
 */
static void take_own(
	struct forward *f, const struct http_head *head, const struct http_route *route)
{
	enum cert_profile profile = f->config->frontend.profile;

	f->words = words_of(profile);
	f->input->told = BIT(WORD_HTTP);
	if (route->uri.data == NULL) {
		return;
	}
	f->input->told |= BIT(WORD_PATH);
	f->originals[ORIGINAL_URI] = route->uri;
	if (profile == CERT_PROFILE_ENVOY) {
		f->originals[ORIGINAL_METHOD] = head->method;
		f->originals[ORIGINAL_HOST] = http_head_value(head, "Host");
	}
}

static void take_original(const struct forward *f, enum original what)
{
	const struct cert_sources *sources = &f->config->frontend.cert;
	struct str param = str_view(param_of[what]);

	if ((f->disputed & BIT(what)) != 0) {
		authz_input_add_ambiguous(f->input, sources, param, f->originals[what]);
	} else if (f->originals[what].data != NULL) {
		authz_input_add(f->input, sources, param, f->originals[what]);
	}
}

static void take_fields(const struct http_head *head, struct authz_fields *fields)
{
	fields->count = 0;
	fields->overflow = false;
	for (size_t i = 0; i < head->header_count; i++) {
		authz_fields_add(fields, head->headers[i].name, head->headers[i].value);
	}
}

void authz_forward_input(struct authz_input *input, const struct config *config,
	const struct http_head *head, const struct http_route *route, struct authz_fields *fields)
{
	struct forward f = {.input = input, .config = config};
	char text[NAME_MAX_LEN];
	struct str name;
	bool ambiguous;

	input->lines_are_told_apart = true;
	input->from_trusted_peer = true;
	/*
	 * From the path: most front ends would pass on a client's header. Absent: from the header.
	 */
	f.originals[ORIGINAL_POLICY] = route->policy;
	if (route->policy.data == NULL && !config->frontend.policy_header) {
		f.originals[ORIGINAL_POLICY] = str_view("default");
	}
	take_own(&f, head, route);
	for (size_t i = 0; i < head->header_count; i++) {
		if (cgi_name(head->headers[i].name, text, &name, &ambiguous)) {
			take_header(&f, name, head->headers[i].value, ambiguous);
		}
	}
	for (unsigned i = 0; i < ORIGINAL_COUNT; i++) {
		take_original(&f, (enum original)i);
	}
	if (authz_input_is_signed(input)) {
		take_fields(head, fields);
		input->fields = fields;
	}
}

static bool original_of(enum authz_input_name name, enum original *what)
{
	switch (name) {
	case AUTHZ_INPUT_REQUEST_URI:
		*what = ORIGINAL_URI;
		return true;
	case AUTHZ_INPUT_REQUEST_METHOD:
		*what = ORIGINAL_METHOD;
		return true;
	case AUTHZ_INPUT_HOST:
		*what = ORIGINAL_HOST;
		return true;
	default:
		return false;
	}
}

static bool any_tells(unsigned words, enum original what)
{
	for (unsigned i = 0; i < WORD_COUNT; i++) {
		if ((words & BIT(i)) != 0 && (told[i].tells & BIT(what)) != 0) {
			return true;
		}
	}
	return false;
}

bool authz_forward_words(const struct authz_input *input, const struct config *config,
	enum authz_input_name name, struct bytes *out)
{
	bool came = (input->present >> name & 1) != 0;
	unsigned words = came ? input->told : words_of(config->frontend.profile);
	const char *separator = "";
	enum original what;

	if ((input->told & BIT(WORD_HTTP)) == 0 || !original_of(name, &what)) {
		return false;
	}
	if (!any_tells(words, what) ||
		(what == ORIGINAL_URI && (input->told & BIT(WORD_PATH)) != 0)) {
		bytes_append_text(out, "the path after the policy");
		separator = " and ";
	}
	for (unsigned i = 0; i < WORD_COUNT; i++) {
		if ((told[i].tells & BIT(what)) != 0 && (words & BIT(i)) != 0) {
			bytes_appendf(out, "%s%s", separator, told[i].header);
			separator = came ? " and " : " or ";
		}
	}
	return true;
}

void authz_forward_refuse(
	struct authz_input *input, const struct addr *from, char why[AUTHZ_FORWARD_WHY_MAX])
{
	char ip[ADDR_TEXT_MAX];

	addr_format(from, ip);
	snprintf(why, AUTHZ_FORWARD_WHY_MAX,
		"%s may not ask over HTTP: [frontend] trusted_proxies = %s would let it", ip, ip);
	input->unusable = why;
}
