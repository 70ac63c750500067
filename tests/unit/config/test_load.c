/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "unit/config/support.h"

#include <grp.h>
#include <pwd.h>

#define POLICY "[policy default]\nallow = *\n"

static void defaults(void **state)
{
	struct config *config = load_expecting(POLICY, "");

	assert_string_equal(config->path, "t");
	assert_int_equal(config->server.listen_count, 1);
	assert_int_equal(config->server.listen[0].kind, NET_LISTEN_UNIX);
	assert_true(str_eq_text(config->server.listen[0].path, "/run/doorward/doorward.sock"));
	assert_int_equal(config->server.socket.socket_mode, 0660);
	assert_true(config->server.socket.socket_owner == (uid_t)-1);
	assert_true(config->server.socket.socket_group == (gid_t)-1);
	assert_null(config->server.socket_owner);
	assert_null(config->server.socket_group);
	assert_int_equal(config->server.socket.backlog, 4096);
	assert_int_equal(config->server.threads, 0);
	assert_null(config->server.user);
	assert_null(config->server.group);
	assert_int_equal(config->server.net.max_connections, 16384);
	assert_int_equal(config->server.max_params, 128 * 1024);
	assert_int_equal(config->server.max_requests_per_connection, 64);
	assert_int_equal(config->server.net.request_timeout_ms, 10000);
	assert_int_equal(config->server.net.idle_timeout_ms, 300000);
	assert_int_equal(config->server.grace_ms, 10000);
	assert_int_equal(config->frontend.profile, CERT_PROFILE_NGINX);
	assert_null(config->frontend.cert_source.name);
	assert_null(config->frontend.verify_source.name);
	assert_false(config->frontend.trust_frontend);
	assert_true(str_eq_text(config->frontend.cert.names[CERT_INPUT_PARAM], "SSL_CLIENT_CERT"));
	assert_int_equal(config->frontend.trusted_proxy_count, 0);
	assert_false(config->frontend.trust_headers);
	assert_false(config->frontend.forwarded_for);
	assert_int_equal(config->dns.nameserver_count, 0);
	assert_null(config->dns.static_zone);
	assert_int_equal(config->dns.timeout_ms, 0);
	assert_int_equal(config->dns.attempts, 0);
	assert_int_equal(config->dns.use_tcp, DNS_AUTO);
	assert_int_equal(config->dns.trust_ad, DNS_AUTO);
	assert_false(config->dns.require_ad);
	assert_false(config->dns.refresh);
	assert_int_equal(config->dns.lookup_timeout_ms, 2500);
	assert_int_equal(config->dns.max_ptr, 10);
	assert_int_equal(config->dns.min_ttl_s, 5);
	assert_int_equal(config->dns.max_ttl_s, 3600);
	assert_int_equal(config->dns.negative_max_ttl_s, 900);
	assert_int_equal(config->dns.edns_size, 1232);
	assert_int_equal(config->dns.use_tcp, DNS_AUTO);
	assert_true(config->dns.cookies);
	assert_true(config->dns.case_randomization);
	assert_false(config->dns.private_ptr);
	assert_int_equal(config->dns.max_in_flight, 16384);
	assert_int_equal(config->dns.max_in_flight_per_prefix, 64);
	assert_int_equal(config->dns.cache_size, 64 << 20);
	assert_int_equal(config->log.sink.target, LOG_TO_STDERR);
	assert_null(config->log.sink.path);
	assert_int_equal(config->log.sink.format, LOG_TEXT);
	assert_int_equal(config->log.sink.level, LOG_LEVEL_INFO);
	assert_int_equal(config->log.decisions, CONFIG_DECISIONS_ALL);
	config_unref(config);
}

static void every_key(void **state)
{
	struct config *config = load_expecting(
		"[server]\n"
		"listen = unix:/tmp/x\nlisten = 127.0.0.1:9000\nlisten = [::1]:9001\nlisten = "
		"systemd\n"
		"socket_mode = 600\nsocket_owner = root\nsocket_group = root\nbacklog = 16\n"
		"threads = 8\nuser = daemon\ngroup = daemon\nmax_connections = 100\n"
		"max_params = 1M\nmax_requests_per_connection = 1\nrequest_timeout = 1500ms\n"
		"idle_timeout = 1h\ngrace = 0s\n"
		"[frontend]\nprofile = envoy\ncert_source = header X-ARR-ClientCert der-b64\n"
		"verify_source = param  TLS_Status\ntrust_frontend = false\n"
		"trusted_proxies = 10.0.0.0/8,2001:db8::/32\n"
		"trusted_proxies = 192.0.2.1 , ::ffff:192.0.2.2\ntrust_headers = on\n"
		"forwarded_for = true\n"
		"[dns]\nnameservers = 127.0.0.1, [::1]:5353\nnameservers = 192.0.2.1:54\n"
		"static_zone = /etc/names\ntimeout = 1s\nattempts = 1\nlookup_timeout = 60s\n"
		"max_ptr = 1\nmin_ttl = 0s\nmax_ttl = 24h\nnegative_max_ttl = 1m\nedns_size = off\n"
		"use_tcp = yes\ncookies = off\n"
		"case_randomization = off\nprivate_ptr = yes\nmax_in_flight = 10\n"
		"max_in_flight_per_prefix = 2\n"
		"[cache]\nsize = 1G\n"
		"[log]\ntarget = file:/var/log/doorward\nformat = json\nlevel = debug\n"
		"decisions = denied\n" POLICY,
		"t:26:17: warning: trust_headers = yes with a TCP socket in listen: every peer "
		"that reaches it is believed; expected trusted_proxies, or a Unix socket\n");
	struct addr addr;

	assert_int_equal(config->server.listen_count, 4);
	assert_int_equal(config->server.listen[1].kind, NET_LISTEN_TCP);
	assert_int_equal(config->server.listen[1].endpoint.port, 9000);
	assert_int_equal(config->server.listen[2].endpoint.addr.family, ADDR_V6);
	assert_int_equal(config->server.listen[3].kind, NET_LISTEN_SYSTEMD);
	assert_int_equal(config->server.socket.socket_mode, 0600);
	assert_int_equal(config->server.socket.socket_owner, 0);
	assert_int_equal(config->server.socket.socket_group, 0);
	assert_string_equal(config->server.socket_owner, "root");
	assert_int_equal(config->server.socket.backlog, 16);
	assert_int_equal(config->server.threads, 8);
	assert_string_equal(config->server.user, "daemon");
	assert_string_equal(config->server.group, "daemon");
	assert_int_equal(config->server.net.max_connections, 100);
	assert_int_equal(config->server.max_params, 1 << 20);
	assert_int_equal(config->server.max_requests_per_connection, 1);
	assert_int_equal(config->server.net.request_timeout_ms, 1500);
	assert_int_equal(config->server.net.idle_timeout_ms, 3600000);
	assert_int_equal(config->server.grace_ms, 0);
	assert_int_equal(config->frontend.profile, CERT_PROFILE_ENVOY);
	assert_string_equal(config->frontend.cert_source.name, "X-ARR-ClientCert");
	assert_true(config->frontend.cert_source.is_header);
	assert_int_equal(config->frontend.cert_source.codec, CERT_CODEC_DER_B64);
	assert_string_equal(config->frontend.verify_source.name, "TLS_Status");
	assert_false(config->frontend.verify_source.is_header);
	assert_false(config->frontend.trust_frontend);
	assert_true(str_eq_text(
		config->frontend.cert.names[CERT_INPUT_HEADER], "HTTP_X_ARR_CLIENTCERT"));
	assert_int_equal(config->frontend.cert.frontend, CERT_FRONTEND_SAYS);
	assert_int_equal(config->frontend.trusted_proxy_count, 4);
	assert_true(addr_parse(str_view("192.0.2.2"), &addr));
	assert_true(prefix_contains(&config->frontend.trusted_proxies[3], &addr));
	assert_false(prefix_contains(&config->frontend.trusted_proxies[2], &addr));
	assert_true(config->frontend.trust_headers);
	assert_true(config->frontend.forwarded_for);
	assert_int_equal(config->dns.nameserver_count, 3);
	assert_int_equal(config->dns.nameservers[0].port, 53);
	assert_int_equal(config->dns.nameservers[1].port, 5353);
	assert_int_equal(config->dns.nameservers[2].port, 54);
	assert_string_equal(config->dns.static_zone, "/etc/names");
	assert_int_equal(config->dns.timeout_ms, 1000);
	assert_int_equal(config->dns.lookup_timeout_ms, 60000);
	assert_int_equal(config->dns.min_ttl_s, 0);
	assert_int_equal(config->dns.max_ttl_s, 86400);
	assert_int_equal(config->dns.negative_max_ttl_s, 60);
	assert_int_equal(config->dns.edns_size, 0);
	assert_int_equal(config->dns.use_tcp, DNS_YES);
	assert_false(config->dns.cookies);
	assert_false(config->dns.case_randomization);
	assert_true(config->dns.private_ptr);
	assert_int_equal(config->dns.max_in_flight, 10);
	assert_int_equal(config->dns.max_in_flight_per_prefix, 2);
	assert_int_equal(config->dns.cache_size, 1 << 30);
	assert_int_equal(config->log.sink.target, LOG_TO_FILE);
	assert_string_equal(config->log.sink.path, "/var/log/doorward");
	assert_int_equal(config->log.sink.format, LOG_JSON);
	assert_int_equal(config->log.sink.level, LOG_LEVEL_DEBUG);
	assert_int_equal(config->log.decisions, CONFIG_DECISIONS_DENIED);
	config_unref(config);
}

/* One line of a section that is refused, and why. */
struct refusal {
	const char *section;
	const char *line;
	const char *why;
};

#define TIME "expected a time with its unit, e.g. 500ms, 10s, 5m or 1h"
#define SOURCE                                                                                     \
	"expected param NAME CODEC or header NAME CODEC, the codec pem, der-b64, der-hex, "        \
	"rfc9440 or xfcc"
#define NAME "expected a name of at most 128 letters, digits, \"_\" and, in a header's, \"-\""
#define PREFIXES                                                                                   \
	"expected prefixes such as 192.0.2.0/24 or 2001:db8::/32, with no bits set after the "     \
	"prefix, separated by commas"
#define ENDPOINTS                                                                                  \
	"expected up to 16 addresses such as 127.0.0.1, 127.0.0.1:5353 or [::1]:5353, separated "  \
	"by commas"

static const struct refusal refusals[] = {
	{"server", "threads = many",
		"11: error: threads = many: expected auto or a number from 1 to 256"},
	{"server", "threads = 0",
		"11: error: threads = 0: expected auto or a number from 1 to 256"},
	{"server", "threads = 257",
		"11: error: threads = 257: expected auto or a number from 1 to 256"},
	{"server", "threads =", "10: error: threads = : expected auto or a number from 1 to 256"},
	{"server", "threads = 1 2",
		"11: error: threads = 1 2: expected auto or a number from 1 to 256"},
	{"server", "threads = -1",
		"11: error: threads = -1: expected auto or a number from 1 to 256"},
	{"server", "backlog = 99999999999999999999",
		"11: error: backlog = 99999999999999999999: expected a number from 1 to 65535"},
	{"server", "backlog = 0x10",
		"11: error: backlog = 0x10: expected a number from 1 to 65535"},
	{"server", "socket_mode = 0668",
		"15: error: socket_mode = 0668: expected an octal mode up to 0777"},
	{"server", "socket_mode = 1777",
		"15: error: socket_mode = 1777: expected an octal mode up to 0777"},
	{"server", "socket_mode = 60",
		"15: error: socket_mode = 60: expected an octal mode up to 0777"},
	{"server", "socket_mode = u=rw",
		"15: error: socket_mode = u=rw: expected an octal mode up to 0777"},
	{"server", "user = no-such-user",
		"8: error: user = no-such-user: expected the name of a user; there is no such "
		"user"},
	{"server", "user = 0",
		"8: error: user = 0: expected the name of a user; there is no such user"},
	{"server", "socket_group = no-such-group",
		"16: error: socket_group = no-such-group: expected the name of a group; there is "
		"no such group"},
	{"server", "max_params = 1023",
		"14: error: max_params = 1023: expected a size from 1K to 16M"},
	{"server", "max_params = 1T", "14: error: max_params = 1T: expected a size from 1K to 16M"},
	{"server", "max_params = 17M",
		"14: error: max_params = 17M: expected a size from 1K to 16M"},
	{"server", "request_timeout = 10", "19: error: request_timeout = 10: " TIME},
	{"server", "request_timeout = 0", "19: error: request_timeout = 0: " TIME},
	{"server", "request_timeout = 10 s",
		"19: error: request_timeout = 10 s: expected a time from 100ms to 1h"},
	{"server", "request_timeout = 2h",
		"19: error: request_timeout = 2h: expected a time from 100ms to 1h"},
	{"server", "request_timeout = 1d",
		"19: error: request_timeout = 1d: expected a time from 100ms to 1h"},
	{"frontend", "profile = NGINX",
		"11: error: profile = NGINX: expected nginx, lighttpd, apache, ingress-nginx, "
		"haproxy, envoy, traefik, caddy, aws-alb, azure-appservice, azure-appgw, "
		"azure-apim, google-lb, cloudflare or rfc9440, did you mean nginx?"},
	{"frontend", "cert_source = X-Cert pem", "15: error: cert_source = X-Cert pem: " SOURCE},
	{"frontend", "cert_source = header X-Cert",
		"15: error: cert_source = header X-Cert: " SOURCE},
	{"frontend", "cert_source = header X-Cert der",
		"15: error: cert_source = header X-Cert der: " SOURCE},
	{"frontend", "cert_source = header X-Cert PEM",
		"15: error: cert_source = header X-Cert PEM: " SOURCE ", did you mean pem?"},
	{"frontend", "cert_source = header X-Cert pem pem",
		"15: error: cert_source = header X-Cert pem pem: " SOURCE},
	{"frontend", "cert_source = header", "15: error: cert_source = header: " NAME},
	{"frontend", "cert_source = header X:Cert pem",
		"15: error: cert_source = header X:Cert pem: " NAME},
	{"frontend", "cert_source = param X-Cert pem",
		"15: error: cert_source = param X-Cert pem: " NAME},
	{"frontend", "cert_source = param HTTP_X_CERT pem",
		"15: error: cert_source = param HTTP_X_CERT pem: expected header and its own name: "
		"what arrives as HTTP_* is a header, which clients can send"},
	{"frontend", "verify_source = header X-Status pem",
		"17: error: verify_source = header X-Status pem: expected param NAME or header "
		"NAME"},
	{"frontend", "cert_source = header X-One pem\nverify_source = header x_one",
		"15: error: cert_source = header X-One pem with profile = nginx: the same name "
		"stands for two things"},
	{"frontend", "trust_frontend = yes",
		"18: error: trust_frontend = yes with profile = nginx: there is a verify status, "
		"which says it better"},
	{"frontend", "trust_frontend = yes\nprofile = azure-appservice",
		"18: error: trust_frontend = yes with profile = azure-appservice: this profile's "
		"front end verifies nothing that could be trusted"},
	{"frontend", "trust_headers = 1", "17: error: trust_headers = 1: expected yes or no"},
	{"frontend", "trust_headers = YES",
		"17: error: trust_headers = YES: expected yes or no, did you mean yes?"},
	{"frontend", "address = x-real-ip",
		"11: error: address = x-real-ip: expected auto, X-Real-IP, X-Forwarded-For or "
		"REMOTE_ADDR, did you mean X-Real-IP?"},
	{"frontend", "address = X-Real-IP\nforwarded_for = yes",
		"11: error: address = X-Real-IP with forwarded_for = yes: they name different "
		"sources; expected one of the two lines"},
	{"frontend", "address = REMOTE_ADDR\nforwarded_for = yes",
		"11: error: address = REMOTE_ADDR with forwarded_for = yes: they name different "
		"sources; expected one of the two lines"},
	{"frontend", "address = X-Forwarded-For\nforwarded_for = no",
		"11: error: address = X-Forwarded-For with forwarded_for = no: they name different "
		"sources; expected one of the two lines"},
	{"frontend", "trusted_proxies = 10.0.0.0/8, 10.0.0.1/8",
		"31: error: trusted_proxies = 10.0.0.1/8: expected no bits set after the prefix, "
		"as in 10.0.0.0/8"},
	{"frontend", "trusted_proxies = 10.0.0.0/8,", "30: error: trusted_proxies = : " PREFIXES},
	{"frontend", "trusted_proxies = unix", "19: error: trusted_proxies = unix: " PREFIXES},
	{"dns", "nameservers = 127.0.0.1, localhost",
		"26: error: nameservers = localhost: " ENDPOINTS},
	{"dns", "nameservers = 127.0.0.1:0", "15: error: nameservers = 127.0.0.1:0: " ENDPOINTS},
	{"dns",
		"nameservers = "
		"10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5,10.0.0.6,10.0.0.7,10.0.0.8,"
		"10.0.0.9,10.0.0.10,10.0.0.11,10.0.0.12,10.0.0.13,10.0.0.14,10.0.0.15,10.0.0.16,::"
		"1",
		"166: error: nameservers = ::1: expected no more of them"},
	{"dns", "min_ttl = 1500ms",
		"11: error: min_ttl = 1500ms: expected a time in whole seconds from 0s to 1h"},
	{"dns", "min_ttl = 30", "11: error: min_ttl = 30: " TIME},
	{"dns", "max_ttl = 0s",
		"11: error: max_ttl = 0s: expected a time in whole seconds from 1s to 168h"},
	{"dns", "edns_size = 511",
		"13: error: edns_size = 511: expected off or a number from 512 to 4096"},
	{"dns", "edns_size = 0",
		"13: error: edns_size = 0: expected off or a number from 512 to 4096"},
	{"dns", "min_ttl = 30m",
		"11: error: expected min_ttl (1800s) to be at most negative_max_ttl (900s)"},
	{"dns", "max_ttl = 4s", "11: error: expected min_ttl (5s) to be at most max_ttl (4s)"},
	{"dns", "negative_max_ttl = 4s",
		"20: error: expected min_ttl (5s) to be at most negative_max_ttl (4s)"},
	{"dns", "use_tcp = maybe", "11: error: use_tcp = maybe: expected yes, no or auto"},
	{"dns", "timeout = 5ms",
		"11: error: timeout = 5ms: expected auto or a time from 10ms to 1m"},
	{"dns", "require_ad = yes", "14: error: require_ad = yes: needs trust_ad = yes"},
	{"dns", "require_ad = yes\ntrust_ad = no",
		"14: error: require_ad = yes: needs trust_ad = yes"},
	{"dns", "timeoot = 1s", "1: error: unknown key timeoot in [dns], did you mean timeout?"},
	{"dns", "Timeout = 1s", "1: error: unknown key Timeout in [dns], did you mean timeout?"},
	{"dns", "static_zone = x &\n  y",
		"1: error: static_zone: expected one line; only allow and deny "
		"may go on in the next"},
	{"cache", "size = 1023", "8: error: size = 1023: expected a size from 64K to 64G"},
	{"cache", "size = 65G", "8: error: size = 65G: expected a size from 64K to 64G"},
	{"cache", "cert_entries = 1",
		"16: error: cert_entries = 1: expected a number from 16 to 1000000"},
	{"cache", "rate_entries = 1023",
		"16: error: rate_entries = 1023: expected a number from 1024 to 67108864"},
	{"log", "target = file:",
		"10: error: target = file:: expected stderr, syslog or file:PATH"},
	{"log", "target = /var/log/x",
		"10: error: target = /var/log/x: expected stderr, syslog or file:PATH"},
	{"log", "level = notice",
		"9: error: level = notice: expected error, warning, info or debug"},
	{"log", "decisions = some", "13: error: decisions = some: expected all, denied or none"},
	{"log", "timeout = 1s", "1: error: unknown key timeout in [log], it is a key of [dns]"},
	{"server", "rdns = off",
		"1: error: unknown key rdns in [server], it is a key of [policy NAME]"},
	{"servers", "threads = 1", NULL},
};

static void refused_values(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *r = &refusals[i];
		char *text;
		char *expected;

		assert_true(asprintf(&text, "%s[%s]\n%s\n", POLICY, r->section, r->line) > 0);
		if (r->why == NULL) {
			assert_true(asprintf(&expected,
					    "t:3:1: error: unknown section [%s], did you "
					    "mean [server]?\n",
					    r->section) > 0);
		} else {
			assert_true(asprintf(&expected, "t:4:%s\n", r->why) > 0);
		}
		assert_null(load_expecting(text, expected));
		free(text);
		free(expected);
	}
}

static void keys_given_twice(void **state)
{
	assert_null(load_expecting(POLICY "[server]\nthreads = 1\nbacklog = 2\nthreads = 1\n",
		"t:6:1: error: threads is given twice in [server], first in t:4\n"));
	assert_null(load_expecting("[policy default]\nrdns = off\nallow = *\nrdns = off\n",
		"t:4:1: error: rdns is given twice in [policy default], first in t:2\n"));
	assert_null(load_expecting("[server]\nthreads = 1\n" POLICY "[server]\nthreads = 1\n",
		"t:5:1: error: [server] is given twice, first in t:1\n"
		"t:6:1: error: threads is given twice in [server], first in t:2\n"));
}

static void unknown_sections(void **state)
{
	assert_null(load_expecting(POLICY
		"[polcy x]\nrdns = maybe\n[nonsense]\n[Server]\n[server x]\n[]\n",
		"t:3:1: error: unknown section [polcy x], did you mean [policy NAME]?\n"
		"t:5:1: error: unknown section [nonsense], did you mean [policy nonsense]?\n"
		"t:6:1: error: unknown section [Server], did you mean [server]?\n"
		"t:7:1: error: unknown section [server x], did you mean [server]?\n"
		"t:8:1: error: unknown section []\n"));
}

/* One run tells everything that is wrong. */
static void all_errors_at_once(void **state)
{
	assert_null(load_expecting(
		"[server]\nthreads = many\nnonsense = 1\n[policy default]\nrdns = perhaps\n"
		"allow = ip 300.0.0.1\nparent = absent\nx\n[what]\n",
		"t:8:1: error: expected [SECTION] or KEY = VALUE\n"
		"t:2:11: error: threads = many: expected auto or a number from 1 to 256\n"
		"t:3:1: error: unknown key nonsense in [server]\n"
		"t:9:1: error: unknown section [what], did you mean [policy what]?\n"
		"t:5:8: error: rdns = perhaps: expected off, single, double or on\n"
		"t:6:12: error: \"300.0.0.1\" is not an address or prefix: expected 192.0.2.7, "
		"192.0.2.0/24 or 2001:db8::/32, with no bits set after the prefix\n"
		"t:7:10: error: parent = absent: expected the name of a policy; there is no "
		"[policy "
		"absent]\n"));
}

static void empty_values_mean_none(void **state)
{
	struct config *config = load_expecting(POLICY
		"[server]\nuser =\nsocket_owner =\n[frontend]\ntrusted_proxies =\n[dns]\n"
		"static_zone = ;\nnameservers =\n",
		"");

	assert_null(config->server.user);
	assert_true(config->server.socket.socket_owner == (uid_t)-1);
	assert_int_equal(config->frontend.trusted_proxy_count, 0);
	assert_null(config->dns.static_zone);
	config_unref(config);
	assert_null(load_expecting(POLICY "[server]\nlisten =\n",
		"t:4:9: error: listen = : expected unix:PATH, ADDRESS:PORT, [ADDRESS]:PORT, fd:N "
		"or "
		"systemd\n"));
}

static void long_lists(void **state)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_append_text(&text, POLICY "[frontend]\n");
	for (unsigned i = 0; i < 1000; i++) {
		bytes_appendf(&text, "trusted_proxies = 10.%u.%u.0/24, 2001:db8:%x::/48\n", i / 250,
			i % 250, i);
	}
	bytes_append_u8(&text, '\0');
	struct config *config = load_expecting((char *)text.data, "");

	assert_int_equal(config->frontend.trusted_proxy_count, 2000);
	for (unsigned i = 0; i < 1000; i++) {
		const struct prefix *p = &config->frontend.trusted_proxies[2 * i];

		assert_int_equal(p[0].len, 24);
		assert_int_equal(p[0].addr.bytes[2], i % 250);
		assert_int_equal(p[1].len, 48);
	}
	config_unref(config);
	bytes_clear(&text);
}

static void references(void **state)
{
	struct config *config = load_expecting(POLICY, "");

	assert_ptr_equal(config_ref(config), config);
	config_unref(config);
	assert_int_equal(config->policy_count, 1);
	config_unref(config);
	config_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_key),
		cmocka_unit_test(refused_values),
		cmocka_unit_test(keys_given_twice),
		cmocka_unit_test(unknown_sections),
		cmocka_unit_test(all_errors_at_once),
		cmocka_unit_test(empty_values_mean_none),
		cmocka_unit_test(long_lists),
		cmocka_unit_test(references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
