/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema.h"

#include "base/util.h"
#include "config/config.h"
#include "config/schema_policy.h"

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)
#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)

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

static const struct config_word auto_words[] = {{"auto", 0, false}, {NULL, 0, false}};
static const struct config_word choice_words[] = {
	{"yes", DNS_YES, false},
	{"no", DNS_NO, false},
	{"auto", DNS_AUTO, false},
	{NULL, 0, false},
};
static const struct config_word off_words[] = {{"off", 0, false}, {NULL, 0, false}};

static const struct config_word format_words[] = {
	{"text", LOG_TEXT, false}, {"json", LOG_JSON, false}, {NULL, 0, false}};

static const struct config_word level_words[] = {
	{"error", LOG_LEVEL_ERROR, false},
	{"warning", LOG_LEVEL_WARNING, false},
	{"info", LOG_LEVEL_INFO, false},
	{"debug", LOG_LEVEL_DEBUG, false},
	{NULL, 0, false},
};

static const struct config_word decisions_words[] = {
	{"all", CONFIG_DECISIONS_ALL, false},
	{"denied", CONFIG_DECISIONS_DENIED, false},
	{"none", CONFIG_DECISIONS_NONE, false},
	{NULL, 0, false},
};

static const struct config_key server_keys[] = {
	{.name = "listen",
		.at_start = true,
		.type = CONFIG_LISTEN,
		.offset = offsetof(struct config, server.listen),
		.second = offsetof(struct config, server.listen_count),
		.value = "unix:/run/doorward/doorward.sock",
		.example = "listen = unix:/run/doorward/doorward.sock\nlisten = 127.0.0.1:9000",
		.help = "Where front ends connect (bind address), by FastCGI: one place a line. "
			"http: before a place: by HTTP (forward auth, and /metrics for "
			"Prometheus). systemd:NAME: the sockets with that FileDescriptorName "
			"(socket activation). A socket that the process was started with (by "
			"spawn-fcgi, multiwatch or systemd) replaces the places listed here, "
			"for FastCGI, unless an fd:N or systemd is among them."},
	{.name = "tcp_peers",
		.type = CONFIG_PREFIXES,
		.offset = offsetof(struct config, server.tcp_peers),
		.second = offsetof(struct config, server.tcp_peer_count),
		.example = "listen = 192.0.2.1:9000\ntcp_peers = 192.0.2.8, 10.0.0.0/24",
		.help = "Addresses that may connect over TCP: those of the web servers "
			"(php-fpm: listen.allowed_clients). The key is required for FastCGI on "
			"an address other than a loopback one, because a peer that connects may "
			"claim any client address. If FCGI_WEB_SERVER_ADDRS is in the "
			"environment, only addresses that are in both lists may connect. Empty: "
			"all addresses may."},
	{.name = "socket_mode",
		.at_start = true,
		.type = CONFIG_MODE,
		.offset = offsetof(struct config, server.socket.socket_mode),
		.max = 0777,
		.value = "0660",
		.example = "socket_mode = 0660",
		.help = "Permissions of a Unix socket (php-fpm: listen.mode). A process that "
			"may write to the socket may ask for decisions and claim any client "
			"address."},
	{.name = "socket_owner",
		.at_start = true,
		.type = CONFIG_USER,
		.offset = offsetof(struct config, server.socket_owner),
		.second = offsetof(struct config, server.socket.socket_owner),
		.example = "socket_owner = www-data",
		.help = "Owner of a Unix socket (php-fpm: listen.owner). Empty: the user who "
			"starts doorward."},
	{.name = "socket_group",
		.at_start = true,
		.type = CONFIG_GROUP,
		.offset = offsetof(struct config, server.socket_group),
		.second = offsetof(struct config, server.socket.socket_group),
		.example = "socket_group = www-data",
		.help = "Group of a Unix socket, usually that of the front end (php-fpm: "
			"listen.group). Empty: the group of the process that starts doorward."},
	{.name = "backlog",
		.at_start = true,
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.socket.backlog),
		.min = 1,
		.max = 65535,
		.value = "4096",
		.example = "backlog = 1024",
		.help = "How many connections the kernel queues until doorward accepts them "
			"(nginx: listen backlog=; php-fpm: listen.backlog). The kernel's own "
			"limit, net.core.somaxconn, lowers this number."},
	{.name = "threads",
		.at_start = true,
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.threads),
		.min = 1,
		.max = 256,
		.words = auto_words,
		.value = "auto",
		.example = "threads = 4",
		.help = "Worker threads (nginx: worker_processes). auto: one for each CPU that "
			"the process may use."},
	{.name = "user",
		.at_start = true,
		.type = CONFIG_USER,
		.offset = offsetof(struct config, server.user),
		.example = "user = daemon",
		.help = "The user that a process started by root changes to once its sockets "
			"are open (nginx: user). Empty: the process keeps the user who started "
			"it."},
	{.name = "group",
		.at_start = true,
		.type = CONFIG_GROUP,
		.offset = offsetof(struct config, server.group),
		.example = "user = daemon\ngroup = daemon",
		.help = "The group that the process changes to together with user. Empty: the "
			"group of that user."},
	{.name = "max_connections",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.net.max_connections),
		.min = 1,
		.max = 1000000,
		.value = "16384",
		.example = "max_connections = 4096",
		.help = "Open connections (nginx: worker_connections), divided evenly among the "
			"workers, at least one each. A worker that has reached its share pauses "
			"accepting, which the log reports; new connections wait in the backlog. "
			"A quarter of each share is reserved, in equal parts for the sockets of "
			"listen, so that no socket can take all connections. TCP peers over "
			"HTTP that are not in trusted_proxies are not counted here: a worker "
			"serves, in addition, a sixteenth as many of them, each for one request "
			"and two seconds, and closes the oldest of them when another one "
			"connects."},
	{.name = "max_params",
		.type = CONFIG_SIZE,
		.offset = offsetof(struct config, server.max_params),
		.min = KIB,
		.max = 16 * MIB,
		.value = "128K",
		.example = "max_params = 64K",
		.help = "Bytes of FastCGI parameters, or of the request head over HTTP, in one "
			"request (nginx: large_client_header_buffers). A request with more is "
			"denied; a FastCGI connection stays open. TCP peers over HTTP that are "
			"not in trusted_proxies may send 8K at most."},
	{.name = "max_requests_per_connection",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.max_requests_per_connection),
		.min = 1,
		.max = 65535,
		.value = "64",
		.example = "max_requests_per_connection = 1",
		.help = "Requests that are multiplexed on one connection at the same time "
			"(FastCGI: FCGI_MPXS_CONNS). One more is answered with FCGI_OVERLOADED."},
	{.name = "request_timeout",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, server.net.request_timeout_ms),
		.min = 100,
		.max = HOUR_MS,
		.value = "10s",
		.example = "request_timeout = 5s",
		.help = "How long a request may stay incomplete before its connection is closed "
			"(nginx: client_header_timeout)."},
	{.name = "idle_timeout",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, server.net.idle_timeout_ms),
		.min = 1000,
		.max = 24 * HOUR_MS,
		.value = "5m",
		.example = "idle_timeout = 1m",
		.help = "How long a kept connection may stay without a request before it is "
			"closed (nginx: keepalive_timeout)."},
	{.name = "grace",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, server.grace_ms),
		.min = 0,
		.max = HOUR_MS,
		.value = "10s",
		.example = "grace = 30s",
		.help = "How long requests in flight may take to end after TERM, INT or USR2: "
			"the graceful shutdown (nginx: worker_shutdown_timeout)."},
};

static const struct config_key frontend_keys[] = {
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

static const struct config_key dns_keys[] = {
	{.name = "nameservers",
		.type = CONFIG_ENDPOINTS,
		.offset = offsetof(struct config, dns.nameservers),
		.second = offsetof(struct config, dns.nameserver_count),
		.max = DNS_MAX_UPSTREAMS,
		.example = "nameservers = 127.0.0.1, [::1]:5353",
		.help = "The recursive name servers to ask (nginx: resolver). One on the "
			"loopback interface is recommended, because no other machine can forge "
			"its replies. Empty: those of /etc/resolv.conf, which is read again "
			"when it changes. Its options timeout, attempts, use-vc and trust-ad "
			"apply where the key is auto; rotate (use the servers in turn, not the "
			"fastest first) always applies; edns_size decides about EDNS, with the "
			"option edns0 or without it."},
	{.name = "static_zone",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, dns.static_zone),
		.example = "static_zone = /etc/doorward/names.zone",
		.help = "A master file (RFC 1035) whose names are answered from the file and "
			"are never asked of a resolver (unbound: local-data, auth-zone; like "
			"/etc/hosts). The file is read again within a second after it changes; "
			"a file with errors changes nothing."},
	{.name = "timeout",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, dns.timeout_ms),
		.min = 10,
		.max = MINUTE_MS,
		.words = auto_words,
		.value = "auto",
		.example = "timeout = 300ms",
		.help = "How long to wait for a reply before a query is sent again "
			"(resolv.conf: timeout), while the round-trip time of a resolver is not "
			"known; later it is five times the average round trip, at least 250ms. "
			"auto: what /etc/resolv.conf says where it is read, else 500ms."},
	{.name = "attempts",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, dns.attempts),
		.min = 1,
		.max = 10,
		.words = auto_words,
		.value = "auto",
		.example = "attempts = 2",
		.help = "How often one query is sent, the first time included (resolv.conf: "
			"attempts; retries), each time to another resolver, if there is one. "
			"auto: what /etc/resolv.conf says where it is read, else 3."},
	{.name = "lookup_timeout",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, dns.lookup_timeout_ms),
		.min = 10,
		.max = MINUTE_MS,
		.value = "2500ms",
		.example = "lookup_timeout = 1500ms",
		.help = "How long a whole lookup, reverse and forward, may take before its "
			"result is error (nginx: resolver_timeout)."},
	{.name = "max_ptr",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, dns.max_ptr),
		.min = 1,
		.max = 100,
		.value = "10",
		.example = "max_ptr = 4",
		.help = "How many names (PTR records) of one address are looked up: first the "
			"names that a rule could match, then the others in the order of their "
			"text; at most 16 queries in all. Names beyond this number are unknown, "
			"not absent: a rule that could match one of them is not decided."},
	{.name = "min_ttl",
		.type = CONFIG_TIME_S,
		.offset = offsetof(struct config, dns.min_ttl_s),
		.min = 0,
		.max = HOUR_S,
		.value = "5s",
		.example = "min_ttl = 30s",
		.help = "DNS answers are cached at least this long (unbound: cache-min-ttl)."},
	{.name = "max_ttl",
		.type = CONFIG_TIME_S,
		.offset = offsetof(struct config, dns.max_ttl_s),
		.min = 1,
		.max = 7 * DAY_S,
		.value = "1h",
		.example = "max_ttl = 24h",
		.help = "DNS answers are cached at most this long (nginx: resolver valid=; "
			"unbound: cache-max-ttl)."},
	{.name = "negative_max_ttl",
		.type = CONFIG_TIME_S,
		.offset = offsetof(struct config, dns.negative_max_ttl_s),
		.min = 1,
		.max = DAY_S,
		.value = "15m",
		.example = "negative_max_ttl = 5m",
		.help = "DNS answers that a name or a record does not exist (NXDOMAIN, NODATA) "
			"are cached at most this long (unbound: cache-max-negative-ttl)."},
	{.name = "edns_size",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, dns.edns_size),
		.min = 512,
		.max = 4096,
		.words = off_words,
		.value = "1232",
		.example = "edns_size = off",
		.help = "The largest UDP reply, in bytes, that EDNS asks for (unbound: "
			"edns-buffer-size). off: no EDNS. A resolver that responds to queries "
			"with EDNS with an error, or not at all, is asked without EDNS for up "
			"to a quarter of an hour, and the log says so."},
	{.name = "use_tcp",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, dns.use_tcp),
		.words = choice_words,
		.value = "auto",
		.example = "use_tcp = yes",
		.help = "Ask over TCP only (resolv.conf: use-vc; unbound: tcp-upstream). auto: "
			"if /etc/resolv.conf is read and has the option use-vc."},
	{.name = "cookies",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, dns.cookies),
		.value = "yes",
		.example = "cookies = no",
		.help = "Exchange DNS cookies (RFC 7873) with resolvers that support them, "
			"against forged replies (spoofing): a forger has to guess the cookie, "
			"too. Cookies are part of EDNS. A resolver that replies with the cookie "
			"of another client is asked without cookies for a quarter of an hour; "
			"over TCP, if it has sent good ones before."},
	{.name = "case_randomization",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, dns.case_randomization),
		.value = "yes",
		.example = "case_randomization = no",
		.help = "Ask in random upper and lower case, and accept only a reply in the "
			"same case (0x20; unbound: use-caps-for-id): a forger has to guess the "
			"case, too. A resolver that changes the case, or finds names in lower "
			"case only, is asked over TCP. Until a resolver has found a name in "
			"mixed case, a name that it does not find is asked again in lower case."},
	{.name = "trust_ad",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, dns.trust_ad),
		.words = choice_words,
		.value = "auto",
		.example = "nameservers = 127.0.0.1\ntrust_ad = yes",
		.help = "Ask the resolvers whether DNSSEC proves an answer, and believe their "
			"AD bit: only with resolvers that validate, over a path on which no "
			"other machine can write. auto: if /etc/resolv.conf is read and has the "
			"option trust-ad."},
	{.name = "require_ad",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, dns.require_ad),
		.value = "no",
		.example = "trust_ad = yes\nrequire_ad = yes",
		.help = "Take an answer that DNSSEC does not prove as an error, whether it "
			"gives names and addresses or denies that they exist. The static zone "
			"counts as proven. Needs trust_ad = yes."},
	{.name = "private_ptr",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, dns.private_ptr),
		.value = "no",
		.example = "private_ptr = yes",
		.help = "Look up special-use addresses, too (private (RFC 1918), loopback, "
			"link-local, benchmarking, multicast, reserved). Only with a resolver "
			"that answers for these addresses itself. Without this key their result "
			"is private, and they have no names."},
	{.name = "max_in_flight",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, dns.max_in_flight),
		.min = 1,
		.max = 1000000,
		.value = "16384",
		.example = "max_in_flight = 4096",
		.help = "DNS queries that wait for a reply, of all workers together (unbound: "
			"num-queries-per-thread). At this limit, a new query pushes out the "
			"oldest query that came when more than half of the places were taken "
			"and that has waited over 200ms (unbound: jostle-timeout); its lookups "
			"end as overload. If there is no such query, the new one ends as "
			"overload."},
	{.name = "max_in_flight_per_prefix",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, dns.max_in_flight_per_prefix),
		.min = 1,
		.max = 1000000,
		.value = "64",
		.example = "max_in_flight_per_prefix = 16",
		.help = "Lookups in flight for the clients of one IPv4 /24 or IPv6 /64, of all "
			"workers together; further lookups for clients of that network end as "
			"overload."},
};

static const struct config_key cache_keys[] = {
	{.name = "size",
		.type = CONFIG_BIG_SIZE,
		.offset = offsetof(struct config, dns.cache_size),
		.min = 64 * KIB,
		.max = 64 * GIB,
		.value = "64M",
		.example = "size = 256M",
		.help = "Memory for the DNS cache: answers, and results of lookups (unbound: "
			"rrset-cache-size, msg-cache-size). The entries that were used least "
			"recently (LRU) are removed first. One IPv6 /64 has at most 256 results "
			"in the cache."},
	{.name = "refresh",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, dns.refresh),
		.value = "no",
		.example = "refresh = yes",
		.help = "Repeat the lookup of a client that is in use before its result expires "
			"(unbound: prefetch): when the result is used in the last tenth of its "
			"life, or in the last lookup_timeout of it if that is longer (at most "
			"half its life), so that the client does not wait. If the new lookup "
			"fails, the old result stays valid until its own end."},
	{.name = "cert_entries",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, cert_entries),
		.min = 16,
		.max = 1000000,
		.value = "4096",
		.example = "cert_entries = 16384",
		.help = "Client certificates whose checks are cached, each for at most five "
			"minutes; in addition an eighth as many certificates whose check "
			"failed, for ten seconds."},
	{.name = "rate_entries",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, rate_entries),
		.min = 1024,
		.max = 64 * MIB,
		.value = "262144",
		.example = "rate_entries = 1048576",
		.help = "Token buckets of all rate terms and clients together, 16 bytes each "
			"(nginx: limit_req_zone). When there are too many clients, the buckets "
			"that would be full again soonest are removed. A reload with another "
			"number empties all buckets."},
	{.name = "answers",
		.type = CONFIG_BIG_SIZE,
		.offset = offsetof(struct config, answers_size),
		.min = 0,
		.max = 16 * GIB,
		.value = "32M",
		.example = "answers = 128M",
		.help = "Memory for the response cache (like nginx's fastcgi_cache or "
			"proxy_cache, but in doorward): a request with the same address, "
			"certificate and policy, and with the same claims as far as the rules "
			"of the policy read them, gets the same response, for as long as DNS "
			"and the certificate allow. 0: no response is cached."},
};

static const struct config_key log_keys[] = {
	{.name = "target",
		.type = CONFIG_LOG,
		.offset = offsetof(struct config, log.sink.target),
		.second = offsetof(struct config, log.sink.path),
		.value = "stderr",
		.example = "target = file:/var/log/doorward/doorward.log",
		.help = "Where the log goes, decisions included (nginx: access_log, error_log). "
			"Text lines on stderr and in a file begin with the time, to the "
			"millisecond, unless stderr is the journal. The log is written some "
			"hundredths of a second after the responses, which never wait for it. "
			"If lines come faster than the target takes them, one megabyte for each "
			"thread is held; further lines are lost, and the log tells how many."},
	{.name = "format",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, log.sink.format),
		.words = format_words,
		.value = "text",
		.example = "format = json",
		.help = "text: lines for people. json: one JSON object a line (nginx: "
			"log_format)."},
	{.name = "level",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, log.sink.level),
		.words = level_words,
		.value = "info",
		.example = "level = warning",
		.help = "The least important messages that are written (nginx: the level of "
			"error_log). The line of a decision has the level info."},
	{.name = "decisions",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, log.decisions),
		.words = decisions_words,
		.value = "all",
		.example = "decisions = denied",
		.help = "Which requests get a line of their own (nginx: access_log)."},
};

const struct config_section_schema config_sections[CONFIG_SECTION_COUNT] = {
	{"server", false, server_keys, ARRAY_LEN(server_keys)},
	{"frontend", false, frontend_keys, ARRAY_LEN(frontend_keys)},
	{"dns", false, dns_keys, ARRAY_LEN(dns_keys)},
	{"cache", false, cache_keys, ARRAY_LEN(cache_keys)},
	{"log", false, log_keys, ARRAY_LEN(log_keys)},
	{"policy", true, config_policy_keys, CONFIG_POLICY_KEY_COUNT},
};

const struct config_key *config_key_find(
	const struct config_section_schema *section, struct str name)
{
	for (size_t i = 0; i < section->key_count; i++) {
		if (str_eq_text(name, section->keys[i].name)) {
			return &section->keys[i];
		}
	}
	return NULL;
}

bool config_key_is_rule(const struct config_key *key)
{
	return key->type >= CONFIG_ALLOW;
}

bool config_key_may_be_empty(const struct config_key *key)
{
	return key->value == NULL && !config_key_is_rule(key);
}
