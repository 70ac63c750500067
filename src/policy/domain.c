/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/domain.h"

#include "base/addr.h"

#include <string.h>

#define NAME_MAX_LEN 253
#define ZONE_MAX_LEN 189
#define LABEL_MAX_LEN 63

static bool is_label_byte(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_';
}

/* Why the name cannot be a host name; NULL if it can. */
static const char *problem_of_labels(struct str name)
{
	struct str rest = name;
	struct str label = {NULL, 0};
	bool numeric = false;

	if (name.len > NAME_MAX_LEN) {
		return "it is longer than 253 characters";
	}
	while (str_split_next(&rest, '.', &label)) {
		if (label.len == 0) {
			return "a part between dots is empty";
		}
		if (label.len > LABEL_MAX_LEN) {
			return "a part between dots is longer than 63 characters";
		}
		numeric = true;
		for (size_t i = 0; i < label.len; i++) {
			unsigned char c = (unsigned char)label.data[i];

			if (c >= 0x80) {
				return "write an internationalized name in its xn-- form";
			}
			if (!is_label_byte(label.data[i])) {
				return "expected letters, digits, hyphens, _ and dots";
			}
			numeric = numeric && ascii_is_digit(label.data[i]);
		}
		if (label.data[0] == '-' || label.data[label.len - 1] == '-') {
			return "a part between dots begins or ends with a hyphen";
		}
	}
	return numeric ? "its last part is a number" : NULL;
}

static const char *problem_of(struct str name, bool suffix, bool need_dot)
{
	struct prefix prefix;

	if (name.len == 0) {
		return "expected a name";
	}
	if (prefix_parse(name, &prefix)) {
		return "that is an address: expected a name, or the field ip or cert.ip";
	}
	const char *problem = problem_of_labels(name);

	if (problem == NULL && need_dot && !suffix && str_find(name, '.') == name.len) {
		return "expected at least two parts, as in host.example";
	}
	return problem;
}

static bool read_domain(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out, bool need_dot)
{
	bool suffix = str_starts_with(written, ".");
	struct str name = suffix ? str_from(written, 1) : written;
	char quoted[POLICY_QUOTE_MAX];
	char better[POLICY_QUOTE_MAX];

	if (str_starts_with(written, "*.")) {
		diag_error(diag, place, "%s: a rule has no wildcards, expected %s",
			policy_quote(written, quoted), policy_quote(str_from(written, 1), better));
		return false;
	}
	if (name.len > 1 && name.data[name.len - 1] == '.') {
		name.len--;
	}
	const char *problem = problem_of(name, suffix, need_dot);

	if (problem != NULL) {
		diag_error(diag, place, "%s is not a host name: %s", policy_quote(written, quoted),
			problem);
		return false;
	}
	size_t used = 0;

	if (suffix) {
		room[used++] = '.';
	}
	for (size_t i = 0; i < name.len; i++) {
		room[used++] = ascii_lower(name.data[i]);
	}
	*out = (struct str){room, used};
	return true;
}

static bool read_host(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	return read_domain(written, place, diag, room, out, true);
}

static bool read_san(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	return read_domain(written, place, diag, room, out, false);
}

static bool read_name(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];

	if (str_starts_with(written, ".") || str_starts_with(written, "*.")) {
		diag_error(diag, place, "%s: expected one name, as in host.example",
			policy_quote(written, quoted));
		return false;
	}
	return read_domain(written, place, diag, room, out, true);
}

static bool read_zone(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];
	struct str zone;

	if (!read_name(written, place, diag, room, &zone)) {
		return false;
	}
	if (zone.len > ZONE_MAX_LEN) {
		diag_error(diag, place,
			"%s is not a zone: with more than %d characters there is no room for an "
			"IPv6 "
			"address below it",
			policy_quote(written, quoted), ZONE_MAX_LEN);
		return false;
	}
	*out = zone;
	return true;
}

static struct str without_dot(struct str value)
{
	return str_starts_with(value, ".") ? str_from(value, 1) : value;
}

/*
 * Compares from the last byte to the first, a dot before all other bytes: a name comes directly
 * before all names below it, and ".name" before "name".
 */
static int order_domain(struct str a, struct str b)
{
	struct str x = without_dot(a);
	struct str y = without_dot(b);
	size_t len = x.len < y.len ? x.len : y.len;

	for (size_t i = 1; i <= len; i++) {
		unsigned char c = (unsigned char)x.data[x.len - i];
		unsigned char d = (unsigned char)y.data[y.len - i];

		if (c != d) {
			return c == '.' ? -1 : d == '.' ? 1 : (int)c - (int)d;
		}
	}
	if (x.len != y.len) {
		return x.len < y.len ? -1 : 1;
	}
	return (a.len < b.len) - (a.len > b.len);
}

static bool domain_covers(struct str value, struct str name)
{
	if (!str_starts_with(value, ".")) {
		return str_eq(value, name);
	}
	if (name.len + 1 <= value.len) {
		return str_eq(str_from(value, 1), name);
	}
	return name.data[0] != '.' && str_eq(value, str_from(name, name.len - value.len));
}

static bool domain_includes(struct str value, struct str other)
{
	return domain_covers(value, without_dot(other));
}

static bool read_srv(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	struct str host = written;
	struct str service;
	char quoted[POLICY_QUOTE_MAX];
	const char *problem = NULL;

	if (!str_split_next(&host, '.', &service) || service.len < 2 || service.data[0] != '_' ||
		strchr("_-", service.data[1]) != NULL || host.len == 0 || host.data[0] == '_' ||
		strchr(".*", host.data[0]) != NULL) {
		problem = "expected _service.host without a protocol, as in _ldap.example.com";
	} else if (host.len > 1 && host.data[host.len - 1] == '.') {
		host.len--;
	}
	problem = problem != NULL ? problem : problem_of(host, false, false);
	problem = problem != NULL ? problem : problem_of_labels(service);
	if (problem != NULL) {
		diag_error(diag, place, "%s is not the name of a service: %s",
			policy_quote(written, quoted), problem);
		return false;
	}
	size_t len = service.len + 1 + host.len;

	for (size_t i = 0; i < len; i++) {
		room[i] = ascii_lower(written.data[i]);
	}
	*out = (struct str){room, len};
	return true;
}

const struct policy_text_kind policy_domain_host = {
	.expected = "a host name, or .name for all names below it too",
	.read = read_host,
	.order = order_domain,
	.covers = domain_covers,
	.includes = domain_includes,
};

const struct policy_text_kind policy_domain_san = {
	.expected = "a host name, or .name for all names below it too",
	.read = read_san,
	.order = order_domain,
	.covers = domain_covers,
	.includes = domain_includes,
};

const struct policy_text_kind policy_domain_srv = {
	.expected = "a service of a host, as in _ldap.example.com",
	.read = read_srv,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
};

const struct policy_text_kind policy_domain_name = {
	.expected = "a host name",
	.read = read_name,
	.order = order_domain,
	.covers = str_eq,
	.includes = str_eq,
};

const struct policy_text_kind policy_domain_zone = {
	.expected = "a zone",
	.read = read_zone,
	.order = order_domain,
	.covers = str_eq,
	.includes = str_eq,
};
