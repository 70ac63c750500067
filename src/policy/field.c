/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/field.h"

#include "base/bytes.h"
#include "base/suggest.h"
#include "policy/agent.h"
#include "policy/dn.h"
#include "policy/dn_compare.h"
#include "policy/domain.h"
#include "policy/fingerprint.h"
#include "policy/key.h"
#include "policy/network.h"
#include "policy/oid.h"
#include "policy/serial.h"

#include <stddef.h>

#include <string.h>

/* At most this many names in a file: each costs a query, but one for all clients. */
#define FORWARD_LIST_MAX 64

#define ATTRIBUTE(field, member, number)                                                           \
	{                                                                                          \
		.name = field, .source = POLICY_SOURCE_CERT, .shape = POLICY_SHAPE_TEXT,           \
		.kind = &policy_text_attribute,                                                    \
		.offset = offsetof(struct policy_cert, member.of[number]), .list = true            \
	}

static const struct policy_field fields[] = {
	{.name = "host",
		.source = POLICY_SOURCE_NAMES,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_domain_host},
	{.name = "forward",
		.source = POLICY_SOURCE_FORWARD,
		.shape = POLICY_SHAPE_LOOKUP,
		.kind = &policy_domain_name,
		.lookup = POLICY_LOOKUP_FORWARD,
		.list_max = FORWARD_LIST_MAX},
	{.name = "dnsbl",
		.source = POLICY_SOURCE_DNSBL,
		.shape = POLICY_SHAPE_LOOKUP,
		.kind = &policy_domain_zone,
		.lookup = POLICY_LOOKUP_DNSBL},
	{.name = "rate", .source = POLICY_SOURCE_RATE, .shape = POLICY_SHAPE_RATE},
	{.name = "ban", .source = POLICY_SOURCE_BAN, .shape = POLICY_SHAPE_FLAG},
	{.name = "ip", .source = POLICY_SOURCE_ADDRESS, .shape = POLICY_SHAPE_ADDRESS},
	{.name = "asn",
		.source = POLICY_SOURCE_ASN,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_network_asn},
	{.name = "country",
		.source = POLICY_SOURCE_COUNTRY,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_network_country},
	{.name = "cert", .source = POLICY_SOURCE_CERT, .shape = POLICY_SHAPE_WORD},
	{.name = "cert.dns",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_domain_san,
		.offset = offsetof(struct policy_cert, dns),
		.list = true},
	{.name = "cert.ip", .source = POLICY_SOURCE_CERT, .shape = POLICY_SHAPE_ADDRESS},
	{.name = "cert.email",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_email,
		.offset = offsetof(struct policy_cert, email),
		.list = true},
	{.name = "cert.uri",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_exact,
		.offset = offsetof(struct policy_cert, uri),
		.list = true},
	{.name = "cert.upn",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_upn,
		.offset = offsetof(struct policy_cert, upn),
		.list = true},
	{.name = "cert.srv",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_domain_srv,
		.offset = offsetof(struct policy_cert, srv),
		.list = true},
	{.name = "cert.smtp_utf8",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_smtp_utf8,
		.offset = offsetof(struct policy_cert, smtp_utf8),
		.list = true},
	ATTRIBUTE("cert.cn", subject_values, DN_CN),
	ATTRIBUTE("cert.o", subject_values, DN_O),
	ATTRIBUTE("cert.ou", subject_values, DN_OU),
	ATTRIBUTE("cert.c", subject_values, DN_C),
	ATTRIBUTE("cert.st", subject_values, DN_ST),
	ATTRIBUTE("cert.l", subject_values, DN_L),
	ATTRIBUTE("cert.dc", subject_values, DN_DC),
	ATTRIBUTE("cert.uid", subject_values, DN_UID),
	ATTRIBUTE("cert.title", subject_values, DN_TITLE),
	ATTRIBUTE("cert.given_name", subject_values, DN_GIVEN_NAME),
	ATTRIBUTE("cert.surname", subject_values, DN_SURNAME),
	ATTRIBUTE("cert.serial_attr", subject_values, DN_SERIAL_NUMBER),
	ATTRIBUTE("cert.organization_identifier", subject_values, DN_ORGANIZATION_IDENTIFIER),
	ATTRIBUTE("cert.email_attr", subject_values, DN_EMAIL),
	ATTRIBUTE("issuer.cn", issuer_values, DN_CN),
	ATTRIBUTE("issuer.o", issuer_values, DN_O),
	ATTRIBUTE("issuer.ou", issuer_values, DN_OU),
	ATTRIBUTE("issuer.c", issuer_values, DN_C),
	ATTRIBUTE("issuer.st", issuer_values, DN_ST),
	ATTRIBUTE("issuer.l", issuer_values, DN_L),
	ATTRIBUTE("issuer.dc", issuer_values, DN_DC),
	ATTRIBUTE("issuer.uid", issuer_values, DN_UID),
	ATTRIBUTE("issuer.title", issuer_values, DN_TITLE),
	ATTRIBUTE("issuer.given_name", issuer_values, DN_GIVEN_NAME),
	ATTRIBUTE("issuer.surname", issuer_values, DN_SURNAME),
	ATTRIBUTE("issuer.serial_attr", issuer_values, DN_SERIAL_NUMBER),
	ATTRIBUTE("issuer.organization_identifier", issuer_values, DN_ORGANIZATION_IDENTIFIER),
	ATTRIBUTE("issuer.email_attr", issuer_values, DN_EMAIL),
	{.name = "cert.subject",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_dn,
		.offset = offsetof(struct policy_cert, subject)},
	{.name = "cert.issuer",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_dn,
		.offset = offsetof(struct policy_cert, issuer)},
	{.name = "cert.serial",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_serial,
		.offset = offsetof(struct policy_cert, serial)},
	{.name = "cert.sha256",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_sha256,
		.offset = offsetof(struct policy_cert, sha256)},
	{.name = "cert.spki",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_spki,
		.offset = offsetof(struct policy_cert, spki)},
	{.name = "cert.issuer_spki",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_ca_key,
		.offset = offsetof(struct policy_cert, issuer_spki),
		.of_chain = true},
	{.name = "cert.anchor",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_ca_key,
		.offset = offsetof(struct policy_cert, anchor),
		.of_chain = true},
	{.name = "cert.eku",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_eku,
		.offset = offsetof(struct policy_cert, eku),
		.list = true,
		.common = true},
	{.name = "cert.policy",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_policy,
		.offset = offsetof(struct policy_cert, policies),
		.list = true,
		.common = true},
	{.name = "cert.key",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_key,
		.offset = offsetof(struct policy_cert, key),
		.list = true,
		.common = true},
	{.name = "cert.self_signed",
		.source = POLICY_SOURCE_CERT,
		.shape = POLICY_SHAPE_FLAG,
		.offset = offsetof(struct policy_cert, self_signed),
		.common = true},
	{.name = "agent",
		.source = POLICY_SOURCE_AGENT,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_agent},
	{.name = "user_agent",
		.source = POLICY_SOURCE_CLAIM,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_exact,
		.claim = POLICY_CLAIM_USER_AGENT},
	{.name = "uri",
		.source = POLICY_SOURCE_CLAIM,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_path,
		.claim = POLICY_CLAIM_URI,
		.form = POLICY_FORM_PATH},
	{.name = "uri_raw",
		.source = POLICY_SOURCE_CLAIM,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_exact,
		.claim = POLICY_CLAIM_URI,
		.form = POLICY_FORM_RAW},
	{.name = "method",
		.source = POLICY_SOURCE_CLAIM,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_method,
		.claim = POLICY_CLAIM_METHOD,
		.form = POLICY_FORM_METHOD},
	{.name = "http_host",
		.source = POLICY_SOURCE_CLAIM,
		.shape = POLICY_SHAPE_TEXT,
		.kind = &policy_text_http_host,
		.claim = POLICY_CLAIM_HTTP_HOST,
		.form = POLICY_FORM_HOST},
};

const struct policy_field policy_field_any = {
	.name = "*", .source = POLICY_SOURCE_NONE, .shape = POLICY_SHAPE_WORD};

const struct policy_field *policy_field_at(size_t index)
{
	return index < ARRAY_LEN(fields) ? &fields[index] : NULL;
}

static void report_unknown(struct str name, const struct place *place, struct diag *diag)
{
	const char *names[ARRAY_LEN(fields)];
	char quoted[POLICY_QUOTE_MAX];
	struct bytes list;

	bytes_init(&list, 0);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		names[i] = fields[i].name;
		bytes_appendf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	}
	struct prefix prefix;
	const char *near = suggest(name, names, ARRAY_LEN(names));
	bool value = near == NULL && str_find(name, '.') < name.len;

	/* A value without its field. */
	if (prefix_parse(name, &prefix)) {
		near = "ip ";
		value = true;
	} else if (value) {
		near = "host ";
	}
	policy_quote(name, quoted);
	diag_error(diag, place, "unknown field %s%s%s%.*s%s: expected one of %.*s", quoted,
		near != NULL ? " (did you mean \"" : "", near != NULL ? near : "",
		value ? (int)strlen(quoted) - 2 : 0, quoted + 1, near != NULL ? "\"?)" : "",
		(int)list.len, list.data != NULL ? (const char *)list.data : "");
	bytes_clear(&list);
}

const struct policy_field *policy_field_find(
	struct str name, const struct place *place, struct diag *diag)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (str_eq_text(name, fields[i].name)) {
			return &fields[i];
		}
	}
	report_unknown(name, place, diag);
	return NULL;
}

struct policy_addrs policy_field_addrs(
	const struct policy_field *field, const struct policy_facts *facts)
{
	if (field->source == POLICY_SOURCE_ADDRESS) {
		return (struct policy_addrs){facts->ip, 1};
	}
	if (facts->cert != NULL) {
		return (struct policy_addrs){facts->cert->ip, facts->cert->ip_count};
	}
	return (struct policy_addrs){NULL, 0};
}

static struct str_list cert_texts(const struct policy_field *field, const struct policy_cert *cert)
{
	if (cert == NULL) {
		return (struct str_list){NULL, 0};
	}
	const char *at = (const char *)cert + field->offset;

	if (field->list) {
		return *(const struct str_list *)(const void *)at;
	}
	const struct str *one = (const struct str *)(const void *)at;

	return (struct str_list){one, one->data != NULL};
}

struct str_list policy_field_texts(
	const struct policy_field *field, const struct policy_facts *facts)
{
	switch (field->source) {
	case POLICY_SOURCE_CERT:
		return cert_texts(field, facts->cert);
	case POLICY_SOURCE_NAMES:
		return facts->names;
	case POLICY_SOURCE_AGENT:
		return facts->agents;
	case POLICY_SOURCE_ASN:
		return (struct str_list){&facts->asn, facts->asn.data != NULL};
	case POLICY_SOURCE_COUNTRY:
		return (struct str_list){&facts->country, facts->country.data != NULL};
	case POLICY_SOURCE_CLAIM:
	case POLICY_SOURCE_NONE:
	case POLICY_SOURCE_ADDRESS:
	case POLICY_SOURCE_FORWARD:
	case POLICY_SOURCE_DNSBL:
	case POLICY_SOURCE_RATE:
	case POLICY_SOURCE_BAN:
		break;
	}
	return (struct str_list){NULL, 0};
}

bool policy_field_flag(const struct policy_field *field, const struct policy_facts *facts)
{
	if (facts->cert == NULL) {
		return false;
	}
	const char *at = (const char *)facts->cert + field->offset;

	return *(const bool *)(const void *)at;
}
