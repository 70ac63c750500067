/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/profile.h"

#include "base/util.h"
#include "cert/profile_words.h"

#include <string.h>

#define PARAM_CERT "SSL_CLIENT_CERT"
#define PARAM_STATUS "SSL_CLIENT_VERIFY"
#define HEADER_CERT "HTTP_X_SSL_CLIENT_CERT"
#define HEADER_STATUS "HTTP_X_SSL_CLIENT_VERIFY"
#define HEADER_SUBJECT "HTTP_X_SSL_CLIENT_S_DN"
#define HEADER_ISSUER "HTTP_X_SSL_CLIENT_I_DN"

struct profile {
	const char *word;
	enum cert_frontend frontend; /* SAYS, SILENT or NOTHING */
	const char *param;
	enum cert_codec param_codec;
	const char *header;
	enum cert_codec header_codec;
	bool list; /* leaf first */
	const char *chain;
	const char *status_param;
	const char *status_header;
	const struct cert_words *status;
	const char *finding_header;
	const struct cert_words *finding;
	const char *digest_header;
	const char *subject_header;
	const char *issuer_header;
	bool both_names;
	const char *no_cert;
	/* the directives by which the front end sends certificate and result; NULL: unknown */
	const char *sent_by;
};

#define AS_NGINX                                                                                   \
	.frontend = CERT_FRONTEND_SAYS, .param = PARAM_CERT, .param_codec = CERT_CODEC_PEM,        \
	.header = HEADER_CERT, .header_codec = CERT_CODEC_PEM, .status_param = PARAM_STATUS,       \
	.status_header = HEADER_STATUS, .status = &cert_words_success,                             \
	.subject_header = HEADER_SUBJECT, .issuer_header = HEADER_ISSUER

static const struct profile profiles[CERT_PROFILE_COUNT] = {
	[CERT_PROFILE_NGINX] = {.word = "nginx",
		AS_NGINX,
		.sent_by = "ssl_verify_client, fastcgi_param SSL_CLIENT_CERT $ssl_client_raw_cert "
			   "and fastcgi_param SSL_CLIENT_VERIFY $ssl_client_verify"},
	[CERT_PROFILE_LIGHTTPD] = {.word = "lighttpd",
		AS_NGINX,
		.sent_by = "ssl.verifyclient.activate and ssl.verifyclient.exportcert"},
	/* RequestHeader writes (null) for a variable that is not set. */
	[CERT_PROFILE_APACHE] = {.word = "apache",
		AS_NGINX,
		.no_cert = "(null)",
		.sent_by = "SSLVerifyClient and RewriteRule ^ - "
			   "[E=SSL_CLIENT_CERT:%{SSL:SSL_CLIENT_CERT}], and the same for "
			   "SSL_CLIENT_VERIFY"},
	[CERT_PROFILE_INGRESS_NGINX] = {.word = "ingress-nginx",
		.frontend = CERT_FRONTEND_SAYS,
		.header = "HTTP_SSL_CLIENT_CERT",
		.header_codec = CERT_CODEC_PEM,
		.status_header = "HTTP_SSL_CLIENT_VERIFY",
		/*
		 * The controller replaces these headers whenever it replaces the status, but not
		 * the certificate header: without pass-certificate-to-upstream the client can set
		 * it. An empty name removes its header.
		 */
		.subject_header = "HTTP_SSL_CLIENT_SUBJECT_DN",
		.issuer_header = "HTTP_SSL_CLIENT_ISSUER_DN",
		.both_names = true,
		.sent_by = "the annotations auth-tls-secret and "
			   "auth-tls-pass-certificate-to-upstream (or, for auth-url, "
			   "auth-proxy-set-headers)",
		.status = &cert_words_success},
	[CERT_PROFILE_HAPROXY] = {.word = "haproxy",
		.frontend = CERT_FRONTEND_SAYS,
		.param = PARAM_CERT,
		.param_codec = CERT_CODEC_DER_B64,
		.header = HEADER_CERT,
		.header_codec = CERT_CODEC_DER_B64,
		.status_param = PARAM_STATUS,
		.status_header = HEADER_STATUS,
		.status = &cert_words_haproxy,
		/* Common configurations send these with the status, without the certificate. */
		.subject_header = "HTTP_X_SSL_CLIENT_DN",
		.issuer_header = "HTTP_X_SSL_ISSUER",
		.sent_by = "verify on the bind line, %[ssl_c_der,base64] and %[ssl_c_verify]"},
	[CERT_PROFILE_ENVOY] = {.word = "envoy",
		.frontend = CERT_FRONTEND_SILENT,
		.header = "HTTP_X_FORWARDED_CLIENT_CERT",
		.header_codec = CERT_CODEC_XFCC,
		.list = true,
		.sent_by = "forward_client_cert_details: SANITIZE_SET with cert: true"},
	[CERT_PROFILE_TRAEFIK] = {.word = "traefik",
		.frontend = CERT_FRONTEND_SILENT,
		.header = "HTTP_X_FORWARDED_TLS_CLIENT_CERT",
		.header_codec = CERT_CODEC_DER_B64,
		.list = true,
		.sent_by = "the middleware passTLSClientCert with pem: true"},
	[CERT_PROFILE_CADDY] = {.word = "caddy",
		.frontend = CERT_FRONTEND_SILENT,
		.param = PARAM_CERT,
		.param_codec = CERT_CODEC_PEM,
		.header = HEADER_CERT,
		.header_codec = CERT_CODEC_DER_B64,
		/* Caddy does not replace a placeholder without a value. */
		.no_cert = "{http.request.tls.client.certificate_der_base64}",
		.sent_by = "client_auth and header_up X-SSL-Client-Cert "
			   "{http.request.tls.client.certificate_der_base64}"},
	/* In verify mode; choose_mode has what differs in passthrough. */
	[CERT_PROFILE_AWS_ALB] = {.word = "aws-alb",
		.frontend = CERT_FRONTEND_SILENT,
		.header = "HTTP_X_AMZN_MTLS_CLIENTCERT_LEAF",
		.header_codec = CERT_CODEC_PEM,
		.sent_by = "the listener's mutual authentication"},
	[CERT_PROFILE_AZURE_APPSERVICE] = {.word = "azure-appservice",
		.frontend = CERT_FRONTEND_NOTHING,
		.header = "HTTP_X_ARR_CLIENTCERT",
		.header_codec = CERT_CODEC_DER_B64,
		.sent_by = "the app's incoming client certificates"},
	[CERT_PROFILE_AZURE_APPGW] = {.word = "azure-appgw",
		.sent_by = "rewrites of {var_client_certificate} and "
			   "{var_client_certificate_verification}",
		.frontend = CERT_FRONTEND_SAYS,
		.header = HEADER_CERT,
		.header_codec = CERT_CODEC_PEM,
		.status_header = HEADER_STATUS,
		.status = &cert_words_success,
		.subject_header = HEADER_SUBJECT,
		.issuer_header = HEADER_ISSUER},
	[CERT_PROFILE_AZURE_APIM] = {.word = "azure-apim",
		.frontend = CERT_FRONTEND_NOTHING,
		.header = HEADER_CERT,
		.header_codec = CERT_CODEC_DER_B64},
	[CERT_PROFILE_GOOGLE_LB] = {.word = "google-lb",
		.frontend = CERT_FRONTEND_SAYS,
		.header = "HTTP_X_CLIENT_CERT_LEAF",
		.header_codec = CERT_CODEC_RFC9440,
		.chain = "HTTP_X_CLIENT_CERT_CHAIN",
		.status_header = "HTTP_X_CLIENT_CERT_CHAIN_VERIFIED",
		.status = &cert_words_true,
		.finding_header = "HTTP_X_CLIENT_CERT_ERROR",
		.finding = &cert_words_google_errors,
		/* Google's own example sends this and the status, without the certificate. */
		.digest_header = "HTTP_X_CLIENT_CERT_HASH",
		.sent_by = "custom request headers of the backend service"},
	[CERT_PROFILE_CLOUDFLARE] = {.word = "cloudflare",
		.frontend = CERT_FRONTEND_SAYS,
		.header = "HTTP_CF_CLIENT_CERT_DER_BASE64",
		.header_codec = CERT_CODEC_DER_B64,
		.status_header = "HTTP_CF_CERT_VERIFIED",
		.status = &cert_words_true,
		.finding_header = "HTTP_CF_CERT_REVOKED",
		.finding = &cert_words_cloudflare_revoked,
		/* Of the same transform as the status; the certificate is a feature of its own. */
		.digest_header = "HTTP_CF_CERT_FINGERPRINT_SHA256",
		.sent_by = "the managed transform that adds TLS client auth headers"},
	[CERT_PROFILE_RFC9440] = {.word = "rfc9440",
		.frontend = CERT_FRONTEND_SILENT,
		.header = "HTTP_CLIENT_CERT",
		.header_codec = CERT_CODEC_RFC9440,
		.chain = "HTTP_CLIENT_CERT_CHAIN"},
};

const char *cert_profile_word(enum cert_profile profile)
{
	return profiles[profile].word;
}

bool cert_name_is_good(struct str name, bool is_header)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!ascii_is_alnum(c) && c != '_' && (c != '-' || !is_header)) {
			return false;
		}
	}
	return name.len > 0 && name.len <= 128 && (is_header || !str_starts_with(name, "HTTP_"));
}

/*
 * ALB sends one of two headers, by its mode, and lets the client set the other one: so only one is
 * ever read. Passthrough sends the whole chain, without having verified it.
 */
static void choose_mode(struct cert_sources *s)
{
	if (s->profile == CERT_PROFILE_AWS_ALB && s->frontend != CERT_FRONTEND_TRUSTED) {
		s->frontend = CERT_FRONTEND_NOTHING;
		s->names[CERT_INPUT_HEADER] = str_view("HTTP_X_AMZN_MTLS_CLIENTCERT");
		s->list = true;
	}
}

/* The name of the choice in FastCGI and CGI; absent when out of memory. */
static struct str wire_name(const struct cert_choice *choice, struct arena *arena)
{
	static const char prefix[] = "HTTP_";
	struct str name = str_view(choice->name);

	if (!choice->is_header) {
		return arena_dup(arena, name);
	}
	size_t len = strlen(prefix) + name.len;
	char *wire = arena_alloc(arena, len + 1, 1);

	if (wire == NULL) {
		return (struct str){NULL, 0};
	}
	memcpy(wire, prefix, strlen(prefix));
	for (size_t i = 0; i < name.len; i++) {
		char c = ascii_lower(name.data[i]);

		wire[strlen(prefix) + i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A')
					   : c == '-'           ? '_'
								: c;
	}
	return (struct str){wire, len};
}

static bool put_choice(struct cert_sources *s, const struct cert_choice *choice,
	enum cert_input param, enum cert_input header, struct arena *arena)
{
	struct str name = wire_name(choice, arena);

	s->names[param] = choice->is_header ? (struct str){NULL, 0} : name;
	s->names[header] = choice->is_header ? name : (struct str){NULL, 0};
	return name.data != NULL;
}

static const char *check_names(const struct cert_sources *s)
{
	for (size_t i = 0; i < CERT_INPUT_COUNT; i++) {
		for (size_t k = 0; k < i; k++) {
			if (s->names[i].data != NULL && str_eq(s->names[i], s->names[k])) {
				return "the same name stands for two things";
			}
		}
	}
	return NULL;
}

static uint64_t marks_of(const struct cert_sources *s)
{
	uint64_t marks = 0;

	for (size_t i = 0; i < CERT_INPUT_COUNT; i++) {
		if (s->names[i].len > 0) {
			marks |= UINT64_C(1) << cert_name_mark(s->names[i]);
		}
	}
	return marks;
}

static const char *check_trust(const struct cert_sources *s, bool says)
{
	if (s->frontend == CERT_FRONTEND_NOTHING && s->profile != CERT_PROFILE_AWS_ALB) {
		return "this profile's front end verifies nothing that could be trusted";
	}
	return says ? "there is a verify status, which says it better" : NULL;
}

const char *cert_sources_make(enum cert_profile profile, const struct cert_choice *cert,
	const struct cert_choice *status, bool trust_frontend, struct arena *arena,
	struct cert_sources *out)
{
	const struct profile *p = &profiles[profile];
	struct cert_sources s = {
		.profile = profile,
		.frontend = p->frontend,
		.names =
			{
				[CERT_INPUT_PARAM] = str_view(p->param),
				[CERT_INPUT_HEADER] = str_view(p->header),
				[CERT_INPUT_CHAIN] = str_view(p->chain),
				[CERT_INPUT_STATUS_PARAM] = str_view(p->status_param),
				[CERT_INPUT_STATUS_HEADER] = str_view(p->status_header),
				[CERT_INPUT_FINDING] = str_view(p->finding_header),
				[CERT_INPUT_DIGEST] = str_view(p->digest_header),
				[CERT_INPUT_SUBJECT] = str_view(p->subject_header),
				[CERT_INPUT_ISSUER] = str_view(p->issuer_header),
			},
		.param_codec = p->param_codec,
		.header_codec = p->header_codec,
		.list = p->list,
		.no_cert = p->no_cert,
		.status = p->status != NULL ? p->status : &cert_words_success,
		.finding = p->finding,
		.both_names = p->both_names,
		.sent_by = p->sent_by,
	};
	bool says = p->frontend == CERT_FRONTEND_SAYS || status->name != NULL;

	if (trust_frontend) {
		const char *wrong = check_trust(&s, says);

		if (wrong != NULL) {
			return wrong;
		}
		s.frontend = CERT_FRONTEND_TRUSTED;
	}
	choose_mode(&s);
	if (cert->name != NULL) {
		if (!put_choice(&s, cert, CERT_INPUT_PARAM, CERT_INPUT_HEADER, arena)) {
			return "out of memory";
		}
		s.param_codec = cert->codec;
		s.header_codec = cert->codec;
		s.list = s.list || cert->codec == CERT_CODEC_XFCC;
	}
	if (status->name != NULL) {
		if (!put_choice(
			    &s, status, CERT_INPUT_STATUS_PARAM, CERT_INPUT_STATUS_HEADER, arena)) {
			return "out of memory";
		}
		s.frontend = s.frontend == CERT_FRONTEND_SILENT ? CERT_FRONTEND_SAYS : s.frontend;
	}
	const char *wrong = check_names(&s);

	if (wrong == NULL) {
		s.name_marks = marks_of(&s);
		*out = s;
	}
	return wrong;
}

/*
 * Whether a result can come with the certificate, as a param with a param, or a header with a
 * header.
 */
static bool has_word_of_its_kind(const struct cert_sources *s)
{
	const struct str *names = s->names;

	return (names[CERT_INPUT_PARAM].data != NULL &&
		       names[CERT_INPUT_STATUS_PARAM].data != NULL) ||
	       (names[CERT_INPUT_HEADER].data != NULL &&
		       names[CERT_INPUT_STATUS_HEADER].data != NULL);
}

const char *cert_sources_refuse_frontend(const struct cert_sources *sources)
{
	switch (sources->frontend) {
	case CERT_FRONTEND_SAYS:
		return has_word_of_its_kind(sources)
			       ? NULL
			       : "certificate and verify status come as a param and a header, and "
				 "the status may be about another certificate; expected both as "
				 "params, "
				 "both as headers, or verify = local";
	case CERT_FRONTEND_TRUSTED:
		return NULL;
	case CERT_FRONTEND_SILENT:
		return "its front end sends no word about a certificate; expected verify = local, "
		       "a verify_source, or trust_frontend = yes if it verifies";
	case CERT_FRONTEND_NOTHING:
		break;
	}
	return sources->profile == CERT_PROFILE_AWS_ALB
		       ? "its passthrough mode verifies nothing; expected verify = local, or "
			 "trust_frontend = yes for its verify mode"
		       : "its front end verifies nothing; expected verify = local";
}

enum cert_verify_status cert_sources_verify_status(
	const struct cert_sources *sources, struct str status, struct str finding, bool present)
{
	enum cert_verify_status result;

	switch (sources->frontend) {
	case CERT_FRONTEND_TRUSTED:
		return present ? CERT_VERIFY_SUCCESS : CERT_VERIFY_NONE;
	case CERT_FRONTEND_SILENT:
	case CERT_FRONTEND_NOTHING:
		return CERT_VERIFY_ABSENT;
	case CERT_FRONTEND_SAYS:
		break;
	}
	if (sources->no_cert != NULL && str_eq_text(status, sources->no_cert)) {
		status = str_view("");
	}
	result = cert_words_read(sources->status, status);
	if (sources->finding != NULL) {
		result = cert_words_join(result, cert_words_read(sources->finding, finding));
	}
	return result == CERT_VERIFY_SUCCESS && !present && sources->status->also_without
		       ? CERT_VERIFY_NONE
		       : result;
}

const char *cert_sources_good_word(const struct cert_sources *sources)
{
	return sources->frontend == CERT_FRONTEND_SAYS ? sources->status->list[0].word : NULL;
}

enum cert_verify_status cert_sources_suppose(const struct cert_sources *sources, struct str status)
{
	struct str finding = {NULL, 0};

	if (status.data == NULL) {
		status = str_view(sources->status->list[0].word);
	}
	if (sources->finding != NULL) {
		finding = str_view(sources->finding->list[0].word);
	}
	return cert_sources_verify_status(sources, status, finding, true);
}
