/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust.h"

#include "base/bytes.h"
#include "cert/crl.h"
#include "cert/trust_private.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* Adding one sets X509_V_FLAG_POLICY_CHECK in some versions of OpenSSL, and in some it does not. */
static bool require_policies(X509_VERIFY_PARAM *param, const struct cert_trust_settings *s)
{
	for (size_t i = 0; i < s->policy_count; i++) {
		ASN1_OBJECT *policy = OBJ_txt2obj(s->policies[i], 1);

		if (policy == NULL || X509_VERIFY_PARAM_add0_policy(param, policy) != 1) {
			ASN1_OBJECT_free(policy);
			return false;
		}
	}
	return X509_VERIFY_PARAM_set_flags(
		       param, X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_EXPLICIT_POLICY) == 1;
}

static char *policy_hint_of(const struct cert_trust_settings *s)
{
	struct bytes text;
	char *hint;

	bytes_init(&text, 0);
	bytes_append_text(&text, "see cert_policy, which requires ");
	for (size_t i = 0; i < s->policy_count; i++) {
		bytes_appendf(&text, "%s%s", i > 0 ? " or " : "", s->policies[i]);
	}
	hint = text.failed ? NULL : strndup((const char *)text.data, text.len);
	bytes_clear(&text);
	return hint;
}

static bool set_params(X509_STORE *store, const struct cert_trust_settings *s)
{
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	unsigned long flags = 0;

	flags |= s->partial_chain ? X509_V_FLAG_PARTIAL_CHAIN : 0;
	flags |= s->strict ? X509_V_FLAG_X509_STRICT : 0;
	X509_VERIFY_PARAM_set_depth(param, (int)s->depth);
	X509_VERIFY_PARAM_set_auth_level(param, (int)s->security_level);
	return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_CLIENT) == 1 &&
	       (flags == 0 || X509_VERIFY_PARAM_set_flags(param, flags) == 1) &&
	       (s->policy_count == 0 || require_policies(param, s));
}

/* Reads the files at these paths, of which NULL are left out. */
static bool read_files(struct cert_trust_files *files, const struct cert_trust_reading *reading,
	const char *const *paths, size_t count)
{
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		good = cert_trust_files_read(files, reading, paths[i]) && good;
	}
	return good;
}

static bool load_cas(struct cert_trust *trust, const struct cert_trust_settings *s,
	const struct cert_trust *before, struct diag *diag)
{
	struct cert_trust_reading reading = {.key = "ca_file",
		.place = &s->ca_file_place,
		.before = before != NULL ? &before->ca_files : NULL,
		.diag = diag};
	bool good = read_files(&trust->ca_files, &reading, &s->ca_file, s->ca_file != NULL);

	reading.key = "ca_dir";
	reading.place = &s->ca_dir_place;
	good = read_files(&trust->ca_files, &reading, &s->ca_dir, s->ca_dir != NULL) && good;
	for (size_t i = 0; good && i < trust->ca_files.count; i++) {
		STACK_OF(X509) *certs = trust->ca_files.files[i].items;

		for (int k = 0; good && k < sk_X509_num(certs); k++) {
			good = X509_STORE_add_cert(trust->store, sk_X509_value(certs, k)) == 1;
		}
		if (!good) {
			diag_error(diag, &s->ca_file_place, "out of memory");
		}
	}
	return good;
}

/*
 * OpenSSL looks for the issuer of a CRL in the chain, and among the certificates that came with it:
 * a CA whose CRLs another key signs need not send the certificate of that key with each client's.
 */
static bool find_crl_signers(struct cert_trust *trust)
{
	trust->crl_signers = sk_X509_new_null();
	for (size_t i = 0; trust->crl_signers != NULL && i < trust->ca_files.count; i++) {
		STACK_OF(X509) *certs = trust->ca_files.files[i].items;

		for (int k = 0; k < sk_X509_num(certs); k++) {
			X509 *x = sk_X509_value(certs, k);
			uint32_t usage = X509_get_key_usage(x);

			if (usage != UINT32_MAX && (usage & X509v3_KU_CRL_SIGN) != 0 &&
				(X509_get_extension_flags(x) & EXFLAG_SS) == 0 &&
				X509_add_cert(trust->crl_signers, x, X509_ADD_FLAG_UP_REF) != 1) {
				return false;
			}
		}
	}
	return trust->crl_signers != NULL;
}

static bool use_crls(struct cert_trust *trust, bool leaf_only)
{
	STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
	bool good = crls != NULL;

	for (size_t i = 0; good && i < trust->crl_files.count; i++) {
		STACK_OF(X509_CRL) *items = trust->crl_files.files[i].items;

		for (int k = 0; good && k < sk_X509_CRL_num(items); k++) {
			good = sk_X509_CRL_push(crls, sk_X509_CRL_value(items, k)) > 0;
		}
	}
	trust->crls = good ? cert_crl_set_new(crls) : NULL;
	sk_X509_CRL_free(crls);
	return trust->crls != NULL && find_crl_signers(trust) &&
	       cert_crl_require(trust->store, trust->crls, leaf_only);
}

static bool load_crls(struct cert_trust *trust, const struct cert_trust_settings *s,
	const struct cert_trust *before, struct diag *diag)
{
	const struct cert_trust_reading reading = {.key = "crl_file",
		.place = &s->crl_file_place,
		.before = before != NULL ? &before->crl_files : NULL,
		.cas = &trust->ca_files,
		.diag = diag};

	if (!read_files(&trust->crl_files, &reading, s->crl_files, s->crl_file_count)) {
		return false;
	}
	if (s->crl_file_count > 0 && !use_crls(trust, s->crl_leaf_only)) {
		diag_error(diag, &s->crl_file_place, "out of memory");
		return false;
	}
	return true;
}

static bool load_pins(struct cert_trust *trust, const struct cert_trust_settings *s,
	const struct cert_trust *before, struct diag *diag)
{
	if (s->pins == NULL) {
		return true;
	}
	trust->pins = cert_pins_load(s->pins, &s->pins_place, diag);
	if (trust->pins == NULL && before != NULL) {
		trust->pins = cert_pins_ref(before->pins);
		trust->bad_pins = true;
		diag_warning(diag, &s->pins_place,
			"cert_pins: %s: what was read before stays in force", s->pins);
	}
	return trust->pins != NULL;
}

struct cert_trust *cert_trust_load(
	const struct cert_trust_settings *s, const struct cert_trust *before, struct diag *diag)
{
	struct cert_trust *trust = calloc(1, sizeof(*trust));
	bool good;

	ERR_set_mark();
	if (trust != NULL) {
		trust->store = X509_STORE_new();
		trust->ca_files.kind = CERT_TRUST_CAS;
		trust->crl_files.kind = CERT_TRUST_CRLS;
		trust->allow_missing_eku = s->allow_missing_eku;
		trust->policy_hint = s->policy_count > 0 ? policy_hint_of(s) : NULL;
	}
	if (trust == NULL || trust->store == NULL || !set_params(trust->store, s) ||
		(s->policy_count > 0 && trust->policy_hint == NULL)) {
		diag_error(diag, NULL, "out of memory");
		good = false;
	} else {
		good = load_cas(trust, s, before, diag);
		good = load_crls(trust, s, before, diag) && good;
		good = load_pins(trust, s, before, diag) && good;
	}
	ERR_pop_to_mark();
	if (!good) {
		cert_trust_free(trust);
		return NULL;
	}
	return trust;
}

size_t cert_trust_bad_files(const struct cert_trust *trust)
{
	return trust->ca_files.bad + trust->crl_files.bad + trust->bad_pins;
}

void cert_trust_free(struct cert_trust *trust)
{
	if (trust != NULL) {
		X509_STORE_free(trust->store);
		sk_X509_pop_free(trust->crl_signers, X509_free);
		cert_crl_set_free(trust->crls);
		cert_trust_files_clear(&trust->ca_files);
		cert_trust_files_clear(&trust->crl_files);
		cert_pins_unref(trust->pins);
		free(trust->policy_hint);
		free(trust);
	}
}

uint64_t cert_trust_stamp(const struct cert_trust_settings *s)
{
	const char *const paths[] = {s->ca_file, s->ca_dir, s->pins};
	uint64_t stamp = 0;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		stamp += paths[i] != NULL ? cert_trust_file_stamp(paths[i]) : 0;
	}
	for (size_t i = 0; i < s->crl_file_count; i++) {
		stamp += cert_trust_file_stamp(s->crl_files[i]);
	}
	return stamp;
}
