# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Certificates that tests create (RFC 5280), good ones and bad ones."""

import datetime
import hashlib
import ipaddress
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
ATTRIBUTES = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "C": NameOID.COUNTRY_NAME}


def now():
    """In UTC, without a zone, as certificates have it."""
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)


def name(text):
    """'O=Acme,CN=x' as an X.509 name; no escapes."""
    parts = [part.split("=", 1) for part in text.split(",")] if text else []
    return x509.Name([x509.NameAttribute(ATTRIBUTES[key], value) for key, value in parts])


UPN, SRV, SMTP_UTF8 = (
    x509.ObjectIdentifier(oid)
    for oid in ["1.3.6.1.4.1.311.20.2.3", "1.3.6.1.5.5.7.8.7", "1.3.6.1.5.5.7.8.9"]
)
UTF8_STRING, IA5_STRING = 0x0C, 0x16


def der(tag, content):
    """One value in DER, of less than 64 KiB."""
    size = len(content)
    length = [size] if size < 128 else [0x82, size >> 8, size & 255] if size > 255 else [0x81, size]
    return bytes([tag, *length]) + content


def other_name(oid, text, tag=UTF8_STRING):
    return x509.OtherName(oid, der(tag, text.encode()))


def private_key(kind):
    """`rsa 3072`, `dsa 2048`, `ec`, `ed25519`, `ed448`, or the name of a curve in this library."""
    word, _, bits = kind.partition(" ")
    if word == "rsa":
        return rsa.generate_private_key(65537, int(bits or 2048))
    if word == "dsa":
        return dsa.generate_private_key(int(bits))
    if word in ["ed25519", "ed448"]:
        return {"ed25519": ed25519.Ed25519PrivateKey, "ed448": ed448.Ed448PrivateKey}[word].generate()
    return ec.generate_private_key(getattr(ec, "SECP256R1" if word == "ec" else word)())


def signature_hash(key):
    edwards = isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey))
    return None if edwards else hashes.SHA256()


KEY_USAGES = [
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
]


def usage(*bits):
    return x509.KeyUsage(**{bit: bit in bits for bit in KEY_USAGES})


def with_key_identifiers(builder, key, issuer_key=None):
    """The key identifiers of the subject, and of the issuer if it is another one: strict verifiers
    require both (RFC 5280, 4.2.1)."""
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    if issuer_key is None:
        return builder
    return builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
    )


class Certificate:
    """A certificate with its key, as objects and as the PEM files that servers and clients read."""

    def __init__(self, folder, label, certificate, key, issuer=None):
        self.x509, self.key, self.issuer = certificate, key, issuer
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.der = certificate.public_bytes(serialization.Encoding.DER)
        self.file = folder / f"{label}.crt"
        self.key_file = folder / f"{label}.key"
        self.file.write_text(self.pem)
        self.key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    @property
    def escaped(self):
        """As nginx's $ssl_client_escaped_cert."""
        return quote(self.pem, safe="")

    @property
    def tabbed(self):
        """As nginx's deprecated $ssl_client_cert: each line feed becomes a line feed and a tab."""
        return self.pem.rstrip("\n").replace("\n", "\n\t")

    @property
    def sha256(self):
        return self.x509.fingerprint(hashes.SHA256()).hex()

    @property
    def spki(self):
        key = self.x509.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(key).hexdigest()

    @property
    def serial(self):
        return format(self.x509.serial_number, "x")


class Authority:
    """A certificate authority: `issue` makes certificates, by default good client certificates."""

    def __init__(self, folder, label, parent=None):
        self.folder, self.label = folder, label
        self.serial = 0x1000
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name(f"CN={label}")
        issuer = parent.certificate if parent else None
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.x509.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now() - DAY)
            .not_valid_after(now() + 365 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .add_extension(usage("key_cert_sign", "crl_sign"), True)
        )
        builder = with_key_identifiers(builder, key, issuer.key if issuer else None)
        certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
        self.certificate = Certificate(folder, f"ca-{label}", certificate, key)

    @property
    def file(self):
        return self.certificate.file

    def intermediate(self, label):
        return Authority(self.folder, label, self)

    def issue(
        self,
        label,
        subject=None,
        dns=(),
        ip=(),
        email=(),
        uri=(),
        other=(),
        purposes=None,
        policies=(),
        start=-DAY,
        end=30 * DAY,
        key="ec",
        server=False,
        self_signed=False,
        serial=None,
    ):
        """`other`: x509.OtherNames; `purposes` (none: []) and `policies`: dotted identifiers."""
        if not isinstance(subject, x509.Name):
            subject = name(f"O=Acme,CN={label}" if subject is None else subject)
        private = private_key(key)
        if purposes is None:
            purposes = ["1.3.6.1.5.5.7.3.1" if server else "1.3.6.1.5.5.7.3.2"]
        self.serial += 1
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self.certificate.x509.subject)
            .public_key(private.public_key())
            .serial_number(serial or self.serial)
            .not_valid_before(now() + start)
            .not_valid_after(now() + end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(usage("digital_signature"), True)
        )
        if purposes:
            oids = [x509.ObjectIdentifier(oid) for oid in purposes]
            builder = builder.add_extension(x509.ExtendedKeyUsage(oids), False)
        if policies:
            informations = [
                x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies
            ]
            builder = builder.add_extension(x509.CertificatePolicies(informations), False)
        builder = with_key_identifiers(
            builder, private, None if self_signed else self.certificate.key
        )
        names = [x509.DNSName._init_without_validation(n) for n in dns]
        names += [x509.IPAddress(ipaddress.ip_address(n)) for n in ip]
        names += [x509.RFC822Name._init_without_validation(n) for n in email]
        names += [x509.UniformResourceIdentifier._init_without_validation(n) for n in uri]
        names += other
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        signer = private if self_signed else self.certificate.key
        certificate = builder.sign(signer, signature_hash(signer))
        return Certificate(self.folder, f"{self.label}-{label}", certificate, private, self)


class Pki:
    """The certificates that the tests share; each is made when it is first asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = Authority(folder, "doors")
        self.stranger_authority = Authority(folder, "strangers")
        self._made = {}

    def _once(self, label, authority=None, **details):
        if label not in self._made:
            self._made[label] = (authority or self.authority).issue(label, **details)
        return self._made[label]

    @property
    def server(self):
        return self._once("localhost", dns=["localhost"], ip=["127.0.0.1", "::1"], server=True)

    @property
    def alice(self):
        return self._once(
            "alice",
            dns=["alice.partner.example"],
            email=["alice@partner.example"],
            uri=["spiffe://partner.example/alice"],
            ip=["192.0.2.77"],
        )

    @property
    def rsa(self):
        return self._once("rsa", dns=["rsa.partner.example"], key="rsa")

    @property
    def expired(self):
        return self._once("expired", dns=["alice.partner.example"], start=-10 * DAY, end=-DAY)

    @property
    def early(self):
        return self._once("early", dns=["alice.partner.example"], start=DAY, end=10 * DAY)

    @property
    def self_signed(self):
        return self._once("self", dns=["alice.partner.example"], self_signed=True)

    @property
    def stranger(self):
        return self._once("stranger", self.stranger_authority, dns=["alice.partner.example"])

    @property
    def wildcard(self):
        return self._once("wildcard", dns=["*.partner.example"])

    @property
    def nul(self):
        return self._once("nul", dns=["alice.partner.example\0.evil.example"])

    @property
    def only_cn(self):
        return self._once("only-cn", subject="CN=alice.partner.example")
