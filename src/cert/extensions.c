/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/extensions.h"

#include "cert/der.h"
#include "cert/oid_text.h"

#include <openssl/asn1.h>
#include <openssl/x509v3.h>

/* An extension that is a SEQUENCE OF object identifiers, or of SEQUENCEs that begin with one. */
struct kind {
	int nid;
	bool qualified; /* each identifier may have qualifiers behind it */
	const char *twice;
	const char *malformed;
	const char *too_many;
};

/* The elements of a SEQUENCE; NULL: it is not one. */
static ASN1_SEQUENCE_ANY *elements_of(const ASN1_STRING *sequence)
{
	const uint8_t *at = ASN1_STRING_get0_data(sequence);

	return d2i_ASN1_SEQUENCE_ANY(NULL, &at, ASN1_STRING_length(sequence));
}

static const ASN1_OBJECT *plain_oid(const ASN1_TYPE *element)
{
	return element->type == V_ASN1_OBJECT ? element->value.object : NULL;
}

/* PolicyInformation (RFC 5280 4.2.1.4): the qualifiers are a SEQUENCE of any content. */
static bool append_qualified_oid(const ASN1_TYPE *element, struct arena *arena, struct str *out)
{
	ASN1_SEQUENCE_ANY *parts =
		element->type == V_ASN1_SEQUENCE ? elements_of(element->value.sequence) : NULL;
	int count = parts != NULL ? sk_ASN1_TYPE_num(parts) : 0;
	const ASN1_OBJECT *oid = count > 0 ? plain_oid(sk_ASN1_TYPE_value(parts, 0)) : NULL;
	bool good = oid != NULL &&
		    (count == 1 || (count == 2 && sk_ASN1_TYPE_value(parts, 1)->type ==
							  V_ASN1_SEQUENCE)) &&
		    cert_oid_text(oid, arena, out);

	sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
	return good;
}

static enum cert_status keep_elements(const struct kind *kind, const ASN1_SEQUENCE_ANY *elements,
	struct arena *arena, struct str_list *out, const char **why)
{
	int count = sk_ASN1_TYPE_num(elements);

	if (count < 1 || count > CERT_MAX_OIDS) {
		*why = count < 1 ? kind->malformed : kind->too_many;
		return CERT_MALFORMED;
	}
	struct str *items = arena_alloc(arena, (size_t)count, sizeof(*items));

	if (items == NULL) {
		return CERT_NO_MEMORY;
	}
	for (int i = 0; i < count; i++) {
		const ASN1_TYPE *element = sk_ASN1_TYPE_value(elements, i);
		const ASN1_OBJECT *oid = plain_oid(element);
		bool good = kind->qualified ? append_qualified_oid(element, arena, &items[i])
					    : oid != NULL && cert_oid_text(oid, arena, &items[i]);

		if (!good) {
			*why = kind->malformed;
			return CERT_MALFORMED;
		}
		if (items[i].data == NULL) {
			return CERT_NO_MEMORY;
		}
	}
	*out = (struct str_list){items, (size_t)count};
	return CERT_OK;
}

static enum cert_status read_oids(const struct kind *kind, const X509 *x, struct arena *arena,
	struct str_list *out, const char **why)
{
	int at = X509_get_ext_by_NID(x, kind->nid, -1);

	if (at < 0) {
		return CERT_OK;
	}
	if (X509_get_ext_by_NID(x, kind->nid, at) >= 0) {
		*why = kind->twice;
		return CERT_MALFORMED;
	}
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(x, at));
	struct str der =
		str_from_bytes(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	ASN1_SEQUENCE_ANY *elements = cert_der_check(der, why) ? elements_of(value) : NULL;
	enum cert_status status = CERT_MALFORMED;

	if (elements == NULL) {
		*why = kind->malformed;
	} else {
		status = keep_elements(kind, elements, arena, out, why);
	}
	sk_ASN1_TYPE_pop_free(elements, ASN1_TYPE_free);
	return status;
}

enum cert_status cert_read_extensions(
	const X509 *x, struct arena *arena, struct cert_identity *out, const char **why)
{
	static const struct kind eku = {
		.nid = NID_ext_key_usage,
		.twice = "two extendedKeyUsage extensions",
		.malformed = "an extendedKeyUsage that is malformed",
		.too_many = "more than 256 purposes in extendedKeyUsage",
	};
	static const struct kind policies = {
		.nid = NID_certificate_policies,
		.qualified = true,
		.twice = "two certificatePolicies extensions",
		.malformed = "a certificatePolicies that is malformed",
		.too_many = "more than 256 policies in certificatePolicies",
	};
	enum cert_status status = read_oids(&eku, x, arena, &out->eku, why);

	return status == CERT_OK ? read_oids(&policies, x, arena, &out->policies, why) : status;
}
