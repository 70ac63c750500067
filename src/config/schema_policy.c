/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "policy/policy.h"

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

static const struct config_word crl_check_words[] = {
	{"chain", POLICY_CRL_CHECK_CHAIN, false},
	{"leaf", POLICY_CRL_CHECK_LEAF, false},
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

static const struct config_word nonce_words[] = {
	{"any", POLICY_NONCE_ANY, false},
	{"once", POLICY_NONCE_ONCE, false},
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
		.help = "A policy whose keys apply where this policy does not set them "
			"(inheritance). The parent's rules apply only if this policy has no "
			"rule at all. The parent may stand further down in the file."},
	{.name = "rdns",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, rdns),
		.words = rdns_words,
		.value = "double",
		.example = "rdns = double",
		.help = "Reverse DNS of the client's address (Apache: HostnameLookups). off: no "
			"lookup. single (or on): the names that the address claims (PTR), "
			"unconfirmed. double: only names that point back to the address "
			"(forward-confirmed reverse DNS, FCrDNS)."},
	{.name = "rdns_when",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, rdns_when),
		.words = when_words,
		.value = "always",
		.example = "rdns_when = needed",
		.help = "always: look up for every request, so that the response can name the "
			"client. needed: only when a rule reads host."},
	{.name = "client_cert",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, client_cert),
		.words = client_cert_words,
		.value = "off",
		.example = "client_cert = required\nallow = cert verified",
		.help = "Whether the client needs a TLS certificate (mutual TLS; nginx: "
			"ssl_verify_client; Apache: SSLVerifyClient). off: a certificate is not "
			"read. optional: a client without a certificate passes; a certificate "
			"that fails its checks is a denial. required: a missing certificate is "
			"a denial, too."},
	{.name = "verify",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, verify),
		.words = verify_words,
		.value = "auto",
		.example = "verify = both\nca_file = /etc/doorward/clients-ca.pem",
		.help = "Which side checks the certificate. frontend: the front end did, and "
			"says so (nginx: ssl_verify_client); doorward checks the validity "
			"dates. local: doorward does, and the front end's verdict is ignored, "
			"except that the client sent no certificate. "
			"both: the certificate must pass with both. auto: both if ca_file, "
			"ca_dir or cert_pins is set, else frontend."},
	{.name = "ca_file",
		.type = CONFIG_PATH,
		.offset = offsetof(struct policy, trust.ca_file),
		.example = "ca_file = /etc/doorward/clients-ca.pem",
		.help = "The trust store: certificates that chains may end in (OpenSSL: CAfile; "
			"nginx: ssl_client_certificate, ssl_trusted_certificate; Apache: "
			"SSLCACertificateFile). PEM, or one certificate in DER. No other "
			"certificate is trusted, not even those of the system's own list. Every "
			"file of the trust store is watched; when one changes, all are read "
			"again within seconds."},
	{.name = "ca_dir",
		.type = CONFIG_PATH,
		.offset = offsetof(struct policy, trust.ca_dir),
		.example = "ca_dir = /etc/doorward/clients-ca.d",
		.help = "A folder of such files (OpenSSL: CApath; Apache: "
			"SSLCACertificatePath), named *.pem, *.crt, *.cer or as "
			"openssl-rehash(1) names them; files with other names are skipped."},
	{.name = "crl_file",
		.type = CONFIG_PATHS,
		.offset = offsetof(struct policy, trust.crl_files),
		.second = offsetof(struct policy, trust.crl_file_count),
		.example = "ca_file = /etc/doorward/clients-ca.pem\ncrl_file = "
			   "/etc/doorward/clients.crl",
		.help = "Certificate revocation lists (CRL), PEM or DER (nginx: ssl_crl; "
			"Apache: SSLCARevocationFile, SSLCARevocationPath): a file, or a "
			"folder of files named *.pem, *.crl or as openssl-rehash(1) names them. "
			"With at least one list, each certificate that crl_check names needs a "
			"list that is not stale: a missing list denies."},
	{.name = "crl_check",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, trust.crl_check),
		.words = crl_check_words,
		.value = "chain",
		.example = "ca_file = /etc/doorward/root.pem\ncrl_file = "
			   "/var/lib/doorward/crls\ncrl_check = leaf",
		.help = "Which certificates need a list of crl_file (Apache: "
			"SSLCARevocationCheck). chain: each certificate of the chain, but no "
			"trusted one that another CA issued (OpenSSL: -crl_check_all). leaf: "
			"the client's own (OpenSSL: -crl_check), as for a root that publishes "
			"no list."},
	{.name = "verify_depth",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct policy, trust.verify_depth),
		.min = 0,
		.max = 7,
		.value = "4",
		.example = "verify_depth = 1",
		.help = "How many intermediate certificates may stand between the client's "
			"certificate and the trusted one (nginx: ssl_verify_depth; Apache: "
			"SSLVerifyDepth)."},
	{.name = "security_level",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct policy, trust.security_level),
		.min = 0,
		.max = 5,
		.value = "2",
		.example = "security_level = 3",
		.help = "How strong keys and signatures must be, by the levels of "
			"SSL_CTX_set_security_level(3) (OpenSSL: @SECLEVEL). 2: RSA from 2048 "
			"bits on, and no SHA-1."},
	{.name = "partial_chain",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, trust.partial_chain),
		.value = "no",
		.example = "partial_chain = yes",
		.help = "Let a chain end in any certificate of ca_file or ca_dir, not only in a "
			"self-signed one (OpenSSL: -partial_chain, X509_V_FLAG_PARTIAL_CHAIN)."},
	{.name = "x509_strict",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, trust.x509_strict),
		.value = "no",
		.example = "x509_strict = yes",
		.help = "Refuse chains that break RFC 5280 in ways that most software tolerates "
			"(OpenSSL: -x509_strict, X509_V_FLAG_X509_STRICT)."},
	{.name = "cert_policy",
		.type = CONFIG_OIDS,
		.offset = offsetof(struct policy, trust.cert_policies),
		.second = offsetof(struct policy, trust.cert_policy_count),
		.example = "ca_file = /etc/doorward/root.pem\ncert_policy = "
			   "2.16.840.1.101.3.2.1.3.13",
		.help = "Certificate policies (OIDs), of which the chain must assert one "
			"(OpenSSL: -policy_check -explicit_policy -policy). Each certificate "
			"below the trusted one must have it, or anyPolicy, or one that a CA "
			"maps to it, and the constraints of CAs about policies hold (RFC 5280, "
			"section 6.1, the user-initial-policy-set with "
			"initial-explicit-policy). Certificates of cert_pins need none."},
	{.name = "allow_missing_eku",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, trust.allow_missing_eku),
		.value = "no",
		.example = "allow_missing_eku = yes",
		.help = "Accept a certificate without an extended key usage (extendedKeyUsage; "
			"OpenSSL: -purpose sslclient). A certificate that has this extension "
			"must list clientAuth in it in any case; anyExtendedKeyUsage does not "
			"replace clientAuth."},
	{.name = "cert_pins",
		.type = CONFIG_PATH,
		.offset = offsetof(struct policy, trust.cert_pins),
		.example = "cert_pins = /etc/doorward/pins",
		.help = "A file of pinned certificates, which need no chain, one a line: the "
			"SHA-256 fingerprint, or spki: and the fingerprint of the public key, "
			"in hexadecimal digits with or without colons or blanks between them, "
			"also after the words that openssl prints before it; lines that begin "
			"with # are comments. For a certificate that is listed only the validity "
			"dates "
			"are checked, and neither usage nor revocation: to revoke it, remove "
			"its line."},
	{.name = "cert_host",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, cert_host),
		.words = cert_host_words,
		.value = "off",
		.example = "client_cert = required\ncert_host = domain\nallow = cert.dns "
			   ".partner.example",
		.help = "Whether a confirmed name of the client must agree with a name (SAN "
			"dNSName) of its certificate, if it has a certificate. exact: be the "
			"same name; *.example.com stands for one label (RFC 6125). domain: "
			"share its registrable domain by the Public Suffix List. Expects rdns = "
			"double."},
	{.name = "cn_fallback",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, cn_fallback),
		.value = "no",
		.example = "cn_fallback = yes",
		.help = "Use the CN (common name) of a certificate without a SAN dNSName as a "
			"name in cert.dns."},
	{.name = "bans",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct policy, bans),
		.value = "yes",
		.example = "bans = no\ndeny = ban & uri /login\nallow = *",
		.help = "Whether clients that are banned (doorward ban) are denied before any "
			"certificate is verified and any rule is evaluated, with the reason "
			"banned. no: only rules with the field ban see bans. A ban of a host name "
			"needs the names of the client, so as long as there is one, they are "
			"looked up for each client, unless rdns is off; a lookup that fails is "
			"settled by on_dns_error."},
	{.name = "on_dns_error",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, on_dns_error),
		.words = on_dns_error_words,
		.value = "deny",
		.example = "on_dns_error = error",
		.help = "What happens when a rule needs a name, or reads forward or dnsbl, or "
			"when cert_host needs a name, and the DNS lookup failed. deny: the "
			"client is denied (fail closed). error: the response is 503. allow: the "
			"client is let in (fail open); this admits anyone who runs the reverse "
			"zone of an address, because that person can make the lookup fail. If "
			"cert_host needs the name, the rules are evaluated all the same."},
	{.name = "agent_nonce",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, agent_nonce),
		.words = nonce_words,
		.value = "any",
		.example = "agent_nonce = once\nallow = agent https://chatgpt.com",
		.help = "Whether a signature of an agent may come again. any: until it expires, "
			"for all requests that it covers, also from another client. once: each "
			"signature needs a nonce, and counts for one question of the front end; "
			"a further request with it is not that of the agent. Each process "
			"remembers 65536 nonces until they expire; while there is no room for "
			"another one, the response is 503. A restart or a hand-over forgets them, "
			"a reload does not. With [shared], a nonce counts once for all machines, "
			"also over restarts; while the store is away, once for each process."},
	{.name = "default",
		.type = CONFIG_WORD,
		.offset = offsetof(struct policy, default_action),
		.words = action_words,
		.value = "deny",
		.example = "default = allow",
		.help = "What happens to a client that no rule decides about (nginx: the final "
			"deny all or allow all)."},
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
		.help = "A front end may cache a response at most this long (Cache-Control: "
			"max-age, X-Accel-Expires; nginx: fastcgi_cache_valid, "
			"proxy_cache_valid)."},
	{.name = "cached_claims",
		.type = CONFIG_CLAIMS,
		.offset = offsetof(struct policy, cached_claims),
		.example = "cached_claims = user_agent\ndeny = user_agent ~ badbot\nallow = *",
		.help = "The claims that the front end's cache key (nginx: fastcgi_cache_key, "
			"proxy_cache_key) contains beside address, certificate and policy, "
			"unchanged, as they came: for uri, $request_uri. A response that "
			"depends on any other claim may not be cached."},
	{.name = "response_headers",
		.type = CONFIG_HEADERS,
		.offset = offsetof(struct policy, response_headers),
		.value = "X-Client-Hostname, X-Client-Rdns, X-Client-Cert-Subject, "
			 "X-Client-Cert-Issuer, X-Client-Cert-Serial, X-Client-Cert-Fingerprint, "
			 "X-Client-Cert-San, X-Client-Cert-Not-After, X-Client-Agent, "
			 "X-Doorward-Policy, "
			 "X-Doorward-Reason, X-Doorward-Rule, X-Doorward-Id",
		.example = "response_headers = X-Client-Hostname, X-Doorward-Reason",
		.help = "The headers of the response that tell the front end about the client and "
			"the decision. A front end reads each of them again for every request, "
			"also "
			"from its cache (nginx: auth_request_set, fastcgi_cache), so a policy "
			"sends "
			"only those that are used. X-Client-Cert-Eku, X-Client-Cert-Policies, "
			"X-Client-Cert-Key, X-Client-Cert-Spki, X-Client-Cert-Issuer-Spki and "
			"X-Client-Cert-Anchor are sent only where they are named here. Empty: no "
			"such header."},
	{.name = "pin",
		.type = CONFIG_PIN,
		.offset = offsetof(struct policy, pins),
		.example = "pin = vpn.partner.example 192.0.2.0/24, 198.51.100.7\nallow = host "
			   "vpn.partner.example",
		.help = "A name, or a name with a dot in front, which stands for itself and all "
			"names below it, and the networks it is bound to: a confirmed name "
			"whose pin does not contain the client's address is ignored, whatever "
			"DNS says, and forward asks only about addresses inside the networks. "
			"Pins of one name add up; if several pins cover a name, the most "
			"specific one decides. Empty: no pins, also where the parent has some."},
	{.name = "allow",
		.type = CONFIG_ALLOW,
		.example = "client_cert = optional\nallow = ip 192.0.2.0/24\nallow = cert.dns "
			   ".partner.example & host .partner.example",
		.help = "A rule that lets the client in (nginx: allow; Apache: Require)."},
	{.name = "deny",
		.type = CONFIG_DENY,
		.example = "default = allow\ndeny = user_agent ~ googlebot & !host .googlebot.com "
			   "& !host .google.com",
		.help = "A rule that keeps the client out (nginx: deny; Apache: Require not)."},
	{.name = "rdns_allow",
		.type = CONFIG_RDNS_ALLOW,
		.example = "rdns_allow = \\.partner\\.example$",
		.help = "The same as allow = host ~ REGEX, spelled as in the nginx rdns "
			"modules."},
	{.name = "rdns_deny",
		.type = CONFIG_RDNS_DENY,
		.example = "default = allow\nrdns_deny = \\.dynamic\\.isp\\.example$",
		.help = "The same as deny = host ~ REGEX, spelled as in the nginx rdns modules."},
};
