/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/trusted_input_text.h"

#define QUOTE_MAX 64 /* bytes of a value that are shown */

static void append_name(
	const struct config_frontend *frontend, enum authz_input_name name, struct bytes *out)
{
	bytes_append_str(out, authz_input_word(&frontend->cert, name));
}

static void append_quoted(struct str value, struct bytes *out)
{
	bool cut = value.len > QUOTE_MAX;

	if (cut) {
		value.len = QUOTE_MAX;
	}
	bytes_append_json(out, value);
	if (cut) {
		bytes_append_text(out, "...");
	}
}

/* Appends "NAME is "VALUE"", or that it did not come. */
static void append_value(const struct authz_input *input, const struct config_frontend *frontend,
	enum authz_input_name name, struct bytes *out)
{
	struct str value = input->values[name];

	append_name(frontend, name, out);
	if (value.data == NULL) {
		bytes_append_text(out, " did not come");
	} else if (value.len == 0) {
		bytes_append_text(out, " is empty");
	} else {
		bytes_append_text(out, " is ");
		append_quoted(value, out);
	}
}

static void append_apart(const struct authz_trusted_input *trusted, struct bytes *out)
{
	char text[2][ADDR_TEXT_MAX];

	addr_format(&trusted->apart[0], text[0]);
	addr_format(&trusted->apart[1], text[1]);
	bytes_appendf(out,
		"HTTP_X_REAL_IP names %s and HTTP_X_FORWARDED_FOR names %s; expected the same, or "
		"address = X-Real-IP or X-Forwarded-For",
		text[0], text[1]);
}

static void append_missing(const struct authz_trusted_input *trusted,
	const struct authz_input *input, const struct config_frontend *frontend, struct bytes *out)
{
	if (!trusted->honoured) {
		bytes_append_text(out,
			"REMOTE_ADDR did not come; expected fastcgi_param REMOTE_ADDR "
			"$remote_addr, or DOORWARD_TRUST_HEADERS 1 from a front end that replaces "
			"X-Real-IP");
	} else if (frontend->address != CONFIG_ADDRESS_AUTO) {
		append_name(frontend, trusted->source, out);
		bytes_append_text(out, " did not come, which [frontend] address names");
	} else if (input->values[AUTHZ_INPUT_X_FORWARDED_FOR].data != NULL) {
		bytes_append_text(out,
			"neither HTTP_X_REAL_IP nor REMOTE_ADDR came, and HTTP_X_FORWARDED_FOR is "
			"not read: [frontend] forwarded_for = yes or address = X-Forwarded-For "
			"takes the address from it");
	} else {
		bytes_append_text(out, "neither HTTP_X_REAL_IP nor REMOTE_ADDR came");
	}
}

void authz_trusted_address_text(const struct authz_trusted_input *trusted,
	const struct authz_input *input, const struct config_frontend *frontend, struct bytes *out)
{
	switch (trusted->address) {
	case AUTHZ_CLIENT_ADDRESS_OK:
		break;
	case AUTHZ_CLIENT_ADDRESS_NO_ADDRESS:
		append_missing(trusted, input, frontend, out);
		break;
	case AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS:
		append_name(frontend, trusted->source, out);
		bytes_append_text(
			out, trusted->source == AUTHZ_INPUT_X_FORWARDED_FOR ? ": at " : " is ");
		append_quoted(trusted->bad, out);
		bytes_append_text(out, ", expected an IP address");
		break;
	case AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES:
		append_apart(trusted, out);
		break;
	}
}

void authz_trusted_ignored_text(const struct authz_trusted_input *trusted,
	const struct config_frontend *frontend, struct bytes *out)
{
	append_name(frontend, trusted->ignored, out);
	if (trusted->honoured) {
		bytes_append_text(out,
			": not read; [frontend] forwarded_for = yes takes the client's address "
			"from it");
		return;
	}
	bytes_append_text(out, ": not believed; the front end must set it itself and pass "
			       "DOORWARD_TRUST_HEADERS 1, or REMOTE_ADDR be in trusted_proxies");
	if (trusted->ignored == AUTHZ_INPUT_X_FORWARDED_FOR && !frontend->forwarded_for) {
		bytes_append_text(out, "; and forwarded_for = yes");
	}
}

static bool has_value(const struct authz_input *input, enum cert_input name)
{
	return input->values[AUTHZ_INPUT_CERT + name].len > 0;
}

/* Whether a result came as the other kind than the certificate, so that it does not count. */
static bool came_by_the_other_kind(const struct authz_trusted_cert *sent,
	const struct authz_input *input, enum authz_input_name *other)
{
	*other = AUTHZ_INPUT_CERT + (sent->status_name == AUTHZ_INPUT_CERT + CERT_INPUT_STATUS_PARAM
						    ? CERT_INPUT_STATUS_HEADER
						    : CERT_INPUT_STATUS_PARAM);
	return sent->text.len > 0 && has_value(input, *other - AUTHZ_INPUT_CERT);
}

static void append_remedy(const struct config_frontend *frontend, struct bytes *out)
{
	if (frontend->cert.sent_by != NULL) {
		bytes_appendf(out, "; %s sends it by %s", cert_profile_word(frontend->profile),
			frontend->cert.sent_by);
	}
}

/* Appends that a certificate came although the front end received none from the client. */
static void append_own_text(const struct authz_trusted_cert *sent, const struct authz_input *input,
	const struct config_frontend *frontend, struct bytes *out)
{
	enum authz_input_name finding = AUTHZ_INPUT_CERT + CERT_INPUT_FINDING;

	if (input->values[finding].data != NULL) {
		bytes_append_text(out, ", ");
		append_value(input, frontend, finding, out);
	}
	bytes_append_text(out, ": the client sent no certificate to the front end, and ");
	append_name(frontend, sent->cert_name, out);
	bytes_append_text(out, " is its own text");
	append_remedy(frontend, out);
}

static void append_unverified(const struct authz_trusted_cert *sent,
	const struct authz_input *input, const struct config_frontend *frontend, struct bytes *out)
{
	const char *good = cert_sources_good_word(&frontend->cert);
	enum authz_input_name other;

	append_value(input, frontend, sent->status_name, out);
	if (sent->verify_status == CERT_VERIFY_NONE) {
		append_own_text(sent, input, frontend, out);
		return;
	}
	if (good != NULL && str_eq_text(input->values[sent->status_name], good) &&
		input->values[AUTHZ_INPUT_CERT + CERT_INPUT_FINDING].data != NULL) {
		bytes_append_text(out, ", but ");
		append_value(input, frontend, AUTHZ_INPUT_CERT + CERT_INPUT_FINDING, out);
		return;
	}
	if (good != NULL) {
		bytes_appendf(out, ", expected \"%s\"", good);
	}
	if (came_by_the_other_kind(sent, input, &other)) {
		bytes_append_text(out, " beside ");
		append_name(frontend, sent->cert_name, out);
		bytes_append_text(out, "; ");
		append_name(frontend, other, out);
		bytes_append_text(out, " is not about it");
	} else if (input->values[sent->status_name].data == NULL) {
		append_remedy(frontend, out);
	}
}

void authz_trusted_cert_text(const struct authz_trusted_cert *sent, const struct authz_input *input,
	const struct config_frontend *frontend, const struct authz_trusted_input *trusted,
	struct bytes *out)
{
	if (sent->text.len > 0 || sent->verify_status == CERT_VERIFY_FAILED) {
		append_unverified(sent, input, frontend, out);
		return;
	}
	append_value(input, frontend, sent->cert_name, out);
	if (cert_sources_good_word(&frontend->cert) != NULL) {
		bytes_append_text(out, ", and ");
		append_value(input, frontend, sent->status_name, out);
	}
	if (trusted->ignored != AUTHZ_INPUT_COUNT && trusted->ignored >= AUTHZ_INPUT_CERT) {
		bytes_append_text(out, "; what came as ");
		append_name(frontend, trusted->ignored, out);
		bytes_append_text(out, " is not believed");
	} else {
		append_remedy(frontend, out);
	}
}

void authz_trusted_given_cert_text(struct str status, enum cert_verify_status meaning,
	const struct config_frontend *frontend, struct bytes *out)
{
	const char *good = cert_sources_good_word(&frontend->cert);

	bytes_append_text(out, "the verify status is ");
	append_quoted(status, out);
	if (meaning == CERT_VERIFY_NONE) {
		bytes_append_text(out, ": the client sent no certificate to the front end");
	} else if (good != NULL) {
		bytes_appendf(out, ", expected \"%s\"", good);
	}
}

void authz_trusted_other_cert_text(const struct authz_trusted_cert *sent,
	const struct authz_input *input, const struct config_frontend *frontend,
	enum cert_input mismatch, const struct cert_identity *identity, struct bytes *out)
{
	bytes_append_text(out, "the front end verified another certificate: ");
	append_value(input, frontend, AUTHZ_INPUT_CERT + mismatch, out);
	bytes_append_text(out, ", and ");
	append_name(frontend, sent->cert_name, out);
	if (mismatch == CERT_INPUT_DIGEST) {
		bytes_append_text(out, " has the SHA-256 ");
		append_quoted(identity->sha256, out);
	} else if (mismatch == CERT_INPUT_SUBJECT) {
		bytes_append_text(out, " has the subject ");
		append_quoted(identity->subject, out);
	} else {
		bytes_append_text(out, " has the issuer ");
		append_quoted(identity->issuer, out);
	}
	bytes_append_text(out, "; it is the client's own text");
	append_remedy(frontend, out);
}
