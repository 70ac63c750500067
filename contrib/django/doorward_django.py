# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""
doorward's facts about a client for Django applications (3.2 and newer), WSGI or ASGI.

The front end asks doorward and passes on its facts as headers; this middleware turns them into
`request.doorward`, and answers 403 unless every header is present and came from the front end:

    MIDDLEWARE = ["doorward_django.DoorwardMiddleware", ...]  # first of all

    DOORWARD = {
        # Which peers may send facts. At least one of the two, or every request is denied; if both
        # are set, both must match.
        "SECRETS": ["at least 32 characters, as X-Doorward-Secret has them"],
        "PEERS": ["unix:", "127.0.0.1", "10.0.0.0/24"],  # REMOTE_ADDR; "unix:" for an empty one
        # Confirmed names that are let in at all: a name, or ".name" for it and all below it.
        # Left out: the front end's policy decides, and views may require more. []: no client.
        "HOSTS": [".office.example.com"],
    }

    from doorward_django import client_required

    @client_required(hosts=[".admins.example.com"], fingerprints=["9f86d0…"])
    def view(request):
        request.doorward.hostname, request.doorward.certificate.subject

Use two SECRETS while one replaces the other. PEERS is about the application's own socket: remove
any middleware that puts a forwarded address into REMOTE_ADDR, or use SECRETS. Every user of the
machine has the address 127.0.0.1: if there are other users, use SECRETS or a Unix socket's mode.

The front end sets every header of HEADERS in every request, each in double quotes, `""` if doorward
sent no value (nginx-examples/application.conf has the lines). This keeps a client from adding its
own headers: WSGI cannot tell X_Client_Hostname from X-Client-Hostname, and servers join two headers
of one name by a comma, so a value that is not one quoted string has a second author. It is refused,
and so is a value without quotes, which may have bypassed the front end.
"""

import datetime
import functools
import ipaddress
import logging
import re
from dataclasses import dataclass
from typing import Optional, Tuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils.crypto import constant_time_compare

try:
    from asgiref.sync import iscoroutinefunction
except ImportError:  # before asgiref 3.6
    from asyncio import iscoroutinefunction

__all__ = ["Certificate", "Client", "DoorwardMiddleware", "client_required"]

HEADERS = (
    "X-Client-Hostname",
    "X-Client-Rdns",
    "X-Client-Cert-Subject",
    "X-Client-Cert-Issuer",
    "X-Client-Cert-Serial",
    "X-Client-Cert-Fingerprint",
    "X-Client-Cert-San",
    "X-Client-Cert-Not-After",
    "X-Doorward-Policy",
    "X-Doorward-Reason",
)
SECRET = "HTTP_X_DOORWARD_SECRET"
SETTINGS = {"SECRETS", "PEERS", "HOSTS"}
SECRET_MIN = 32

# One quoted string: a quote inside stands behind a backslash, as in a subject (RFC 2253).
QUOTED = re.compile(r'"((?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*)"')
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOSTNAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
RDNS = {"verified", "unverified", "mismatch", "none", "error", "off"}
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
SAN_KINDS = {"DNS", "IP", "email", "URI", "UPN", "SRV", "SmtpUTF8Mailbox"}

log = logging.getLogger("doorward")


class Refused(Exception):
    """The error in the facts of a request, for the log."""


@dataclass(frozen=True)
class Certificate:
    """A client certificate that passed the policy's checks."""

    subject: str  # RFC 2253; may be empty
    issuer: str
    serial: str  # hexadecimal
    fingerprint: str  # SHA-256 of the certificate, 64 lower-case hexadecimal digits
    san: Tuple[Tuple[str, str], ...]  # (one of SAN_KINDS, value)
    not_after: datetime.datetime  # UTC


@dataclass(frozen=True)
class Client:
    """doorward's facts about the client of a request."""

    hostname: Optional[str]  # lower case; confirmed only if rdns is "verified"
    rdns: str  # verified, unverified, mismatch, none, error, off
    certificate: Optional[Certificate]
    policy: str
    reason: str

    def is_from(self, patterns):
        """Whether the confirmed name is one of these, or below a name that begins with a dot."""
        return self.rdns == "verified" and any(_matches(self.hostname, p) for p in patterns)


def _matches(hostname, pattern):
    if not hostname:
        return False
    if pattern.startswith("."):
        return hostname == pattern[1:] or hostname.endswith(pattern)
    return hostname == pattern


def _list(values, what):
    if isinstance(values, (str, bytes)):
        raise ImproperlyConfigured(f"{what}: a list is expected, not {values!r}")
    return list(values)


def _patterns(values, what):
    patterns = []
    for value in _list(values, what):
        pattern = str(value).lower()
        if not HOSTNAME.fullmatch(pattern[1:] if pattern.startswith(".") else pattern):
            raise ImproperlyConfigured(f"{what}: {value!r} is neither a host name nor a .suffix")
        patterns.append(pattern)
    return patterns


def _fingerprints(values, what):
    prints = [str(value).replace(":", "").lower() for value in _list(values, what)]
    for value in prints:
        if not FINGERPRINT.fullmatch(value):
            raise ImproperlyConfigured(f"{what}: {value!r} is not a SHA-256 fingerprint")
    return prints


def _fact(meta, header):
    value = meta.get("HTTP_" + header.upper().replace("-", "_"))
    if value is None:
        raise Refused(f"{header} is missing")
    quoted = QUOTED.fullmatch(value)
    if not quoted:
        raise Refused(f"{header} is not one string in quotes: {value[:200]!r}")
    return quoted[1]


def _alternative_name(text):
    kind, _, value = text.partition(":")
    if kind not in SAN_KINDS:
        raise Refused(f"X-Client-Cert-San has {text[:200]!r}")
    escaped = value.encode()
    try:
        return kind, re.sub(rb"\\([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), escaped).decode()
    except UnicodeDecodeError:
        raise Refused(f"X-Client-Cert-San has {text[:200]!r}") from None


def _certificate(facts):
    fields = {name[len("X-Client-Cert-") :]: v for name, v in facts.items() if "-Cert-" in name}
    if not any(fields.values()):
        return None
    if not FINGERPRINT.fullmatch(fields["Fingerprint"]):
        raise Refused("X-Client-Cert-Fingerprint is not a SHA-256 fingerprint")
    try:
        end = datetime.datetime.strptime(fields["Not-After"], "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise Refused("X-Client-Cert-Not-After is not a time") from None
    san = fields["San"].split(", ") if fields["San"] else []
    return Certificate(
        subject=fields["Subject"],
        issuer=fields["Issuer"],
        serial=fields["Serial"],
        fingerprint=fields["Fingerprint"],
        san=tuple(_alternative_name(text) for text in san),
        not_after=end.replace(tzinfo=datetime.timezone.utc),
    )


def _client(meta):
    facts = {header: _fact(meta, header) for header in HEADERS}
    hostname, rdns = facts["X-Client-Hostname"], facts["X-Client-Rdns"]
    if hostname and (len(hostname) > 253 or not HOSTNAME.fullmatch(hostname)):
        raise Refused("X-Client-Hostname is not a host name")
    if rdns not in RDNS:
        raise Refused("X-Client-Rdns has an unknown value: was doorward asked?")
    if not facts["X-Doorward-Policy"] or not facts["X-Doorward-Reason"]:
        raise Refused("X-Doorward-Policy or X-Doorward-Reason is empty: was doorward asked?")
    return Client(
        hostname=hostname or None,
        rdns=rdns,
        certificate=_certificate(facts),
        policy=facts["X-Doorward-Policy"],
        reason=facts["X-Doorward-Reason"],
    )


class DoorwardMiddleware:
    """Sets `request.doorward` to a Client, or denies."""

    def __init__(self, get_response):
        self.get_response = get_response
        given = getattr(settings, "DOORWARD", {})
        unknown = set(given) - SETTINGS
        if unknown:
            raise ImproperlyConfigured(f"DOORWARD: unknown: {', '.join(sorted(unknown))}")
        self.secrets = _list(given.get("SECRETS", []), "DOORWARD SECRETS")
        if any(not isinstance(s, str) or len(s) < SECRET_MIN for s in self.secrets):
            raise ImproperlyConfigured(f"DOORWARD SECRETS: at least {SECRET_MIN} characters each")
        peers = _list(given.get("PEERS", []), "DOORWARD PEERS")
        self.unix = "unix:" in peers
        try:
            self.networks = [ipaddress.ip_network(p) for p in peers if p != "unix:"]
        except ValueError as error:
            raise ImproperlyConfigured(f"DOORWARD PEERS: {error}") from None
        hosts = given.get("HOSTS")
        self.hosts = None if hosts is None else _patterns(hosts, "DOORWARD HOSTS")
        self.configured = {name for name in ("SECRETS", "PEERS") if given.get(name) is not None}

    def __call__(self, request):
        request.doorward = None
        # Removed before any code can print it.
        secret = request.META.pop(SECRET, "")
        try:
            self._check_sender(request.META.get("REMOTE_ADDR", ""), secret)
            client = _client(request.META)
            if self.hosts is not None and not client.is_from(self.hosts):
                raise Refused(f"{client.hostname} ({client.rdns}) is not among DOORWARD HOSTS")
        except Refused as refused:
            log.warning("denied: %s", refused)
            raise PermissionDenied from None
        request.doorward = client
        return self.get_response(request)

    def _check_sender(self, address, secret):
        if not self.configured:
            raise Refused("DOORWARD has neither SECRETS nor PEERS")
        # All secrets are compared, so that the time reveals nothing.
        if "SECRETS" in self.configured and not any(
            [constant_time_compare(secret, known) for known in self.secrets]
        ):
            raise Refused("X-Doorward-Secret is missing or wrong")
        if "PEERS" in self.configured and not self._is_peer(address):
            raise Refused(f"{address or 'a Unix socket'} is not among DOORWARD PEERS")

    def _is_peer(self, address):
        if not address:
            return self.unix
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self.networks)


def client_required(*, hosts=None, subjects=None, fingerprints=None):
    """
    A view for clients whose confirmed name matches `hosts`, whose certificate's subject is among
    `subjects`, and whose certificate is among `fingerprints`: all that are given must match. An
    empty list lets no client in. A client that does not match gets Django's 403.
    """
    if hosts is None and subjects is None and fingerprints is None:
        raise TypeError("client_required: hosts, subjects or fingerprints is needed")
    if hosts is not None:
        hosts = _patterns(hosts, "client_required hosts")
    if subjects is not None:
        subjects = _list(subjects, "client_required subjects")
        if "" in subjects:
            raise ImproperlyConfigured("client_required subjects: one is empty")
    if fingerprints is not None:
        fingerprints = _fingerprints(fingerprints, "client_required fingerprints")

    def check(request):
        client = getattr(request, "doorward", None)
        if not isinstance(client, Client):
            log.error("denied: DoorwardMiddleware is not in MIDDLEWARE, or not before this")
            raise PermissionDenied
        certificate = client.certificate
        holds = (
            (hosts is None or client.is_from(hosts))
            and (subjects is None or (certificate and certificate.subject in subjects))
            and (fingerprints is None or (certificate and certificate.fingerprint in fingerprints))
        )
        if not holds:
            log.warning("denied: %s is not for %s", request.path, client)
            raise PermissionDenied

    def decorate(view):
        if iscoroutinefunction(view):

            @functools.wraps(view)
            async def checked(request, *args, **kwargs):
                check(request)
                return await view(request, *args, **kwargs)

        else:

            @functools.wraps(view)
            def checked(request, *args, **kwargs):
                check(request)
                return view(request, *args, **kwargs)

        return checked

    return decorate
