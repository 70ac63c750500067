# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""`make soak`: long runs that `make check` has no time for."""

import ipaddress
import multiprocessing
import os
import random
import signal
import socket
import textwrap
from pathlib import Path

import fcgi

from kit import sites
from kit.doorward import BINARY, summary
from kit.storm import Storm
from test_front_ends import names, place, site  # noqa: F401  fixtures

STREAMS = 1_000_000
SENDERS = 2
REQUESTS = 10_000
LINES = 1_000_000
QUESTIONS = 20_000
HOSTS = 2_000
RELOADS = 100
STORM = 20_000
# The monitor of the sandbox is a fork that ends with what it was born with.
VALGRIND = [
    "valgrind",
    "-q",
    "--leak-check=full",
    "--show-leak-kinds=all",
    "--error-exitcode=99",
    "--child-silent-after-fork=yes",
]

POLICIES = [
    """
    [policy default]
    rdns = double
    client_cert = optional
    allow = host .example
    """,
    """
    [policy default]
    rdns = double
    client_cert = optional
    allow = user_agent ~ ^absent & ip 192.0.2.0/24
    allow = host client.example
    """,
]


def test_no_leak_after_requests_reloads_and_a_term(doorward, folder, nsd, pki):
    """10,000 requests, 100 reloads of configurations that differ, a TERM, under valgrind."""
    good = pki.alice.pem
    kinds = [
        ({"REMOTE_ADDR": "192.0.2.1"}, (200, "rule", "client.example")),
        ({"REMOTE_ADDR": "192.0.2.2"}, (403, "default", None)),
        ({"REMOTE_ADDR": "192.0.2.200"}, (403, "default", None)),
        ({"REMOTE_ADDR": "2001:db8::1"}, (200, "rule", "client.example")),
        ({"REMOTE_ADDR": "nonsense"}, (403, "bad_address", None)),
        (
            {"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": good, "SSL_CLIENT_VERIFY": "SUCCESS"},
            (200, "rule", "client.example"),
        ),
        (
            {"REMOTE_ADDR": "192.0.2.1", "SSL_CLIENT_CERT": good, "SSL_CLIENT_VERIFY": "FAILED:x"},
            (403, "cert_unverified", None),
        ),
    ]
    door = doorward(
        textwrap.dedent(POLICIES[0]),
        server_of_names=nsd,
        log="decisions = none",
        server="sandbox = off",  # valgrind makes system calls of its own
        argv=[*VALGRIND, BINARY, "-c", folder / "doorward.conf"],
    )
    for number in range(REQUESTS):
        if number % (REQUESTS // RELOADS) == 0:
            door.configure(textwrap.dedent(POLICIES[number // (REQUESTS // RELOADS) % 2]))
            door.reload()
        params, expected = kinds[number % len(kinds)]
        assert summary(door.ask(params)) == expected, f"request {number}"
    door.stop(signal.SIGTERM)
    assert "==" not in door.stderr(), door.stderr()


def mutated(rng, stream):
    """A stream as a broken or hostile peer might send it."""
    stream = bytearray(stream)
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(stream) or 1)
        kind = rng.randrange(5)
        if kind == 0:
            stream[at : at + 1] = rng.randbytes(1)
        elif kind == 1:
            del stream[at : at + rng.randrange(1, 16)]
        elif kind == 2:
            stream[at:at] = rng.randbytes(rng.randrange(1, 16))
        elif kind == 3:
            stream[at:at] = stream[at : at + rng.randrange(1, 64)]
        else:
            stream = stream[:at]
    return bytes(stream)


def send_streams(path, seed, count):
    rng = random.Random(seed)
    seeds = [
        fcgi.request_bytes({"REMOTE_ADDR": "192.0.2.1", "HTTP_USER_AGENT": "x" * size}, role, keep=keep)
        for role in (fcgi.RESPONDER, fcgi.AUTHORIZER, fcgi.FILTER)
        for keep in (False, True)
        for size in (0, 10, 127, 128, 3000)
    ]
    seeds += [fcgi.get_values("FCGI_MAX_CONNS"), fcgi.begin() + fcgi.abort(), fcgi.record(77, b"x", id=0)]
    seeds.append(fcgi.begin(keep=True, id=1) + fcgi.begin(keep=True, id=2) + seeds[0])
    for _ in range(count):
        stream = rng.randbytes(rng.randrange(64)) if rng.randrange(10) == 0 else mutated(rng, rng.choice(seeds))
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(30)
            peer.connect(path)
            try:
                peer.sendall(stream)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass


def resident_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_hostile_streams(doorward):
    """A million random and mutated FastCGI streams: each is answered or closed, and memory does not
    grow."""
    # Freed memory that the sanitizer keeps in quarantine must not look like growth.
    door = doorward(
        "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n",
        log="decisions = none",
        env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=4"},
    )
    sizes = []
    for part in range(10):
        senders = [
            multiprocessing.Process(
                target=send_streams, args=(str(door.socket), f"{part}/{n}", STREAMS // 10 // SENDERS)
            )
            for n in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
            assert sender.exitcode == 0
        sizes.append(resident_kib(door.process.pid))
    assert door.ask({"REMOTE_ADDR": "192.0.2.1"}).status == 200
    door.stop()
    print("resident KiB after each tenth:", *sizes)
    assert sizes[-1] < sizes[1] * 1.05 + 1024, sizes


def test_storm(site, pki):
    """200 clients at once, 50 reloads, 10 of nginx: no wrong and no lost response."""
    requests = 2_000 if isinstance(site, sites.Cgi) else STORM
    Storm(site, pki, requests, reloads=50, nginx_reloads=10 if site.nginx else 0).run()


def networks(rng, count):
    """Prefixes of both families and any length, some inside others: {(bits, length): {network}}."""
    lines, sets = [], {}
    for _ in range(count):
        bits = rng.choice([32, 32, 128])
        length = rng.randint(20, bits) if rng.random() < 0.9995 else rng.randint(9, 19)
        start = 0 if bits == 32 else 0x20010DB8 << 96
        free = bits if bits == 32 else 96
        network = (start + rng.getrandbits(free)) >> (bits - length)
        text = ipaddress.ip_address((network << (bits - length)).to_bytes(bits // 8, "big"))
        lines.append(f"{text}/{length}" if length < bits or rng.random() < 0.5 else str(text))
        sets.setdefault((bits, length), set()).add(network)
    return lines, sets


def is_in(sets, address):
    number, bits = int(address), address.max_prefixlen
    return any(number >> (b - length) in nets for (b, length), nets in sets.items() if b == bits)


def addresses(rng, lines, count):
    """At the edges of networks in the list, one address beyond, and anywhere."""
    for _ in range(count):
        network = ipaddress.ip_network(rng.choice(lines))
        first, last = int(network[0]), int(network[-1])
        number = rng.choice([first, last, first - 1, last + 1, rng.getrandbits(32)])
        bits = network.max_prefixlen
        yield ipaddress.ip_address(max(0, min(number, 2**bits - 1)).to_bytes(bits // 8, "big"))


def some_name(rng):
    """Few labels, so that names are often below one another, or share their end."""
    return ".".join(rng.choice(["a", "b", "ab", "a-b", "x1", "xn--p1ai"]) for _ in range(rng.randint(2, 9)))


def is_named(names, host):
    parts = host.split(".")
    above = [".".join(parts[n:]) for n in range(len(parts))]
    return host in names or any("." + name in names for name in above)


def test_lists_of_a_million_lines(doorward, folder):
    """Each client and each name gets the same result as from a reference that looks for every
    prefix and every suffix."""
    rng = random.Random(7)
    lines, sets = networks(rng, LINES)
    (folder / "nets").write_text("\n".join(lines) + "\n")
    names = {rng.choice(["", ".", "."]) + some_name(rng) + ".example" for _ in range(HOSTS)}
    names |= {f"{'.' * (n % 2)}{rng.getrandbits(60):x}.example" for n in range(LINES)}
    (folder / "names").write_text("\n".join(sorted(names, key=lambda _: rng.random())) + "\n")
    hosts = [some_name(rng) + ".example" for _ in range(HOSTS)]
    hosts += [rng.choice(["", "x."]) + name.lstrip(".") for name in rng.sample(sorted(names), HOSTS)]
    zone = "$TTL 300\n10.in-addr.arpa. SOA ns.example. host.example. 1 3600 600 86400 60\n"
    clients = {}
    for number, host in enumerate(hosts):
        client = ipaddress.ip_address(0x0A000000 + number)
        clients[str(client)] = host
        zone += f"{client.reverse_pointer}. PTR {host}.\n{host}. A {client}\n"
    (folder / "names.zone").write_text(zone)
    door = doorward(
        "[policy default]\nrdns = off\nallow = ip in file:nets\n"
        "[policy names]\nallow = host in file:names\n",
        dns="static_zone = names.zone",
        log="decisions = none",
    )
    inside = 0
    with door.connection() as connection:
        for address in addresses(rng, lines, QUESTIONS):
            mapped = getattr(address, "ipv4_mapped", None)
            status = connection.request({"REMOTE_ADDR": str(address)}).status
            assert status == (200 if is_in(sets, mapped or address) else 403), address
            inside += status == 200
        assert QUESTIONS / 5 < inside < QUESTIONS * 9 / 10
        inside = 0
        for client, host in clients.items():
            params = {"REMOTE_ADDR": client, "DOORWARD_POLICY": "names"}
            status = connection.request(params).status
            assert status == (200 if is_named(names, host) else 403), (client, host)
            inside += status == 200
        assert len(hosts) / 10 < inside < len(hosts) * 9 / 10
