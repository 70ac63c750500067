/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_PROFILE_H
#define DW_CERT_PROFILE_H

#include "base/str.h"
#include "cert/cert.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * How each front end hands on a client certificate and its own word about it: the one table that
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

/* What the front end itself does about the certificate. */
enum cert_frontend {
	CERT_FRONTEND_SAYS,    /* it verifies, and says so in every request */
	CERT_FRONTEND_SILENT,  /* it may verify, and sends no word */
	CERT_FRONTEND_TRUSTED, /* likewise, and trust_frontend stands in for the word */
	CERT_FRONTEND_NOTHING  /* it verifies nothing */
};

/* The values that a front end sends about a certificate. A param goes before a header. */
enum cert_input {
	CERT_INPUT_PARAM,
	CERT_INPUT_HEADER,
	CERT_INPUT_CHAIN, /* a header: the intermediates, without the leaf */
	CERT_INPUT_STATUS_PARAM,
	CERT_INPUT_STATUS_HEADER,
	CERT_INPUT_FINDING, /* a header: what else must hold beside the status */
	CERT_INPUT_SUBJECT, /* a header: of the certificate that the status is about, RFC 2253 */
	CERT_INPUT_ISSUER,  /* likewise */
	CERT_INPUT_COUNT
};

/* `cert_source` and `verify_source` as configured; name NULL: as the profile says. */
struct cert_choice {
	const char *name; /* as written: a param's name, or a header's */
	bool is_header;
	enum cert_codec codec;
};

struct cert_words; /* what each word of a front end means */

/*
 * A number below CERT_NAME_MARKS, of a name's length, middle and last letter, by which nearly all
 * of the names that a front end sends are told apart from the few that are read.
 */
#define CERT_NAME_MARKS 64
#define CERT_NAME_MARK(len, middle, last)                                                          \
	(((unsigned)(len) + 9u * (unsigned char)(middle) + 5u * (unsigned char)(last)) %           \
		CERT_NAME_MARKS)

/* Of a name that is not empty. */
static inline unsigned cert_name_mark(struct str name)
{
	return CERT_NAME_MARK(name.len, name.data[name.len / 2], name.data[name.len - 1]);
}

/* A profile with what the configuration changed of it. */
struct cert_sources {
	enum cert_profile profile;
	enum cert_frontend frontend;
	/* As FastCGI and CGI name them, HTTP_* for headers; data is NULL for what is not read. */
	struct str names[CERT_INPUT_COUNT];
	uint64_t name_marks; /* bit 1 << cert_name_mark of each */
	enum cert_codec param_codec;
	enum cert_codec header_codec;
	bool list;           /* the certificate's own text may go on with intermediates */
	const char *no_cert; /* a text that stands for none, or NULL */
	const struct cert_words *status;
	const struct cert_words *finding;
	const char *sent_by; /* what makes the front end send these, for people; or NULL */
};

/* "nginx", ..., as the configuration names them. */
const char *cert_profile_word(enum cert_profile profile);

/*
 * The sources by profile and choices; the names that choices give are made in the arena. NULL, or
 * why these do not go together, a static string.
 */
NODISCARD const char *cert_sources_make(enum cert_profile profile, const struct cert_choice *cert,
	const struct cert_choice *status, bool trust_frontend, struct arena *arena,
	struct cert_sources *out);

/* NULL if `verify = frontend` (or both) has a word to go by, else why it has none. */
const char *cert_sources_refuse_frontend(const struct cert_sources *sources);

/*
 * The front end's word. `status` and `finding`: what came in those inputs, data NULL if nothing
 * did. `present`: a certificate came with them.
 */
enum cert_word cert_sources_word(
	const struct cert_sources *sources, struct str status, struct str finding, bool present);

/* The status that verifies, as the front end writes it; NULL: it sends none. */
const char *cert_sources_good_word(const struct cert_sources *sources);

/*
 * What its word would be for a certificate that came with this status, and nothing against it;
 * data NULL: with the status that verifies.
 */
enum cert_word cert_sources_suppose(const struct cert_sources *sources, struct str status);

/*
 * Whether a header, or param, can have this name: letters, digits and `_`, in headers `-`, too. No
 * param's name begins with HTTP_: those are headers, which clients can send.
 */
NODISCARD bool cert_name_is_good(struct str name, bool is_header);

#endif
