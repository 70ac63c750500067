/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "config/config.h"

static const struct config_word profile_words[] = {
	{"nginx", CERT_PROFILE_NGINX, false},
	{"lighttpd", CERT_PROFILE_LIGHTTPD, false},
	{"apache", CERT_PROFILE_APACHE, false},
	{"ingress-nginx", CERT_PROFILE_INGRESS_NGINX, false},
	{"haproxy", CERT_PROFILE_HAPROXY, false},
	{"envoy", CERT_PROFILE_ENVOY, false},
	{"traefik", CERT_PROFILE_TRAEFIK, false},
	{"caddy", CERT_PROFILE_CADDY, false},
	{"aws-alb", CERT_PROFILE_AWS_ALB, false},
	{"azure-appservice", CERT_PROFILE_AZURE_APPSERVICE, false},
	{"azure-appgw", CERT_PROFILE_AZURE_APPGW, false},
	{"azure-apim", CERT_PROFILE_AZURE_APIM, false},
	{"google-lb", CERT_PROFILE_GOOGLE_LB, false},
	{"cloudflare", CERT_PROFILE_CLOUDFLARE, false},
	{"rfc9440", CERT_PROFILE_RFC9440, false},
	{NULL, 0, false},
};

static const struct config_word address_words[] = {
	{"auto", CONFIG_ADDRESS_AUTO, false},
	{"X-Real-IP", CONFIG_ADDRESS_X_REAL_IP, false},
	{"X-Forwarded-For", CONFIG_ADDRESS_X_FORWARDED_FOR, false},
	{"REMOTE_ADDR", CONFIG_ADDRESS_REMOTE_ADDR, false},
	{NULL, 0, false},
};

const struct config_key config_frontend_keys[CONFIG_FRONTEND_KEY_COUNT] = {
	{.name = "profile",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, frontend.profile),
		.words = profile_words,
		.value = "nginx",
		.example = "profile = haproxy",
		.help = "The front end (web server, reverse proxy or load balancer) that asks: "
			"the profile says where it puts the client certificate and its own "
			"verdict on that certificate, how it encodes the certificate, and which "
			"words of the verdict count. See PROFILES below."},
	{.name = "cert_source",
		.type = CONFIG_CERT_SOURCE,
		.offset = offsetof(struct config, frontend.cert_source),
		.example = "cert_source = header X-Client-Cert der-b64",
		.help = "Where the certificate is (nginx: $ssl_client_escaped_cert) and its "
			"codec, in place of what the profile says. pem: armored, plain or "
			"percent-escaped. der-b64: base64 alone. der-hex: hexadecimal digits. "
			"rfc9440: base64 between colons. xfcc: Envoy's X-Forwarded-Client-Cert. "
			"Empty: as the profile says."},
	{.name = "verify_source",
		.type = CONFIG_VERIFY_SOURCE,
		.offset = offsetof(struct config, frontend.verify_source),
		.example = "verify_source = param TLS_VERIFY",
		.help = "Where the front end's verdict on the certificate is (nginx: "
			"$ssl_client_verify), in place of what the profile says. The words that "
			"count are those of the profile, or SUCCESS if it has none. Empty: as "
			"the profile says."},
	{.name = "trust_frontend",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, frontend.trust_frontend),
		.value = "no",
		.example = "profile = envoy\ntrust_frontend = yes",
		.help = "Take every certificate that the front end sends as verified: only for "
			"a front end that does verify certificates but sends no verdict (Envoy, "
			"Traefik, ALB's verify mode)."},
	{.name = "trusted_proxies",
		.type = CONFIG_PREFIXES,
		.offset = offsetof(struct config, frontend.trusted_proxies),
		.second = offsetof(struct config, frontend.trusted_proxy_count),
		.example = "trusted_proxies = 10.0.0.0/24, 2001:db8:1::/64",
		.help = "Addresses of the proxies whose identity headers are honoured: proxies "
			"that replace these headers when a client sends them (nginx: "
			"set_real_ip_from; Apache: RemoteIPTrustedProxy; lighttpd: "
			"extforward.forwarder). Over HTTP, the only TCP peers that may ask."},
	{.name = "trust_headers",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, frontend.trust_headers),
		.value = "no",
		.example = "trust_headers = yes",
		.help = "Honour identity headers from every peer. Only for a front end that "
			"replaces each of these headers in every request."},
	{.name = "address",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, frontend.address),
		.words = address_words,
		.value = "auto",
		.example = "address = X-Forwarded-For\ntrusted_proxies = 10.0.0.0/24",
		.help = "The one source of the client's address where identity headers are "
			"honoured (nginx: real_ip_header; Apache: RemoteIPHeader). No other "
			"header is read, and a request without this source has no address. "
			"X-Forwarded-For is read from the right, skipping trusted_proxies. "
			"REMOTE_ADDR: no header. auto: X-Real-IP, X-Forwarded-For with "
			"forwarded_for = yes, else REMOTE_ADDR."},
	{.name = "forwarded_for",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, frontend.forwarded_for),
		.value = "no",
		.example = "forwarded_for = yes\ntrusted_proxies = 10.0.0.0/24",
		.help = "With address = auto: take the client's address from X-Forwarded-For, "
			"if that header is honoured, reading from the right and skipping "
			"trusted_proxies (nginx: real_ip_recursive). If X-Real-IP came, too, "
			"and names another address, the request is denied: one of the two comes "
			"from the client."},
	{.name = "policy_header",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, frontend.policy_header),
		.value = "no",
		.example = "policy_header = yes",
		.help = "Over HTTP, let the header X-Doorward-Policy select the policy where "
			"the path is /auth and names no policy. The front end must set or "
			"remove the header in every request: many front ends pass on what the "
			"client wrote."},
};
