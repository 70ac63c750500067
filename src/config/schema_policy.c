/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_policy.h"

#include "policy/policy.h"

#define DAY_S (24 * 3600)

static const struct config_word rdns_words[] = {
	{"off", POLICY_RDNS_OFF, false},
	{"single", POLICY_RDNS_SINGLE, false},
	{"double", POLICY_RDNS_DOUBLE, false},
	{"on", POLICY_RDNS_SINGLE, false},
	{NULL, 0, false},
};

static const struct config_word when_words[] = {
	{"always", POLICY_WHEN_ALWAYS, false},
	{"needed", POLICY_WHEN_NEEDED, false},
	{NULL, 0, false},
};

static const struct config_word client_cert_words[] = {
	{"off", POLICY_CERT_OFF, false},
	{"optional", POLICY_CERT_OPTIONAL, false},
	{"required", POLICY_CERT_REQUIRED, false},
	{NULL, 0, false},
};

static const struct config_word verify_words[] = {
	{"auto", POLICY_VERIFY_AUTO, false},
	{"frontend", POLICY_VERIFY_FRONTEND, false},
	{"local", POLICY_VERIFY_LOCAL, false},
	{"both", POLICY_VERIFY_BOTH, false},
	{NULL, 0, false},
};

static const struct config_word cert_host_words[] = {
	{"off", POLICY_CERT_HOST_OFF, false},
	{"exact", POLICY_CERT_HOST_EXACT, false},
	{"domain", POLICY_CERT_HOST_DOMAIN, false},
	{NULL, 0, false},
};

static const struct config_word on_dns_error_words[] = {
	{"deny", POLICY_ON_ERROR_DENY, false},
	{"error", POLICY_ON_ERROR_ERROR, false},
	{"allow", POLICY_ON_ERROR_ALLOW, false},
	{NULL, 0, false},
};

static const struct config_word action_words[] = {
	{"deny", POLICY_ACTION_DENY, false},
	{"allow", POLICY_ACTION_ALLOW, false},
	{NULL, 0, false},
};

static const struct config_word deny_status_words[] = {
	{"403", 403, false}, {"401", 401, false}, {NULL, 0, false}};

const struct config_key config_policy_keys[CONFIG_POLICY_KEY_COUNT] = {
	{.name = "parent",
		.type = CONFIG_PARENT,
		.example = "parent = default",
		.help = "A policy whose keys hold where this one has none of its own. Its rules "
			"hold only if this policy has no rule at all. It may stand further down."},
	{.name = "rdns",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, rdns),
		.words = rdns_words,
		.value = "double",
		.example = "rdns = double",
		.help = "Reverse DNS of the client's address. off: none. single (or on): the "
			"names that the address claims, unconfirmed. double: only names that "
			"point back to the address."},
	{.name = "rdns_when",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, rdns_when),
		.words = when_words,
		.value = "always",
		.example = "rdns_when = needed",
		.help = "always: look up for every request, so that the answer can name the "
			"client. needed: only when a rule asks for host."},
	{.name = "client_cert",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, client_cert),
		.words = client_cert_words,
		.value = "off",
		.example = "client_cert = required\nallow = cert verified",
		.help = "off: a certificate is not looked at. optional: none is fine, one that "
			"fails its checks is a denial. required: none is a denial, too."},
	{.name = "verify",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, verify),
		.words = verify_words,
		.value = "auto",
		.example = "verify = both\nca_file = /etc/doorward/clients-ca.pem",
		.help = "Who checks the certificate. frontend: the front end did, and says so; "
			"doorward checks the validity dates. local: doorward does, and what the "
			"front end says counts for nothing. both: it must pass with either. auto: "
			"both if ca_file, ca_dir or cert_pins is set, else frontend."},
	{.name = "ca_file",
		.type = CONFIG_PATH,
		.offset = offsetof(struct policy, trust.ca_file),
		.example = "ca_file = /etc/doorward/clients-ca.pem",
		.help = "The certificates that chains may end in: PEM, or one in DER. Nothing "
			"else is trusted, the system's own list included. Every file of trust is "
			"watched, and all are read anew within seconds when one changes."},
	{.name = "ca_dir",
		.type = CONFIG_PATH,
		.offset = offsetof(struct policy, trust.ca_dir),
		.example = "ca_dir = /etc/doorward/clients-ca.d",
		.help = "A folder of such files, named *.pem, *.crt, *.cer or as "
			"openssl-rehash(1) does; all other names are passed over."},
	{.name = "crl_file",
		.type = CONFIG_PATHS,
		.offset = offsetof(struct policy, trust.crl_files),
		.second = offsetof(struct policy, trust.crl_file_count),
		.example = "ca_file = /etc/doorward/clients-ca.pem\ncrl_file = "
			   "/etc/doorward/clients.crl",
		.help = "Revocation lists, PEM or DER: a file, or a folder of files named *.pem, "
			"*.crl or as openssl-rehash(1) does. With any, each certificate of the "
			"chain needs a list that is not stale: a missing one denies."},
	{.name = "verify_depth",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct policy, trust.verify_depth),
		.min = 0,
		.max = 7,
		.value = "4",
		.example = "verify_depth = 1",
		.help = "How many intermediates may stand between the certificate and the one "
			"that is trusted."},
	{.name = "security_level",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct policy, trust.security_level),
		.min = 0,
		.max = 5,
		.value = "2",
		.example = "security_level = 3",
		.help = "How strong keys and signatures must be, as "
			"SSL_CTX_set_security_level(3) has it. 2: RSA from 2048 bits on, and no "
			"SHA-1."},
	{.name = "partial_chain",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, trust.partial_chain),
		.value = "no",
		.example = "partial_chain = yes",
		.help = "Let a chain end in any certificate of ca_file or ca_dir, not only in "
			"one that is signed by itself."},
	{.name = "x509_strict",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, trust.x509_strict),
		.value = "no",
		.example = "x509_strict = yes",
		.help = "Refuse chains that break RFC 5280 where most software does not mind."},
	{.name = "allow_missing_eku",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, trust.allow_missing_eku),
		.value = "no",
		.example = "allow_missing_eku = yes",
		.help = "Take a certificate without an extended key usage. One that has such a "
			"list must name clientAuth in it in any case; anyExtendedKeyUsage does "
			"not stand in for it."},
	{.name = "cert_pins",
		.type = CONFIG_PATH,
		.offset = offsetof(struct policy, trust.cert_pins),
		.example = "cert_pins = /etc/doorward/pins",
		.help = "A file of certificates that need no chain, one a line: the SHA-256 "
			"fingerprint, or spki: and that of the public key, in hexadecimal digits "
			"with or without colons; lines that begin with # are comments. For a "
			"certificate that is listed only the validity dates are checked, and "
			"neither usage nor revocation: to revoke it, take its line out."},
	{.name = "cert_host",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, cert_host),
		.words = cert_host_words,
		.value = "off",
		.example = "client_cert = required\ncert_host = domain\nallow = cert.dns "
			   ".partner.example",
		.help = "Whether a confirmed name of the client must agree with a name (SAN "
			"dNSName) of its certificate, if there is one. exact: be that name; "
			"*.example.com stands for one label (RFC 6125). domain: share its "
			"registrable domain by the Public Suffix List. Expects rdns = double."},
	{.name = "cn_fallback",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, cn_fallback),
		.value = "no",
		.example = "cn_fallback = yes",
		.help = "Take the CN of a certificate without a SAN dNSName for a name in "
			"cert.dns."},
	{.name = "on_dns_error",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, on_dns_error),
		.words = on_dns_error_words,
		.value = "deny",
		.example = "on_dns_error = error",
		.help = "What happens when a rule needs a name, or asks forward or dnsbl, or when "
			"cert_host needs one, and DNS cannot say. error answers 503. allow lets in "
			"whoever runs the reverse zone of an address, since he can make it fail. "
			"Where it is cert_host that needs the name, the rules are asked all the "
			"same."},
	{.name = "default",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, default_action),
		.words = action_words,
		.value = "deny",
		.example = "default = allow",
		.help = "What happens to a client that no rule decides about."},
	{.name = "deny_status",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, deny_status),
		.words = deny_status_words,
		.value = "403",
		.example = "deny_status = 401",
		.help = "The HTTP status of a denial."},
	{.name = "max_cache",
		.type = CONFIG_TIME_S,
		.offset = offsetof(struct policy, max_cache_s),
		.min = 0,
		.max = DAY_S,
		.value = "5m",
		.example = "max_cache = 30s",
		.help = "A front end may keep an answer at most this long."},
	{.name = "cached_claims",
		.type = CONFIG_CLAIMS,
		.offset = offsetof(struct policy, cached_claims),
		.example = "cached_claims = user_agent\ndeny = user_agent ~ badbot\nallow = *",
		.help = "The claims that the front end's cache key holds beside address, "
			"certificate and policy, as they came: for uri, $request_uri. An answer "
			"that any other claim decided may not be kept."},
	{.name = "pin",
		.type = CONFIG_PIN,
		.offset = offsetof(struct policy, pins),
		.example = "pin = vpn.partner.example 192.0.2.0/24, 198.51.100.7\nallow = host "
			   "vpn.partner.example",
		.help = "A name, or one with a dot in front for it and all below it, and the "
			"networks it holds "
			"in: a confirmed name whose pin does not hold the client's address counts "
			"as none, whatever DNS says, and forward asks only about addresses inside. "
			"Pins of one name add up; of several that cover a name the most specific "
			"decides. Empty: none, where the parent has some."},
	{.name = "allow",
		.type = CONFIG_ALLOW,
		.example = "client_cert = optional\nallow = ip 192.0.2.0/24\nallow = cert.dns "
			   ".partner.example & host .partner.example",
		.help = "A rule that lets the client in."},
	{.name = "deny",
		.type = CONFIG_DENY,
		.example = "default = allow\ndeny = user_agent ~ googlebot & !host .googlebot.com "
			   "& !host .google.com",
		.help = "A rule that keeps the client out."},
	{.name = "rdns_allow",
		.type = CONFIG_RDNS_ALLOW,
		.example = "rdns_allow = \\.partner\\.example$",
		.help = "The same as allow = host ~ REGEX, spelled as in the nginx rdns modules."},
	{.name = "rdns_deny",
		.type = CONFIG_RDNS_DENY,
		.example = "default = allow\nrdns_deny = \\.dynamic\\.isp\\.example$",
		.help = "The same as deny = host ~ REGEX, spelled as in the nginx rdns modules."},
};
