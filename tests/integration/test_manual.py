# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""doorward.conf(5) has the words of other programs at the keys with the same purpose."""

import re

import pytest

from conftest import REPOSITORY

PAGE = (REPOSITORY / "src/man/doorward.conf.5").read_text()
WORDS = {
    # nginx
    "access_log": "target decisions",
    "error_log": "target level",
    "fastcgi_cache": "answers",
    "fastcgi_cache_key": "cached_claims",
    "fastcgi_cache_valid": "max_cache",
    "keepalive_timeout": "idle_timeout",
    "limit_req": "rate",
    "limit_req_zone": "rate_entries",
    "listen backlog": "backlog",
    "log_format": "format",
    "proxy_cache": "answers",
    "proxy_cache_key": "cached_claims",
    "proxy_cache_valid": "max_cache",
    "real_ip_header": "address",
    "real_ip_recursive": "forwarded_for",
    "resolver": "nameservers",
    "resolver_timeout": "lookup_timeout",
    "set_real_ip_from": "trusted_proxies",
    "$ssl_client_escaped_cert": "cert_source",
    "$ssl_client_verify": "verify_source",
    "ssl_client_certificate": "ca_file",
    "ssl_crl": "crl_file",
    "ssl_trusted_certificate": "ca_file",
    "ssl_verify_client": "client_cert verify",
    "ssl_verify_depth": "verify_depth",
    "worker_connections": "max_connections",
    "worker_processes": "threads",
    "worker_shutdown_timeout": "grace",
    # Apache, lighttpd and php-fpm
    "HostnameLookups": "rdns",
    "RemoteIPHeader": "address",
    "RemoteIPTrustedProxy": "trusted_proxies",
    "Require": "allow",
    "SSLCACertificateFile": "ca_file",
    "SSLCACertificatePath": "ca_dir",
    "SSLCARevocationFile": "crl_file",
    "SSLVerifyClient": "client_cert",
    "SSLVerifyDepth": "verify_depth",
    "extforward.forwarder": "trusted_proxies",
    "listen.allowed_clients": "tcp_peers",
    "listen.backlog": "backlog",
    "listen.group": "socket_group",
    "listen.mode": "socket_mode",
    "listen.owner": "socket_owner",
    # OpenSSL
    "@SECLEVEL": "security_level",
    "CAfile": "ca_file",
    "CApath": "ca_dir",
    "-crl_check_all": "crl_check",
    "SSLCARevocationCheck": "crl_check",
    "X509_V_FLAG_PARTIAL_CHAIN": "partial_chain",
    "-purpose": "allow_missing_eku",
    "-explicit_policy": "cert_policy",
    "-x509_strict": "x509_strict",
    "CRL": "crl_file",
    "trust store": "ca_file",
    "self-signed": "partial_chain",
    "mutual TLS": "client_cert",
    # resolvers
    "0x20": "case_randomization",
    "FCrDNS": "rdns",
    "NXDOMAIN": "negative_max_ttl",
    "PTR": "rdns max_ptr",
    "RFC 1918": "private_ptr",
    "cache-max-ttl": "max_ttl",
    "cache-min-ttl": "min_ttl",
    "edns-buffer-size": "edns_size",
    "jostle-timeout": "max_in_flight",
    "local-data": "static_zone",
    "prefetch": "refresh",
    "use-caps-for-id": "case_randomization",
    "use-vc": "use_tcp",
    # everywhere
    "/metrics": "listen",
    "Prometheus": "listen",
    "bind address": "listen",
    "fail closed": "on_dns_error",
    "fail open": "on_dns_error",
    "graceful shutdown": "grace",
    "inheritance": "parent",
    "load balancer": "profile",
    "max-age": "max_cache",
    "reverse proxy": "profile",
    "socket activation": "listen",
    "Token buckets": "rate_entries",
}


def items():
    """Text by key: from its .It to the next, as one line."""
    texts = {}
    for item in re.split(r"^\.It (?:Cm )?", PAGE, flags=re.MULTILINE)[1:]:
        names, _, text = item.partition("\n")
        text = re.split(r"^\.S[hs] ", text, flags=re.MULTILINE)[0]
        for name in names.split(" , "):
            texts[name] = texts.get(name, "") + " ".join(text.split())
    return texts


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_another_program_stands_at_its_key(word):
    texts = items()
    for key in WORDS[word].split():
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", texts[key]), texts[key]


def test_the_cost_of_a_regex_is_told():
    header = (REPOSITORY / "src/policy/regex.h").read_text()
    numbers = dict(re.findall(r"#define POLICY_REGEX_(STEPS|SUBJECT_MAX) (\d+)$", header, re.MULTILINE))
    rules = " ".join(PAGE[PAGE.index(".Sh RULES") : PAGE.index(".Sh PINNED NAMES")].split())
    assert f"a budget of {int(numbers['STEPS']):,} steps" in rules
    assert f"a text of more than {numbers['SUBJECT_MAX']} bytes" in rules
    assert ".Ql regex_limit" in rules
