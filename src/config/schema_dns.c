/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "config/config.h"

static const struct config_word choice_words[] = {
	{"yes", DNS_YES, false},
	{"no", DNS_NO, false},
	{"auto", DNS_AUTO, false},
	{NULL, 0, false},
};
static const struct config_word off_words[] = {{"off", 0, false}, {NULL, 0, false}};

const struct config_key config_dns_keys[CONFIG_DNS_KEY_COUNT] = {
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
		.words = config_auto_words,
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
		.words = config_auto_words,
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

const struct config_key config_cache_keys[CONFIG_CACHE_KEY_COUNT] = {
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
