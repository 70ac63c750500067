# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""contrib/django: by itself, and in an application behind a real nginx that asks doorward."""

import datetime
import json
import logging
import sys

import pytest
from asgiref.sync import async_to_sync
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory, override_settings

from conftest import REPOSITORY
from kit import django_application, web
from kit.frontends import Server
from kit.process import Process, connects, free_port
from test_nginx_examples import IMPOSTOR, NOBODY, PARTNER, SECRET, behind, places, site  # noqa: F401

django_application.configure({})

import doorward_django  # noqa: E402  (wants Django to be configured)
from doorward_django import HEADERS, client_required  # noqa: E402

django_application.urlpatterns.extend(django_application.patterns())

APPLICATION = REPOSITORY / "tests" / "integration" / "kit" / "django_application.py"
FROM_NGINX = {"PEERS": ["127.0.0.1"]}
PRINT = "ab" * 32
NAMED = {
    "X-Client-Hostname": "host.partner.example",
    "X-Client-Rdns": "verified",
    "X-Doorward-Policy": "application",
    "X-Doorward-Reason": "rule",
}
CERTIFIED = {
    **NAMED,
    "X-Client-Cert-Subject": r"CN=a\"lice\\,O=Acme\, Inc.",
    "X-Client-Cert-Issuer": "CN=doors",
    "X-Client-Cert-Serial": "1001",
    "X-Client-Cert-Fingerprint": PRINT,
    "X-Client-Cert-San": r"DNS:alice.partner.example, URI:x:\2C\20DNS:evil, IP:2001:db8::1, UPN:b\C3\BCro@a",
    "X-Client-Cert-Not-After": "2030-01-02T03:04:05Z",
}
NAMELESS = {**NAMED, "X-Client-Hostname": "", "X-Client-Rdns": "none"}


def meta(header):
    return "HTTP_" + header.upper().replace("-", "_")


def environ(facts, **more):
    """As the front end sends them: each in quotes, and all present."""
    return {**{meta(h): f'"{facts.get(h, "")}"' for h in HEADERS}, **more}


def ask(environ, path="/", doorward=FROM_NGINX, **more):
    with override_settings(DOORWARD=doorward):
        return Client(raise_request_exception=False).get(path, **environ, **more)


def status(*args, **how):
    return ask(*args, **how).status_code


# The facts


def test_what_a_view_learns():
    response = ask(environ(CERTIFIED))
    client = response.wsgi_request.doorward
    assert client.hostname == "host.partner.example" and client.rdns == "verified"
    assert (client.policy, client.reason) == ("application", "rule")
    certificate = client.certificate
    assert certificate.subject == r"CN=a\"lice\\,O=Acme\, Inc."
    assert (certificate.issuer, certificate.serial) == ("CN=doors", "1001")
    assert certificate.fingerprint == PRINT
    assert certificate.san == (
        ("DNS", "alice.partner.example"),
        ("URI", "x:, DNS:evil"),
        ("IP", "2001:db8::1"),
        ("UPN", "büro@a"),
    )
    assert certificate.not_after == datetime.datetime(
        2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc
    )

    client = ask(environ(NAMELESS)).wsgi_request.doorward
    assert (client.hostname, client.certificate) == (None, None)
    with pytest.raises(AttributeError):
        client.hostname = "other.example"


@pytest.mark.parametrize("header", HEADERS)
def test_a_missing_fact_denies(header):
    facts = environ(CERTIFIED)
    assert status(facts) == 200
    del facts[meta(header)]
    assert status(facts) == 403


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("other", ["", "x", '"x"', '"', "\\", '"\\', '"x\\"', "host.partner.example"])
def test_a_second_value_denies(header, other):
    """In any order, with any way of joining, also if the true value is empty."""
    for facts in [environ(CERTIFIED), environ(NAMED), environ(NAMELESS)]:
        true = facts[meta(header)]
        for glue in [",", ", ", ";", " ", "\n"]:
            for joined in [true + glue + other, other + glue + true]:
                assert status({**facts, meta(header): joined}) == 403, joined
        if other != '"x"':
            assert status({**facts, meta(header): other}) == 403, "not in quotes"


@pytest.mark.parametrize(
    "header, values",
    [
        ("X-Client-Hostname", ["a,b", "a b", "-a", "a-", "a..b", ".a", "a.", "A.b", "a" * 64, "é"]),
        ("X-Client-Hostname", [".".join(["a" * 63] * 4), "a\\\\b", "*", "*.partner.example"]),
        ("X-Client-Rdns", ["", "Verified", "yes", "verified,none"]),
        ("X-Doorward-Policy", [""]),
        ("X-Doorward-Reason", [""]),
        ("X-Client-Cert-Fingerprint", ["", "ab", PRINT.upper(), PRINT + "a", PRINT + "\n"]),
        ("X-Client-Cert-Not-After", ["", "tomorrow", "2030-01-02", "2030-13-02T03:04:05Z"]),
        ("X-Client-Cert-San", ["alice", "DNS:a,DNS:b, x", "DNS:a,  DNS:b", ", ", "dns:a", r"UPN:\FF"]),
        ("X-Client-Cert-Subject", ["a\0b", "a\rb", "a\nb", "a\\"]),
    ],
)
def test_a_fact_out_of_shape_denies(header, values):
    for value in values:
        assert status(environ({**CERTIFIED, header: value})) == 403, value


@pytest.mark.parametrize("header", [h for h in HEADERS if "-Cert-" in h])
def test_a_part_of_a_certificate_denies(header):
    part = {**NAMED, header: CERTIFIED[header]}
    assert status(environ(part)) == 403


# The sender


@pytest.mark.parametrize(
    "doorward", [{}, {"HOSTS": [".partner.example"]}, {"PEERS": []}, {"SECRETS": []}]
)
def test_without_a_setting_every_request_is_denied(doorward):
    for address in ["127.0.0.1", "", "::1"]:
        assert status(environ(CERTIFIED), doorward=doorward, REMOTE_ADDR=address) == 403
        assert status(environ(CERTIFIED, HTTP_X_DOORWARD_SECRET=""), doorward=doorward) == 403


def test_no_setting_at_all():
    with override_settings():
        del django_application.settings.DOORWARD
        assert Client().get("/", **environ(CERTIFIED)).status_code == 403


@pytest.mark.parametrize(
    "peers, good, bad",
    [
        (["127.0.0.1"], ["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2", "", "::1", "127.0.0.1 "]),
        (["10.0.0.0/8", "2001:db8::/32"], ["10.1.2.3", "2001:db8::1"], ["11.0.0.1", "2001:db9::"]),
        (["unix:"], [""], ["127.0.0.1", "unix:", "x"]),
    ],
)
def test_peers(peers, good, bad):
    for address in good:
        assert status(environ(NAMED), doorward={"PEERS": peers}, REMOTE_ADDR=address) == 200
    for address in bad:
        assert status(environ(NAMED), doorward={"PEERS": peers}, REMOTE_ADDR=address) == 403


def test_secrets():
    old = "f" * 32
    doorward = {"SECRETS": [SECRET, old]}
    for secret in [SECRET, old]:
        response = ask(environ(NAMED, HTTP_X_DOORWARD_SECRET=secret), doorward=doorward)
        assert response.status_code == 200
        assert "HTTP_X_DOORWARD_SECRET" not in response.json()["meta"]
    for secret in ["", SECRET[:-1], SECRET + "x", f"{SECRET},{old}", f"{SECRET},{SECRET}", "é"]:
        assert status(environ(NAMED, HTTP_X_DOORWARD_SECRET=secret), doorward=doorward) == 403
    assert status(environ(NAMED), doorward=doorward) == 403
    # If both are configured, both must match.
    both = {**doorward, "PEERS": ["unix:"]}
    facts = environ(NAMED, HTTP_X_DOORWARD_SECRET=SECRET)
    assert status(facts, doorward=both, REMOTE_ADDR="") == 200
    assert status(facts, doorward=both) == 403
    assert status(environ(NAMED), doorward=both, REMOTE_ADDR="") == 403


@pytest.mark.parametrize(
    "doorward",
    [
        {"SECRET": SECRET},
        {"SECRETS": SECRET},
        {"SECRETS": ["short"]},
        {"SECRETS": [SECRET, ""]},
        {"SECRETS": [None]},
        {"PEERS": "127.0.0.1"},
        {"PEERS": ["localhost"]},
        {"PEERS": ["127.0.0.1/8"]},
        {**FROM_NGINX, "HOSTS": ".partner.example"},
        {**FROM_NGINX, "HOSTS": ["*.partner.example"]},
        {**FROM_NGINX, "HOSTS": ["."]},
        {**FROM_NGINX, "HOSTS": [""]},
        {**FROM_NGINX, "HOSTS": ["..example"]},
    ],
)
def test_bad_settings(doorward):
    with override_settings(DOORWARD=doorward), pytest.raises(ImproperlyConfigured):
        doorward_django.DoorwardMiddleware(lambda request: None)


# Which clients get in


@pytest.mark.parametrize(
    "patterns, good, bad",
    [
        ([".partner.example"], ["partner.example", "a.partner.example"], ["apartner.example"]),
        (["Partner.Example"], ["partner.example"], ["a.partner.example", "partner.example.evil"]),
        ([".a.example", "b.example"], ["x.a.example", "b.example"], ["x.b.example", "example"]),
        ([], [], ["partner.example"]),
    ],
)
def test_hosts_by_their_labels(patterns, good, bad):
    doorward = {**FROM_NGINX, "HOSTS": patterns}
    for name in good:
        facts = {**CERTIFIED, "X-Client-Hostname": name}
        assert status(environ(facts), doorward=doorward) == 200
        for word in ["unverified", "mismatch", "none", "error", "off"]:
            assert status(environ({**facts, "X-Client-Rdns": word}), doorward=doorward) == 403
    for name in [*bad, ""]:
        facts = {**CERTIFIED, "X-Client-Hostname": name}
        assert status(environ(facts), doorward=doorward) == 403


def test_views():
    alice = {**CERTIFIED, "X-Client-Cert-Subject": "CN=alice,O=Acme"}
    elsewhere = {**alice, "X-Client-Hostname": "host.elsewhere.example"}
    other = {**CERTIFIED, "X-Client-Cert-Fingerprint": "cd" * 32}
    table = [
        (CERTIFIED, ["/partner/", "/partner/async/", "/both/"]),
        (alice, ["/partner/", "/partner/async/", "/alice/", "/both/"]),
        (elsewhere, ["/alice/"]),
        (other, ["/partner/", "/partner/async/"]),
        (NAMED, ["/partner/", "/partner/async/"]),
        ({**NAMED, "X-Client-Rdns": "unverified"}, []),
        (NAMELESS, []),
    ]
    for facts, seen in table:
        for path in ["/partner/", "/partner/async/", "/alice/", "/both/", "/no-host/"]:
            assert status(environ(facts), path) == (200 if path in seen else 403), (facts, path)


def test_asgi():
    """Its requests have headers as pairs, and Django joins two of one name by a comma."""

    def status(pairs, address=("127.0.0.1", 4711)):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b""}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/partner/async/", "query_string": b""}
        headers = [(name.lower().encode(), value.encode()) for name, value in pairs]
        scope.update(headers=[(b"host", b"localhost"), *headers], client=address)
        async_to_sync(get_asgi_application())(scope, receive, send)
        return sent[0]["status"]

    facts = [(name, f'"{CERTIFIED[name]}"') for name in HEADERS]
    with override_settings(DOORWARD=FROM_NGINX):
        assert status(facts) == 200
        assert status(facts, ("127.0.0.2", 4711)) == status(facts, None) == 403
        for pair in facts:
            assert status([*facts, pair]) == status([pair, *facts]) == 403
            assert status([other for other in facts if other != pair]) == 403
    with override_settings(DOORWARD={"PEERS": ["unix:"]}):
        assert status(facts, None) == 200


def test_views_without_the_middleware():
    with override_settings(MIDDLEWARE=[]):
        assert status(environ(CERTIFIED), "/partner/") == 403
    request = RequestFactory().get("/")
    request.doorward = "host.partner.example"
    with pytest.raises(doorward_django.PermissionDenied):
        client_required(hosts=["host.partner.example"])(lambda request: None)(request)


def test_bad_guards():
    with pytest.raises(TypeError):
        client_required()
    with pytest.raises(TypeError):
        client_required(lambda request: None)
    for wrong in [
        {"hosts": "partner.example"},
        {"hosts": ["*"]},
        {"subjects": "CN=alice"},
        {"subjects": [""]},
        {"fingerprints": ["ab"]},
        {"fingerprints": PRINT},
    ]:
        with pytest.raises(ImproperlyConfigured):
            client_required(**wrong)


def test_the_log_says_why(caplog):
    with caplog.at_level(logging.WARNING, "doorward"):
        ask({})
        ask(environ({**NAMED, "X-Client-Hostname": 'a"\x1b,b'}))
        ask(environ(NAMED), doorward={})
    first, second, third = [r.getMessage() for r in caplog.records if r.name == "doorward"]
    assert first == "denied: X-Client-Hostname is missing"
    assert "not one string in quotes" in second and "\x1b" not in second
    assert third == "denied: DOORWARD has neither SECRETS nor PEERS"


# Behind nginx


@pytest.fixture
def application(folder, stack):
    """The place where the application listens: a port, or a Unix socket's path."""

    def start(doorward, where=None):
        argv = [sys.executable, "-B", APPLICATION, str(where or free_port()), json.dumps(doorward)]
        if where:
            process = Process(argv, folder / "django.stderr")
            stack.callback(process.kill)
            process.wait_until(lambda: connects(where), "a listening application")
            return where
        server = Server(folder, "django", argv, int(argv[3]))
        stack.callback(server.process.kill)
        return server.port

    return start


@pytest.fixture(params=["secret", "address", "unix"])
def django(request, folder, application, site):  # noqa: F811
    """application.conf, unchanged, in front of Django; the application checks the sender."""
    doorward = {
        "secret": {"SECRETS": [SECRET], "HOSTS": [".partner.example"]},
        "address": {**FROM_NGINX, "HOSTS": [".partner.example"]},
        "unix": {"PEERS": ["unix:"], "HOSTS": [".partner.example"]},
    }[request.param]
    where = application(doorward, folder / "django.sock" if request.param == "unix" else None)
    back = f"unix:{where}" if request.param == "unix" else f"127.0.0.1:{where}"
    started = site("application", **{"127.0.0.1:8000": back})
    started.back = where
    return started


def test_behind_nginx(django, pki):
    response = django.get(PARTNER, cert=pki.alice)
    assert response.status == 200, response
    client = json.loads(response.body)
    assert (client["hostname"], client["rdns"]) == ("host.partner.example", "verified")
    assert client["certificate"]["subject"] == "CN=alice,O=Acme"
    assert client["certificate"]["fingerprint"] == pki.alice.sha256
    assert ["DNS", "alice.partner.example"] in client["certificate"]["san"]
    assert json.loads(django.get(PARTNER).body)["certificate"] is None
    assert django.get(PARTNER, path="/partner/").body == "inside"
    assert django.get(PARTNER, path="/alice/", cert=pki.alice).body == "inside"
    assert django.get(PARTNER, path="/alice/", cert=pki.rsa).status == 403
    # doorward lets it in by its certificate, but the application requires a name.
    assert django.get(NOBODY, cert=pki.alice).status == 403
    assert django.get(IMPOSTOR).status == 403
    for path, size in [("/", 200_000), ("/upload/", 2_000_000)]:
        response = django.get(PARTNER, path=path, method="POST", body=b"x" * size)
        assert json.loads(response.body)["body"] == size
        assert django.get(IMPOSTOR, path=path, method="POST", body=b"x" * 1000).status == 403


def test_forging_through_nginx(django, pki):
    plain = django.get(PARTNER).body
    forgery = environ(CERTIFIED, HTTP_X_DOORWARD_SECRET=SECRET)
    for name in [*HEADERS, "X-Doorward-Secret"]:
        value = forgery[meta(name)]
        for spelling in [name, name.replace("-", "_"), name.replace("-", "_", 1), name.lower()]:
            for headers in [[(spelling, value)], [(spelling, value)] * 2]:
                assert django.get(NOBODY, headers).status == 403, headers
                assert json.loads(django.get(PARTNER, headers).body) == json.loads(plain), headers
    everything = [(name, forgery[meta(name)]) for name in HEADERS]
    assert django.get(NOBODY, everything, cert=pki.alice).status == 403


def test_nginx_that_lets_underscores_through(application, site, pki):  # noqa: F811
    """A configuration that must not be used: the application sees two authors, and denies."""
    port = application(FROM_NGINX)
    open_door = site(
        "application",
        **{
            "127.0.0.1:8000": f"127.0.0.1:{port}",
            "underscores_in_headers off": "underscores_in_headers on",
        },
    )
    assert open_door.get(PARTNER).status == 200
    for name in HEADERS:
        headers = {name.replace("-", "_"): environ(CERTIFIED)[meta(name)]}
        assert open_door.get(PARTNER, headers).status == 403, name
        assert open_door.get(PARTNER, headers, cert=pki.alice).status == 403, name


def test_nginx_that_does_not_ask(application, site):  # noqa: F811
    """A configuration without auth_request: the facts are empty."""
    port = application(FROM_NGINX)
    unasked = site(
        "application",
        **{"127.0.0.1:8000": f"127.0.0.1:{port}", "auth_request /doorward;": "auth_request off;"},
    )
    assert unasked.get(PARTNER).status == 403
    assert unasked.get(NOBODY).status == 403
    assert unasked.door.decisions() == []


def test_requests_that_bypass_nginx(application):
    """A client that reaches the application directly has neither the secret nor the address."""
    facts = {name: environ(CERTIFIED)[meta(name)] for name in HEADERS}
    by_secret = application({"SECRETS": [SECRET]})
    assert web.get(by_secret, headers=facts).status == 403
    assert web.get(by_secret, headers={**facts, "X-Doorward-Secret": "0" * 32}).status == 403
    assert web.get(by_secret, headers={**facts, "X-Doorward-Secret": SECRET}).status == 200
    by_address = application({"PEERS": ["127.0.0.1"]})
    assert web.get(by_address, headers=facts, source="127.0.0.2").status == 403
    assert web.get(by_address, headers=facts).status == 200
    for name in HEADERS:
        twice = [*facts.items(), (name, facts[name])]
        assert web.get(by_address, headers=twice).status == 403, name
        assert web.get(by_address, headers={**facts, name.replace("-", "_"): "x"}).status == 403
    assert web.get(by_address).status == 403
