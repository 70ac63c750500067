/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/crl_set.h"

#include <openssl/asn1.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

struct list {
	X509_CRL *crl;
	const ASN1_OCTET_STRING *key;   /* authority key identifier, or NULL */
	const ASN1_OCTET_STRING *scope; /* issuing distribution point, or NULL */
	ASN1_INTEGER *number;           /* CRL number, or NULL */
	ASN1_INTEGER *base; /* of a delta: the least number of the list that it amends */
	int64_t begins_s;
	int64_t ends_s;
	bool indirect; /* has certificates of other issuers */
};

/* Sorted: editions stand together, whole lists before deltas, and of each the newest first. */
struct cert_crl_set {
	size_t count;
	struct list lists[];
};

bool cert_time(const ASN1_TIME *time, int64_t *wall_s)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1) {
		return false;
	}
	*wall_s = timegm(&tm);
	return true;
}

const char *cert_crl_refusal(const X509_CRL *crl)
{
	int64_t time;

	if (!cert_time(X509_CRL_get0_lastUpdate(crl), &time) ||
		!cert_time(X509_CRL_get0_nextUpdate(crl), &time)) {
		return "does not say when the next one comes (nextUpdate)";
	}
	/* OpenSSL compares the number of each delta, without a look at whether there is one. */
	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0 &&
		X509_CRL_get_ext_by_NID(crl, NID_crl_number, -1) < 0) {
		return "is a delta CRL without a CRL number";
	}
	return NULL;
}

static const ASN1_OCTET_STRING *extension(const X509_CRL *crl, int nid)
{
	int at = X509_CRL_get_ext_by_NID(crl, nid, -1);

	return at >= 0 ? X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at)) : NULL;
}

static bool is_indirect(const X509_CRL *crl)
{
	ISSUING_DIST_POINT *point =
		X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, NULL, NULL);
	bool indirect = point != NULL && point->indirectCRL > 0;

	ISSUING_DIST_POINT_free(point);
	return indirect;
}

static void read_list(struct list *l, X509_CRL *crl)
{
	X509_CRL_up_ref(crl);
	*l = (struct list){
		.crl = crl,
		.key = extension(crl, NID_authority_key_identifier),
		.scope = extension(crl, NID_issuing_distribution_point),
		.number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL),
		.base = X509_CRL_get_ext_d2i(crl, NID_delta_crl, NULL, NULL),
		.indirect = is_indirect(crl),
	};
	(void)!cert_time(X509_CRL_get0_lastUpdate(crl), &l->begins_s);
	(void)!cert_time(X509_CRL_get0_nextUpdate(crl), &l->ends_s);
}

static int compare_strings(const ASN1_OCTET_STRING *a, const ASN1_OCTET_STRING *b)
{
	if (a == NULL || b == NULL) {
		return (a != NULL) - (b != NULL);
	}
	return ASN1_STRING_cmp(a, b);
}

static int compare_numbers(const ASN1_INTEGER *a, const ASN1_INTEGER *b)
{
	if (a == NULL || b == NULL) {
		return (a != NULL) - (b != NULL);
	}
	return ASN1_INTEGER_cmp(a, b);
}

/* 0: editions of one list. */
static int compare_scopes(const struct list *a, const struct list *b)
{
	int order = X509_NAME_cmp(X509_CRL_get_issuer(a->crl), X509_CRL_get_issuer(b->crl));

	order = order != 0 ? order : compare_strings(a->key, b->key);
	return order != 0 ? order : compare_strings(a->scope, b->scope);
}

static int compare(const void *left, const void *right)
{
	const struct list *a = left;
	const struct list *b = right;
	int order = compare_scopes(a, b);

	order = order != 0 ? order : (a->base != NULL) - (b->base != NULL);
	order = order != 0 ? order : (a->begins_s < b->begins_s) - (a->begins_s > b->begins_s);
	return order != 0 ? order : compare_numbers(b->number, a->number);
}

struct cert_crl_set *cert_crl_set_new(const STACK_OF(X509_CRL) * crls)
{
	size_t count = (size_t)sk_X509_CRL_num(crls);
	struct cert_crl_set *set = calloc(1, sizeof(*set) + count * sizeof(struct list));

	if (set == NULL) {
		return NULL;
	}
	set->count = count;
	for (size_t i = 0; i < count; i++) {
		read_list(&set->lists[i], sk_X509_CRL_value(crls, (int)i));
	}
	qsort(set->lists, count, sizeof(struct list), compare);
	return set;
}

void cert_crl_set_free(struct cert_crl_set *set)
{
	if (set == NULL) {
		return;
	}
	for (size_t i = 0; i < set->count; i++) {
		X509_CRL_free(set->lists[i].crl);
		ASN1_INTEGER_free(set->lists[i].number);
		ASN1_INTEGER_free(set->lists[i].base);
	}
	free(set);
}

static bool has_begun(const struct list *l, int64_t wall_s)
{
	return l->begins_s <= wall_s;
}

static bool is_valid(const struct list *l, int64_t wall_s)
{
	return has_begun(l, wall_s) && wall_s < l->ends_s;
}

/* `cert` may be NULL. */
static bool revokes(const struct list *l, X509 *cert)
{
	X509_REVOKED *entry;

	return cert != NULL && X509_CRL_get0_by_cert(l->crl, &entry, cert) == 1;
}

/* The end of the editions of which `first` is one, or of their whole lists or deltas. */
static const struct list *run_end(
	const struct cert_crl_set *set, const struct list *first, bool with_deltas)
{
	const struct list *l = first;

	while (l < set->lists + set->count && compare_scopes(first, l) == 0 &&
		(with_deltas || (l->base != NULL) == (first->base != NULL))) {
		l++;
	}
	return l;
}

/*
 * The whole list that counts. If none is valid, OpenSSL is to find the newest one wrong. One that
 * has ended still counts against a certificate: its revocation must not be forgotten because an
 * older list was to last longer.
 */
static const struct list *choose_whole(
	const struct list *first, const struct list *end, X509 *cert, int64_t wall_s)
{
	const struct list *ended = NULL;

	for (const struct list *l = first; l < end; l++) {
		if (!has_begun(l, wall_s)) {
			continue;
		}
		if (wall_s < l->ends_s || revokes(l, cert)) {
			return l;
		}
		ended = ended != NULL ? ended : l;
	}
	return ended != NULL ? ended : first;
}

/* RFC 5280, 5.2.4; NULL: no delta. */
static const struct list *choose_delta(const struct list *whole, const struct list *first,
	const struct list *end, X509 *cert, int64_t wall_s)
{
	for (const struct list *l = first; l < end && whole->number != NULL; l++) {
		if (has_begun(l, wall_s) && (wall_s < l->ends_s || revokes(l, cert)) &&
			ASN1_INTEGER_cmp(l->base, whole->number) <= 0 &&
			ASN1_INTEGER_cmp(l->number, whole->number) > 0) {
			return l;
		}
	}
	return NULL;
}

static bool push(STACK_OF(X509_CRL) * found, const struct list *l)
{
	if (l != NULL && sk_X509_CRL_push(found, l->crl) <= 0) {
		return false;
	}
	return l == NULL || X509_CRL_up_ref(l->crl) == 1;
}

/* What counts of the editions from `first` to `end`; *delta may be NULL, *whole if there are only
 * deltas. */
static void choose(const struct cert_crl_set *set, const struct list *first, const struct list *end,
	X509 *cert, int64_t wall_s, const struct list **whole, const struct list **delta)
{
	const struct list *deltas = first->base == NULL ? run_end(set, first, false) : first;

	*whole = deltas > first ? choose_whole(first, deltas, cert, wall_s) : NULL;
	*delta = *whole != NULL ? choose_delta(*whole, deltas, end, cert, wall_s) : NULL;
}

static bool concerns(const struct list *l, const X509_NAME *issuer)
{
	return l->indirect || X509_NAME_cmp(X509_CRL_get_issuer(l->crl), issuer) == 0;
}

STACK_OF(X509_CRL) * cert_crl_set_lookup(const struct cert_crl_set *set, X509 *cert,
			     const X509_NAME *issuer, int64_t wall_s)
{
	STACK_OF(X509_CRL) *found = sk_X509_CRL_new_null();
	const struct list *end;
	const struct list *whole;
	const struct list *delta;

	for (const struct list *l = set->lists; found != NULL && l < set->lists + set->count;
		l = end) {
		end = run_end(set, l, true);
		if (!concerns(l, issuer)) {
			continue;
		}
		choose(set, l, end, cert, wall_s, &whole, &delta);
		if (!push(found, whole) || !push(found, delta)) {
			sk_X509_CRL_pop_free(found, X509_CRL_free);
			return NULL;
		}
	}
	return found;
}

static void narrow(const struct list *l, int64_t wall_s, int64_t *from_s, int64_t *until_s)
{
	if (l != NULL && is_valid(l, wall_s)) {
		*from_s = l->begins_s > *from_s ? l->begins_s : *from_s;
		*until_s = l->ends_s < *until_s ? l->ends_s : *until_s;
	}
}

void cert_crl_set_bound(const struct cert_crl_set *set, X509 *cert, int64_t wall_s, int64_t *from_s,
	int64_t *until_s)
{
	const X509_NAME *issuer = X509_get_issuer_name(cert);
	const struct list *end;
	const struct list *whole;
	const struct list *delta;

	for (const struct list *l = set->lists; l < set->lists + set->count; l = end) {
		end = run_end(set, l, true);
		if (!concerns(l, issuer)) {
			continue;
		}
		choose(set, l, end, cert, wall_s, &whole, &delta);
		narrow(whole, wall_s, from_s, until_s);
		narrow(delta, wall_s, from_s, until_s);
		for (const struct list *other = l; other < end; other++) {
			if (!has_begun(other, wall_s) && other->begins_s < *until_s) {
				*until_s = other->begins_s;
			}
			if (other->ends_s <= wall_s && other->ends_s > *from_s) {
				*from_s = other->ends_s;
			}
		}
	}
}

void cert_crl_set_each(const struct cert_crl_set *set, int64_t wall_s,
	void (*each)(void *ctx, const X509_CRL *crl), void *ctx)
{
	const struct list *end;
	const struct list *whole;
	const struct list *delta;

	for (const struct list *l = set->lists; l < set->lists + set->count; l = end) {
		end = run_end(set, l, true);
		choose(set, l, end, NULL, wall_s, &whole, &delta);
		if (whole != NULL) {
			each(ctx, whole->crl);
		}
	}
}
