/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/explain_private.h"

#include "authz/header_text.h"
#include "base/clock.h"
#include "base/oid_names.h"
#include "explain/cert_rules.h"
#include "explain/layout.h"

static void append_list(
	struct bytes *out, struct str_list list, const struct oid_names *names_or_null)
{
	for (size_t i = 0; i < list.count; i++) {
		const struct oid_name *known =
			names_or_null != NULL ? oid_find(names_or_null, list.items[i]) : NULL;

		bytes_append_text(out, i > 0 ? ", " : "");
		bytes_append_str(out, list.items[i]);
		if (known != NULL) {
			bytes_appendf(out, " (%s)", known->name);
		}
	}
}

/* What the certificate is for, and its key. */
static void text_use(const struct cert_identity *identity, struct bytes *out)
{
	const struct {
		const char *label;
		struct str_list list;
		const struct oid_names *names;
	} rows[] = {
		{"eku", identity->eku, &oid_usages},
		{"policy", identity->policies, &oid_policies},
		{"key", identity->key, NULL},
	};
	struct bytes text;

	bytes_init(&text, 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		append_list(&text, rows[i].list, rows[i].names);
		explain_item(
			out, rows[i].label, text.len > 0 ? bytes_view(&text) : str_view("none"));
		bytes_reset(&text, SIZE_MAX);
	}
	if (identity->self_signed) {
		explain_item(out, "signed", str_view("with its own key: it is self-signed"));
	}
	bytes_clear(&text);
}

static void text_identity(
	const struct cert_identity *identity, const struct cert_chain_keys *keys, struct bytes *out)
{
	char from[CLOCK_TEXT_MAX];
	char until[CLOCK_TEXT_MAX];
	struct bytes text;

	bytes_init(&text, 0);
	explain_item(out, "subject", identity->subject);
	explain_item(out, "issuer", identity->issuer);
	explain_item(out, "serial", identity->serial);
	explain_item(out, "sha256", identity->sha256);
	if (keys->issuer.data != NULL) {
		explain_item(out, "issuer key", keys->issuer);
	}
	if (keys->anchor.data != NULL) {
		explain_item(out, "anchor key", keys->anchor);
	}
	for (size_t i = 0; i < identity->subject_values.of[DN_CN].count; i++) {
		bytes_append_text(&text, i > 0 ? ", " : "");
		bytes_append_json(&text, identity->subject_values.of[DN_CN].items[i]);
	}
	explain_item(out, "cn", text.len > 0 ? bytes_view(&text) : str_view("none"));
	bytes_reset(&text, SIZE_MAX);
	authz_header_append_san(&text, identity);
	explain_item(out, "names", text.len > 0 ? bytes_view(&text) : str_view("none"));
	bytes_reset(&text, SIZE_MAX);
	if (identity->unusable_names > 0) {
		bytes_appendf(&text,
			"%zu name(s): empty, with control characters, or not of their kind's form",
			identity->unusable_names);
		explain_item(out, "left out", bytes_view(&text));
		bytes_reset(&text, SIZE_MAX);
	}
	text_use(identity, out);
	clock_format(identity->not_before, from);
	clock_format(identity->not_after, until);
	bytes_appendf(&text, "from %s until %s", from, until);
	explain_item(out, "valid", bytes_view(&text));
	bytes_clear(&text);
}

/* One a line, from the first column on, so that they can be copied. */
static void text_rule(void *ctx, const struct explain_cert_rule *rule)
{
	struct bytes *out = ctx;

	if (rule->lines.data != NULL) {
		bytes_append_str(out, rule->lines);
		bytes_append_text(out, "\n");
		if (rule->file_line.data != NULL) {
			bytes_append_text(out, "; the line of the file PATH: ");
			bytes_append_str(out, rule->file_line);
			bytes_append_text(out, "\n");
		}
	} else {
		bytes_appendf(out, "; %s: no rule can hold its value of %zu bytes\n", rule->field,
			rule->value.len);
	}
}

void explain_text_cert(const struct authz_decision *d, struct bytes *out)
{
	const char *error = explain_cert_error(d);
	struct bytes text;

	bytes_init(&text, 0);
	if (d->policy == NULL || d->trusted.ip.family == ADDR_NONE) {
		bytes_append_text(&text, "not looked at, the decision did not need it");
	} else if (d->policy->client_cert == POLICY_CERT_OFF) {
		bytes_append_text(&text, "not looked at (client_cert = off)");
	} else if (!d->cert_present) {
		bytes_append_text(&text, "none");
	} else {
		bytes_append_text(&text, d->cert_verified ? "verified" : "not verified");
	}
	if (error != NULL && d->cert_present) {
		bytes_appendf(&text, ": %s", error);
	}
	explain_line_take(out, "Certificate", &text);
	if (d->identity != NULL) {
		text_identity(d->identity, &d->chain_keys, out);
		bytes_append_text(out,
			"\nRules that match this certificate, one for each value, if it is "
			"verified\n");
		explain_each_cert_rule(d->identity, &d->chain_keys, text_rule, out);
	}
}
