/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_PROFILE_H
#define DW_CERT_PROFILE_H

#include "base/str.h"
#include "cert/cert.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * How each front end sends a client certificate and the result of its own check: the one table that
 * the configuration, the input and the decision read.
 */

enum cert_profile {
	CERT_PROFILE_NGINX,
	CERT_PROFILE_LIGHTTPD,
	CERT_PROFILE_APACHE,
	CERT_PROFILE_INGRESS_NGINX,
	CERT_PROFILE_HAPROXY,
	CERT_PROFILE_ENVOY,
	CERT_PROFILE_TRAEFIK,
	CERT_PROFILE_CADDY,
	CERT_PROFILE_AWS_ALB,
	CERT_PROFILE_AZURE_APPSERVICE,
	CERT_PROFILE_AZURE_APPGW,
	CERT_PROFILE_AZURE_APIM,
	CERT_PROFILE_GOOGLE_LB,
	CERT_PROFILE_CLOUDFLARE,
	CERT_PROFILE_RFC9440,
	CERT_PROFILE_COUNT
};

/* How the front end checks the certificate. */
enum cert_frontend {
	CERT_FRONTEND_SAYS,    /* it verifies, and sends the result in every request */
	CERT_FRONTEND_SILENT,  /* it may verify, and sends no result */
	CERT_FRONTEND_TRUSTED, /* it may verify, and trust_frontend stands in for its result */
	CERT_FRONTEND_NOTHING  /* it does not verify */
};

/* The values that a front end sends about a certificate. A param takes precedence over a header. */
enum cert_input {
	CERT_INPUT_PARAM,
	CERT_INPUT_HEADER,
	CERT_INPUT_CHAIN, /* a header: the intermediates, without the leaf */
	CERT_INPUT_STATUS_PARAM,
	CERT_INPUT_STATUS_HEADER,
	CERT_INPUT_FINDING, /* a header: a second value that must be good, too */
	/* Headers about the certificate that the status is about: */
	CERT_INPUT_DIGEST,  /* its SHA-256, hexadecimal or base64 */
	CERT_INPUT_SUBJECT, /* its subject, as any program prints a name */
	CERT_INPUT_ISSUER,
	CERT_INPUT_COUNT
};

/* `cert_source` and `verify_source` as configured; name NULL: those of the profile. */
struct cert_choice {
	const char *name; /* as written: the name of a param or of a header */
	bool is_header;
	enum cert_codec codec;
};

struct cert_words; /* the meaning of each word of a front end */

/*
 * A hash below CERT_NAME_MARKS, of a name's length, middle and last letter, by which nearly all
 * names that a front end sends are told apart from the few that are read.
 */
#define CERT_NAME_MARKS 64
#define CERT_NAME_MARK(len, middle, last)                                                          \
	(((unsigned)(len) + 3u * (unsigned char)(middle) + 11u * (unsigned char)(last)) %          \
		CERT_NAME_MARKS)

/* The name must not be empty. */
static inline unsigned cert_name_mark(struct str name)
{
	return CERT_NAME_MARK(name.len, name.data[name.len / 2], name.data[name.len - 1]);
}

/* A profile, as changed by the configuration. */
struct cert_sources {
	enum cert_profile profile;
	enum cert_frontend frontend;
	/*
	 * Their names in FastCGI and CGI, HTTP_* for headers; data is NULL for an input that is not
	 * read.
	 */
	struct str names[CERT_INPUT_COUNT];
	uint64_t name_marks; /* bit 1 << cert_name_mark of each name */
	enum cert_codec param_codec;
	enum cert_codec header_codec;
	bool list;           /* intermediates may follow the certificate in its text */
	bool both_names;     /* subject and issuer come together, and an empty one is left out */
	const char *no_cert; /* a text that means that there is no certificate, or NULL */
	const struct cert_words *status;
	const struct cert_words *finding;
	/* the directives by which the front end sends these, for people; or NULL */
	const char *sent_by;
};

/* "nginx", ..., as the configuration names them. */
const char *cert_profile_word(enum cert_profile profile);

/*
 * The sources of a profile and choices; the names of the choices are made in the arena. NULL, or
 * why they do not fit together, a static string.
 */
NODISCARD const char *cert_sources_make(enum cert_profile profile, const struct cert_choice *cert,
	const struct cert_choice *status, bool trust_frontend, struct arena *arena,
	struct cert_sources *out);

/*
 * NULL if `verify = frontend` (or both) is possible, else why not: the front end sends no result.
 */
const char *cert_sources_refuse_frontend(const struct cert_sources *sources);

/*
 * The front end's result. `status` and `finding`: the values of those inputs, data NULL if absent.
 * `present`: a certificate came with them. CERT_VERIFY_SUCCESS without a certificate: there is one,
 * and it did not come; CERT_VERIFY_NONE with one: the front end did not write it.
 */
enum cert_verify_status cert_sources_verify_status(
	const struct cert_sources *sources, struct str status, struct str finding, bool present);

/* The status for a verified certificate, as the front end writes it; NULL: it sends none. */
const char *cert_sources_good_word(const struct cert_sources *sources);

/*
 * The result for a certificate that came with this status, without a finding; data NULL: with the
 * status for a verified certificate.
 */
enum cert_verify_status cert_sources_suppose(const struct cert_sources *sources, struct str status);

/*
 * Whether a header, or param, can have this name: letters, digits and `_`, in headers `-`, too. The
 * name of a param must not begin with HTTP_: those are headers, which clients can send.
 */
NODISCARD bool cert_name_is_good(struct str name, bool is_header);

#endif
