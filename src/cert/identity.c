/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/identity.h"

#include "cert/der.h"
#include "cert/extensions.h"
#include "cert/key.h"
#include "cert/names.h"
#include "cert/san.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <time.h>

static void put_hex(char *at, const uint8_t *in, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		at[2 * i] = digits[in[i] >> 4];
		at[2 * i + 1] = digits[in[i] & 15];
	}
}

static enum cert_status digest_dup(
	struct arena *arena, const void *data, size_t len, struct str *out)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len;

	if (EVP_Digest(data, len, digest, &digest_len, EVP_sha256(), NULL) != 1) {
		return CERT_NO_MEMORY;
	}
	char *text = arena_alloc(arena, 2 * digest_len, 1);

	if (text == NULL) {
		return CERT_NO_MEMORY;
	}
	put_hex(text, digest, digest_len);
	*out = (struct str){text, 2 * digest_len};
	return CERT_OK;
}

enum cert_status cert_read_spki(const X509 *x, struct arena *arena, struct str *out)
{
	uint8_t *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);

	if (len <= 0) {
		return CERT_NO_MEMORY;
	}
	enum cert_status status = digest_dup(arena, spki, (size_t)len, out);

	OPENSSL_free(spki);
	return status;
}

static enum cert_status read_digests(
	const X509 *x, struct str der, struct arena *arena, struct cert_identity *out)
{
	enum cert_status status = cert_read_spki(x, arena, &out->spki);

	return status == CERT_OK ? digest_dup(arena, der.data, der.len, &out->sha256) : status;
}

static enum cert_status read_serial(const X509 *x, struct arena *arena, struct cert_identity *out)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	size_t octets = (size_t)ASN1_STRING_length(serial);
	char *text = arena_alloc(arena, 1 + 2 * octets, 1);
	size_t start = 1;

	if (text == NULL) {
		return CERT_NO_MEMORY;
	}
	put_hex(text + 1, ASN1_STRING_get0_data(serial), octets);
	while (start < 2 * octets && text[start] == '0') {
		start++;
	}
	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER) {
		text[--start] = '-';
	}
	out->serial = (struct str){text + start, 1 + 2 * octets - start};
	return CERT_OK;
}

/* UTCTime and GeneralizedTime to the second and in UTC (RFC 5280 4.1.2.5), no other form. */
static bool read_time(const ASN1_TIME *time, int64_t *out)
{
	int type = ASN1_STRING_type(time);
	int len = ASN1_STRING_length(time);
	const unsigned char *text = ASN1_STRING_get0_data(time);
	struct tm tm;

	if (len != (type == V_ASN1_UTCTIME ? 13 : 15) || text[len - 1] != 'Z') {
		return false;
	}
	for (int i = 0; i < len - 1; i++) {
		if (!ascii_is_digit((char)text[i])) {
			return false;
		}
	}
	if (ASN1_TIME_to_tm(time, &tm) != 1) {
		return false;
	}
	*out = timegm(&tm);
	return true;
}

/* The CNs are UTF-8 without control bytes; only those that are host names are used here. */
static enum cert_status fall_back_on_cn(struct arena *arena, struct cert_identity *out)
{
	const struct str_list *cns = &out->subject_values.of[DN_CN];
	struct str *names = arena_alloc(arena, cns->count, sizeof(*names));
	size_t count = 0;

	if (names == NULL) {
		return CERT_NO_MEMORY;
	}
	for (size_t i = 0; i < cns->count; i++) {
		struct str cn = cns->items[i];

		if (!cert_is_host_name(cn) || str_find(cn, '.') == cn.len) {
			continue;
		}
		names[count] = cert_dup_lower(arena, cn);
		if (names[count++].data == NULL) {
			return CERT_NO_MEMORY;
		}
	}
	out->dns = (struct str_list){names, count};
	return CERT_OK;
}

static enum cert_status read_facts(X509 *x, struct str der, bool cn_fallback, struct arena *arena,
	struct cert_identity *out, const char **why)
{
	bool has_dns = false;
	enum cert_status status = cert_read_subject_and_issuer(x, arena, out, why);

	if (status == CERT_OK) {
		status = cert_read_san(x, arena, out, &has_dns, why);
	}
	if (status == CERT_OK && cn_fallback && !has_dns) {
		status = fall_back_on_cn(arena, out);
	}
	if (status == CERT_OK) {
		status = cert_read_extensions(x, arena, out, why);
	}
	if (status == CERT_OK) {
		status = cert_read_key(x, arena, out, why);
	}
	if (status == CERT_OK) {
		status = read_serial(x, arena, out);
	}
	if (status == CERT_OK) {
		status = read_digests(x, der, arena, out);
	}
	if (status == CERT_OK && (!read_time(X509_get0_notBefore(x), &out->not_before) ||
					 !read_time(X509_get0_notAfter(x), &out->not_after))) {
		*why = "a validity date that is malformed";
		status = CERT_MALFORMED;
	}
	return status;
}

/*
 * d2i_X509 reads BER, and i2d_X509 then returns the bytes that it kept of the inner part: so that
 * part is marked as modified, and all of it is encoded again. Names stay as they came even then;
 * cert_der_check has checked them.
 */
static enum cert_status check_encoding(X509 *x, struct str der, const char **why)
{
	uint8_t *again = NULL;

	if (i2d_re_X509_tbs(x, NULL) <= 0) {
		return CERT_NO_MEMORY;
	}
	int len = i2d_X509(x, &again);

	if (len <= 0) {
		return CERT_NO_MEMORY;
	}
	bool same = str_eq(str_from_bytes(again, (size_t)len), der);

	OPENSSL_free(again);
	if (!same) {
		*why = "a certificate that is not in the form of DER";
	}
	return same ? CERT_OK : CERT_MALFORMED;
}

static enum cert_status read_der(struct str der, bool cn_fallback, struct arena *arena,
	struct cert_identity *out, const char **why)
{
	const uint8_t *at = (const uint8_t *)der.data;
	struct cert_identity identity = {0};
	X509 *x = d2i_X509(NULL, &at, (long)der.len);

	if (x == NULL) {
		*why = "not an X.509 certificate";
		return CERT_MALFORMED;
	}
	enum cert_status status = check_encoding(x, der, why);

	if (status == CERT_OK) {
		status = read_facts(x, der, cn_fallback, arena, &identity, why);
	}
	if (status == CERT_OK) {
		*out = identity;
	}
	X509_free(x);
	return status;
}

enum cert_status cert_read(struct str der, bool cn_fallback, struct arena *arena,
	struct cert_identity *out, const char **why)
{
	if (der.len > CERT_MAX_DER) {
		*why = cert_too_large;
		return CERT_MALFORMED;
	}
	if (!cert_der_check(der, why)) {
		return CERT_MALFORMED;
	}
	ERR_set_mark();
	enum cert_status status = read_der(der, cn_fallback, arena, out, why);

	ERR_pop_to_mark();
	if (status == CERT_NO_MEMORY) {
		*why = "out of memory";
	}
	return status;
}
