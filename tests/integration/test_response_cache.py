# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""A doorward with a response cache, compared with a doorward without one."""

import contextlib
import random

import fcgi
from kit.doorward import Doorward

FRONTEND = "trusted_proxies = 10.0.0.0/8\nforwarded_for = yes"
POLICY = """
[policy default]
client_cert = optional
default = allow
deny = host .example & user_agent ~ bot
deny = cert.dns .partner.example & uri ~ ^/private
allow = host client.example
deny = ip 192.0.2.4
[policy claims]
client_cert = optional
rdns_when = needed
cached_claims = user_agent
allow = method PUT & http_host www.example
allow = user_agent ~ bot & host .googlebot.com
deny = !uri /open
allow = cert present
allow = *
[policy child]
parent = claims
client_cert = required
deny_status = 401
[policy local]
client_cert = optional
verify = local
ca_file = ca.pem
cert_host = domain
on_dns_error = error
allow = cert verified
allow = forward client.example
[policy rated]
allow = host .example & !rate 1000/s
default = allow
"""
ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.4", "66.249.66.1", "2001:db8::1", "203.0.113.5",
             "10.0.0.1", "::ffff:192.0.2.1", "nonsense", ""]  # fmt: skip
PASSING = {"Cache-Control", "X-Accel-Expires", "X-Doorward-Id", "Variable-X-Doorward-Id"}


def choices(pki):
    """Values by parameter; None is left out."""
    certificates = [pki.alice, pki.expired, pki.early, pki.stranger, pki.only_cn]
    pems = [cert.pem for cert in certificates]
    return {
        "REMOTE_ADDR": [*ADDRESSES, None],
        "DOORWARD_POLICY": ["claims", "child", "local", "rated", "default", "Default", None, None],
        "DOORWARD_TRUST_HEADERS": ["1", "0", "", None, None],
        "REQUEST_URI": ["/open", "/private/x", None],
        "REQUEST_METHOD": ["PUT", "GET", None],
        "HTTP_X_REAL_IP": ["192.0.2.2", None, None, None],
        "HTTP_X_FORWARDED_FOR": ["192.0.2.1, 10.0.0.2", "1.2.3.4, 192.0.2.4", None, None, None],
        "HTTP_USER_AGENT": ["bot", "curl", "", None],
        "HTTP_HOST": ["www.example", "other.example", None],
        "SSL_CLIENT_CERT": [*pems, pems[0][:-40], "x", "", None, None, None],
        "SSL_CLIENT_VERIFY": ["SUCCESS", "SUCCESS", "NONE", "FAILED:x", None],
        "HTTP_X_SSL_CLIENT_CERT": [pki.alice.escaped, None, None],
        "HTTP_X_SSL_CLIENT_VERIFY": ["SUCCESS", None, None],
    }


def a_request(rng, values):
    pairs = []
    for name, several in values.items():
        value = rng.choice(several)
        if value is not None:
            pairs += [(name, value)] * (2 if rng.random() < 0.01 else 1)
    rng.shuffle(pairs)
    return pairs


def told(connection, pairs, role):
    reply = connection.request(pairs, role=role, keep=True)
    return reply.status, [pair for pair in reply.headers if pair[0] not in PASSING]


def test_no_request_gets_the_response_of_another(folder, stack, nsd, pki):
    """Each request comes several times, among others that differ from it in one input."""
    connections = []
    for name, size in ("caches", "answers = 1M"), ("decides", "answers = 0"):
        place = folder / name
        place.mkdir()
        (place / "ca.pem").write_bytes(pki.authority.file.read_bytes())
        dns = f"nameservers = 127.0.0.1:{nsd.port}"
        door = Doorward(place, POLICY, frontend=FRONTEND, dns=dns, cache=size, server="threads = 1")
        stack.callback(door.close)
        connections.append(stack.enter_context(contextlib.closing(door.connection())))
    rng = random.Random(5)
    values = choices(pki)
    seen = [a_request(rng, values) for _ in range(150)]
    for number in range(3000):
        pairs = rng.choice(seen)
        if rng.random() < 0.3:
            name = rng.choice(list(values))
            value = rng.choice(values[name])
            pairs = [pair for pair in pairs if pair[0] != name]
            pairs += [(name, value)] if value is not None else []
        role = rng.choice([fcgi.RESPONDER, fcgi.RESPONDER, fcgi.AUTHORIZER])
        cached, decided = (told(connection, pairs, role) for connection in connections)
        # The files of the two doorwards have different names.
        cached = repr(cached).replace("/caches/", "/decides/")
        assert cached == repr(decided), (number, pairs)
