# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Good and bad certificate chains (RFC 5280), each with the expected result."""

import datetime
import ipaddress
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from kit.certs import usage, with_key_identifiers

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2026, 11, 21, 12, 0, 0)
AT = "2026-11-21T12:00:00Z"
EPOCH = int(NOW.replace(tzinfo=datetime.timezone.utc).timestamp())

CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Made:
    """A certificate and its key; `issue` signs others."""

    def __init__(self, certificate, key):
        self.x509, self.key = certificate, key
        self.pem = certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def subject(self):
        return self.x509.subject


# The identifiers of old algorithms, by those of SHA-256 in their place (RFC 3279, 2.2; RFC 5758,
# 3.2).
ALGORITHMS = {
    "ecdsa-with-SHA256": "300a06082a8648ce3d040302",
    "sha1 ecdsa-with-SHA256": "300906072a8648ce3d0401",
    "sha256WithRSAEncryption": "300d06092a864886f70d01010b0500",
    "sha1 sha256WithRSAEncryption": "300d06092a864886f70d0101050500",
    "md5 sha256WithRSAEncryption": "300d06092a864886f70d0101040500",
}


def tlv(tag, body):
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    head = bytes([len(body)]) if len(body) < 128 else bytes([0x80 | len(length)]) + length
    return bytes([tag]) + head + body


def signed_again(certificate, signer, digest):
    """
    The same certificate with a signature by an old digest ("sha1", "md5"): Python's library no
    longer makes these, the openssl program does.
    """
    name = certificate.signature_algorithm_oid._name
    old, new = (bytes.fromhex(ALGORITHMS[n]) for n in (name, f"{digest} {name}"))
    inside = certificate.tbs_certificate_bytes
    inside = inside[2 + (inside[1] & 0x7F if inside[1] & 0x80 else 0) :]
    signed = tlv(0x30, inside.replace(old, new, 1))
    key = signer.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with tempfile.NamedTemporaryFile() as file:
        file.write(key)
        file.flush()
        command = ["openssl", "dgst", f"-{digest}", "-sign", file.name]
        run = subprocess.run(command, input=signed, capture_output=True, check=True)
    whole = tlv(0x30, signed + new + tlv(0x03, b"\0" + run.stdout))
    return x509.load_der_x509_certificate(whole)


def make(
    label,
    issuer=None,
    key=None,
    ca=False,
    path_length=None,
    eku=(CLIENT,),
    bits=("digital_signature",),
    start=-DAY,
    end=30 * DAY,
    digest="sha256",
    constraints=True,
    critical_unknown=False,
    unknown=False,
    dns=("client.example",),
    permitted=(),
    excluded=(),
    serial=None,
    signed_by=None,
    issuer_name=None,
    subject=None,
    ids=True,
    points=(),
    policies=(),
    others=(),
):
    key = key or ec.generate_private_key(ec.SECP256R1())
    signer = signed_by or (issuer.key if issuer else key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(label) if subject is None else subject)
        .issuer_name(issuer_name or (issuer.subject if issuer else name(label)))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(NOW + start)
        .not_valid_after(NOW + end)
    )
    if constraints:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), True)
    if ids:
        builder = with_key_identifiers(builder, key, issuer.key if issuer else None)
    if bits:
        builder = builder.add_extension(usage(*bits), True)
    if eku:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(eku)), False)
    if dns and not ca:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(n) for n in dns]), False
        )
    if permitted or excluded:
        builder = builder.add_extension(
            x509.NameConstraints(list(permitted) or None, list(excluded) or None), True
        )
    if points:
        builder = builder.add_extension(x509.CRLDistributionPoints(list(points)), False)
    if policies:
        policies = [x509.PolicyInformation(ObjectIdentifier(policy), None) for policy in policies]
        builder = builder.add_extension(x509.CertificatePolicies(policies), False)
    for extension in others:
        builder = builder.add_extension(extension, True)
    if critical_unknown or unknown:
        extension = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.55555.7"), b"\x05\x00")
        builder = builder.add_extension(extension, critical_unknown)
    ed = isinstance(signer, ed25519.Ed25519PrivateKey)
    certificate = builder.sign(signer, None if ed else hashes.SHA256())
    if digest != "sha256":
        certificate = signed_again(certificate, signer, digest)
    return Made(certificate, key)


def authority(label, issuer=None, **details):
    details = {
        "ca": True,
        "eku": (),
        "bits": ("key_cert_sign", "crl_sign"),
        "start": -10 * DAY,
        "end": 365 * DAY,
        **details,
    }
    return make(label, issuer, **details)


def crl(
    issuer,
    revoked=(),
    start=-DAY,
    end=7 * DAY,
    key=None,
    digest=hashes.SHA256(),
    now=NOW,
    number=None,
    base=None,
    scope=None,
    identified=False,
    freshest=False,
    removed=(),
    of=None,
):
    """
    A list in PEM. `base` makes it a delta to the list of that number, `freshest` says that there are
    deltas, `removed` are no longer on hold. `scope` are the details of an issuing distribution
    point, `identified` adds the identifier of the key, and `of` is the certificates' issuer in an
    indirect list.
    """
    key = key or issuer.key
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now + start)
        .next_update(now + end)
    )
    for certificate in [*revoked, *removed]:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.x509.serial_number)
            .revocation_date(now - DAY / 2)
        )
        if certificate in removed:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.remove_from_crl), False)
        if of:
            issuers = x509.CertificateIssuer([x509.DirectoryName(of.subject)])
            entry = entry.add_extension(issuers, True)
        builder = builder.add_revoked_certificate(entry.build())
    if identified:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        builder = builder.add_extension(identifier, False)
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), False)
    if base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(base), True)
    if freshest:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://ca.example/d")], None, None, None)
        builder = builder.add_extension(x509.FreshestCRL([point]), False)
    if scope is not None:
        details = {
            "full_name": None,
            "relative_name": None,
            "only_contains_user_certs": False,
            "only_contains_ca_certs": False,
            "only_some_reasons": None,
            "indirect_crl": False,
            "only_contains_attribute_certs": False,
            **scope,
        }
        builder = builder.add_extension(x509.IssuingDistributionPoint(**details), True)
    return builder.sign(key, digest).public_bytes(serialization.Encoding.PEM)


class Chain:
    """
    One of the chains. `word` is the expected reason: None for verified. `extra`: OpenSSL accepts
    the chain, but doorward refuses it with this error, and names the key that helps. `bundled`: of
    the roots, those that openssl-verify(1) takes as intermediates.
    """

    def __init__(
        self, label, word, leaf, chain=(), roots=(), crls=(), extra=0, keys="", key=None, bundled=()
    ):
        self.label, self.word, self.leaf = label, word, leaf
        self.chain, self.roots, self.crls = list(chain), list(roots), list(crls)
        self.extra, self.keys, self.key = extra, keys, key
        self.bundled = list(bundled)


LEAF = "crl_check = leaf\n"
# Certificate policies, and the extension by which a CA maps the first one to the other.
P1, P2, ANY_POLICY = "1.3.6.1.4.1.55555.8.1", "1.3.6.1.4.1.55555.8.2", "2.5.29.32.0"
P1_TO_P2 = x509.UnrecognizedExtension(
    ObjectIdentifier("2.5.29.33"),
    tlv(0x30, tlv(0x30, b"".join(tlv(0x06, bytes.fromhex(f"2b0601040183b20308{n:02}")) for n in (1, 2)))),
)
U, R, E, N = "cert_untrusted", "cert_revoked", "cert_expired", "cert_not_yet_valid"


class Family:
    def __init__(self):
        self.members = []
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.root = authority("root")
        self.middle = authority("middle", self.root)
        self.stranger = authority("stranger")
        self.dates()
        self.usages()
        self.extensions()
        self.strength()
        self.paths()
        self.signatures()
        self.revocation()
        self.editions()
        self.deltas()
        self.partitions()
        self.signers()
        self.switches()
        self.policies()

    def add(self, label, word, leaf, chain=None, roots=None, **more):
        chain = [self.middle] if chain is None else chain
        roots = [self.root] if roots is None else roots
        self.members.append(Chain(label, word, leaf, chain, roots, **more))

    def leaf(self, **details):
        return make("client", details.pop("issuer", self.middle), **details)

    def dates(self):
        self.add("good", None, self.leaf())
        self.add("good from the root", None, self.leaf(issuer=self.root), [])
        self.add("expired", E, self.leaf(end=-DAY / 2))
        self.add("ends this second", E, self.leaf(end=DAY * 0))
        self.add("ends next second", None, self.leaf(end=datetime.timedelta(seconds=1)))
        self.add("not yet valid", N, self.leaf(start=DAY))
        self.add("begins this second", None, self.leaf(start=DAY * 0))
        self.add("begins next second", N, self.leaf(start=datetime.timedelta(seconds=1)))
        old = authority("old middle", self.root, end=-DAY)
        self.add("intermediate expired", E, self.leaf(issuer=old), [old])
        early = authority("early middle", self.root, start=DAY)
        self.add("intermediate not yet valid", N, self.leaf(issuer=early), [early])
        gone = authority("gone root", end=-DAY)
        self.add("root expired", E, self.leaf(issuer=gone), [], [gone])

    def usages(self):
        self.add("server only", U, self.leaf(eku=(SERVER,)))
        self.add("server and client", None, self.leaf(eku=(SERVER, CLIENT)))
        self.add("any usage", U, self.leaf(eku=(ANY,)))
        self.add("any usage and client", None, self.leaf(eku=(ANY, CLIENT)))
        self.add("code signing", U, self.leaf(eku=(ExtendedKeyUsageOID.CODE_SIGNING,)))
        self.add("no extended usage", U, self.leaf(eku=()), extra=50, key="allow_missing_eku")
        self.add("no extended usage, allowed", None, self.leaf(eku=()), keys="allow_missing_eku = yes\n")
        self.add("server only, missing allowed", U, self.leaf(eku=(SERVER,)), keys="allow_missing_eku = yes\n")
        self.add("no key usage", None, self.leaf(bits=()))
        self.add("encipherment only", U, self.leaf(bits=("key_encipherment",)))
        self.add("agreement only", U, self.leaf(bits=("key_agreement",)), extra=50)
        self.add("agreement and signature", None, self.leaf(bits=("key_agreement", "digital_signature")))
        self.add("may sign, and is no CA", None, self.leaf(bits=("digital_signature", "key_cert_sign")))
        self.add(
            "signs certificates, no constraints",
            U,
            self.leaf(bits=("digital_signature", "key_cert_sign"), constraints=False),
            extra=50,
        )
        self.add("no constraints", None, self.leaf(constraints=False))
        as_leaf = authority("ca as leaf", self.middle, eku=(CLIENT,), bits=("digital_signature", "key_cert_sign"))
        self.add("CA as leaf", U, as_leaf, extra=50)
        for label, length in (("", None), (", path length 0", 0)):
            unsigning = self.leaf(ca=True, path_length=length)
            self.add(f"CA as leaf that may not sign{label}", U, unsigning, extra=50, key="cert_pins")
        self.add("CA as leaf without usages", U, authority("ca as leaf", self.middle, bits=()), extra=50)
        self.add("the intermediate itself", U, self.middle, [])
        self.add("the root itself", U, self.root, [])
        narrow = authority("server middle", self.root, eku=(SERVER,))
        self.add("intermediate for servers", U, self.leaf(issuer=narrow), [narrow])
        narrow = authority("client middle", self.root, eku=(CLIENT,))
        self.add("intermediate for clients", None, self.leaf(issuer=narrow), [narrow])

    def extensions(self):
        self.add("unknown critical extension", U, self.leaf(critical_unknown=True))
        self.add("unknown extension", None, self.leaf(unknown=True))
        odd = authority("odd middle", self.root, critical_unknown=True)
        self.add("intermediate with unknown critical extension", U, self.leaf(issuer=odd), [odd])
        inside = [x509.DNSName("example")]
        bound = authority("bound middle", self.root, permitted=inside)
        self.add("name permitted", None, self.leaf(issuer=bound), [bound])
        self.add("name not permitted", U, self.leaf(issuer=bound, dns=("client.test",)), [bound])
        bound = authority("excluding middle", self.root, excluded=[x509.DNSName("bad.example")])
        self.add("name not excluded", None, self.leaf(issuer=bound), [bound])
        self.add("name excluded", U, self.leaf(issuer=bound, dns=("a.bad.example",)), [bound])
        net = [x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))]
        bound = authority("net root", permitted=net + inside)
        self.add("constraints on the root", None, self.leaf(issuer=bound), [], [bound])

    def strength(self):
        small = rsa.generate_private_key(65537, 1024)
        self.add("RSA 2048", None, self.leaf(key=self.rsa))
        self.add("RSA 1024", U, self.leaf(key=small))
        self.add("RSA 1024, level 1", None, self.leaf(key=small), keys="security_level = 1\n")
        self.add("RSA 2048, level 3", U, self.leaf(key=self.rsa), keys="security_level = 3\n")
        self.add("Ed25519", None, self.leaf(key=ed25519.Ed25519PrivateKey.generate()))
        self.add("P-384", None, self.leaf(key=ec.generate_private_key(ec.SECP384R1())))
        self.add("P-192", U, self.leaf(key=ec.generate_private_key(ec.SECP192R1())))
        self.add("SHA-1", U, self.leaf(digest="sha1"))
        self.add("SHA-1, level 0", None, self.leaf(digest="sha1"), keys="security_level = 0\n")
        self.add("MD5", U, make("client", authority("rsa root", key=self.rsa), digest="md5"), [])
        weak = authority("weak middle", self.root, digest="sha1")
        self.add("intermediate with SHA-1", U, self.leaf(issuer=weak), [weak])
        old = authority("old root", key=self.rsa, digest="sha1")
        self.add("root with SHA-1", None, self.leaf(issuer=old), [], [old])
        small = authority("small middle", self.root, key=small)
        self.add("intermediate with a weak key", U, self.leaf(issuer=small), [small])

    def paths(self):
        chain = [self.middle]
        for i in range(5):
            chain.append(authority(f"deep {i}", chain[-1]))
        for count in (4, 5):
            self.add(
                f"{count} intermediates",
                None if count == 4 else U,
                self.leaf(issuer=chain[count - 1]),
                chain[:count],
            )
        self.add("depth 0", U, self.leaf(), keys="verify_depth = 0\n")
        self.add("depth 0 from the root", None, self.leaf(issuer=self.root), [], keys="verify_depth = 0\n")
        short = authority("short root", path_length=0)
        self.add("path length 0, none", None, self.leaf(issuer=short), [], [short])
        below = authority("below short", short)
        self.add("path length 0, one", U, self.leaf(issuer=below), [below], [short])
        self.add("intermediate missing", U, self.leaf(), [])
        self.add("unrelated intermediate", U, self.leaf(), [self.stranger])
        self.add("intermediate twice", None, self.leaf(), [self.middle, self.middle])
        self.add("root sent along", None, self.leaf(), [self.root, self.middle])
        self.add("another root", U, self.leaf(), roots=[self.stranger])
        self.add("a stranger's root sent along", U, self.leaf(issuer=self.stranger), [self.stranger])
        self.add("intermediate in the bundle", None, self.leaf(), [], [self.root, self.middle])
        self.add("intermediate alone in the bundle", U, self.leaf(), [], [self.middle])
        cross = authority("middle", self.stranger, key=self.middle.key, subject=self.middle.subject)
        self.add("cross-signed, other root", None, self.leaf(), [cross], [self.stranger])
        self.add("cross-signed, both ways", None, self.leaf(), [self.middle, cross])
        # OpenSSL tries the first of two issuers that differ only in their own issuer.
        self.add("cross-signed, wrong way first", U, self.leaf(), [cross, self.middle])
        self.add("cross-signed, wrong way", U, self.leaf(), [cross])
        alone = make("alone")
        self.add("self-signed", U, alone, [])
        self.add("self-signed, sent along", U, alone, [alone])
        self.add("self-signed, trusted", None, alone, [], [alone])
        not_ca = make("no CA", self.root, bits=("digital_signature",))
        self.add("intermediate is no CA", U, self.leaf(issuer=not_ca), [not_ca])
        no_sign = authority("no signer", self.root, bits=("crl_sign",))
        self.add("intermediate may not sign", U, self.leaf(issuer=no_sign), [no_sign])
        plain = authority("plain middle", self.root, constraints=False)
        self.add("intermediate without constraints", U, self.leaf(issuer=plain), [plain])

    def signatures(self):
        self.add("forged signature", U, self.leaf(signed_by=self.stranger.key))
        fake = authority("middle", self.root, signed_by=self.stranger.key, subject=self.middle.subject)
        self.add("forged intermediate", U, self.leaf(issuer=fake), [fake])
        same_name = authority("root")
        self.add("root of the same name", U, self.leaf(issuer=same_name), [])
        self.add("empty subject", None, self.leaf(subject=x509.Name([])))

    def revocation(self):
        good = self.leaf()
        both = [crl(self.root), crl(self.middle)]
        self.add("not revoked", None, good, crls=both)
        self.add("revoked", R, good, crls=[crl(self.root), crl(self.middle, [good])])
        self.add("intermediate revoked", R, good, crls=[crl(self.root, [self.middle]), crl(self.middle)])
        self.add("CRL missing", U, good, crls=[crl(self.root)])
        self.add("intermediate's CRL missing", U, good, crls=[crl(self.middle)])
        stale = crl(self.middle, start=-9 * DAY, end=-DAY)
        self.add("CRL stale", U, good, crls=[crl(self.root), stale])
        self.add("root's CRL stale", U, good, crls=[crl(self.root, start=-9 * DAY, end=-DAY), crl(self.middle)])
        self.add("CRL stale beside a good one", None, good, crls=[*both, stale])
        self.add("CRL not yet valid", U, good, crls=[crl(self.root), crl(self.middle, start=DAY)])
        older = crl(self.middle, start=-3 * DAY)
        newer = crl(self.middle, [good], start=-DAY)
        self.add("revoked by the newer CRL", R, good, crls=[crl(self.root), older, newer])
        self.add("revoked by the newer CRL, first", R, good, crls=[crl(self.root), newer, older])
        forged = crl(self.middle, key=self.stranger.key)
        self.add("CRL forged", U, good, crls=[crl(self.root), forged])
        self.add("another's CRL", U, good, crls=[crl(self.root), crl(self.stranger)])
        no_crl = authority("no CRLs", self.root, bits=("key_cert_sign",))
        self.add(
            "CRL by one who may not", U, self.leaf(issuer=no_crl), [no_crl], crls=[crl(self.root), crl(no_crl)]
        )
        self.add("expired and revoked", E, self.old_and_revoked(), crls=self.old_crls)

    def editions(self):
        """Several lists of one CA: the newest valid one counts."""
        leaf = self.leaf()
        top = crl(self.root)
        clean = crl(self.middle, start=-3 * DAY)
        early = crl(self.middle, start=DAY)
        revoking = crl(self.middle, [leaf])
        self.add("CRL of a clock that is ahead", None, leaf, crls=[top, clean, early])
        self.add("CRL of a clock that is ahead, first", None, leaf, crls=[top, early, clean])
        self.add("revoked, CRL of a clock that is ahead", R, leaf, crls=[top, revoking, early])
        first = crl(self.middle, number=7)
        second = crl(self.middle, [leaf], number=300)
        self.add("revoked by the larger CRL number", R, leaf, crls=[top, first, second], extra=23)
        self.add("revoked by the larger CRL number, first", R, leaf, crls=[top, second, first])
        ended = crl(self.middle, start=-2 * DAY, end=-DAY)
        self.add("newer CRL stale", None, leaf, crls=[top, clean, ended])
        ended = crl(self.middle, [leaf], start=-2 * DAY, end=-DAY)
        self.add("revoked by a newer CRL that is stale", U, leaf, crls=[top, clean, ended], extra=12)

    def deltas(self):
        leaf = self.leaf()
        top = crl(self.root)
        whole = crl(self.middle, number=5, freshest=True)
        delta = {"number": 6, "base": 5}
        revoking = crl(self.middle, [leaf], **delta)
        self.add("revoked by the delta", R, leaf, crls=[top, whole, revoking])
        self.add("revoked by the delta, first", R, leaf, crls=[revoking, whole, top])
        self.add("delta without revocation", None, leaf, crls=[top, whole, crl(self.middle, **delta)])
        held = crl(self.middle, [leaf], number=5, freshest=True)
        self.add("held, and removed by the delta", None, leaf, crls=[top, held, crl(self.middle, removed=[leaf], **delta)])
        self.add("held", R, leaf, crls=[top, held, crl(self.middle, **delta)])
        self.add("delta alone", U, leaf, crls=[top, crl(self.middle, **delta)])
        older = crl(self.middle, number=4, base=3)
        self.add("delta to an older list", None, leaf, crls=[top, whole, older])
        later = crl(self.middle, [leaf], number=9, base=8)
        self.add("delta to a later list", None, leaf, crls=[top, whole, later])
        early = crl(self.middle, start=DAY, **delta)
        self.add("delta of a clock that is ahead", None, leaf, crls=[top, whole, early])
        forged = crl(self.middle, key=self.stranger.key, **delta)
        self.add("delta forged", U, leaf, crls=[top, whole, forged])
        newer = crl(self.middle, [leaf], number=8, base=5, start=-DAY / 2)
        first = crl(self.middle, **delta)
        self.add("revoked by the newer delta", R, leaf, crls=[top, whole, newer, first])
        self.add("revoked by the newer delta, first", R, leaf, crls=[top, whole, first, newer], extra=23)
        ended = {"start": -3 * DAY, "end": -DAY, **delta}
        old = crl(self.middle, number=5, freshest=True, start=-5 * DAY)
        stale = crl(self.middle, [leaf], **ended)
        self.add("revoked by a delta that is stale", R, leaf, crls=[top, old, stale])
        held = crl(self.middle, [leaf], number=5, freshest=True, start=-5 * DAY)
        removing = crl(self.middle, removed=[leaf], **ended)
        self.add("held, and removed by a delta that is stale", R, leaf, crls=[top, held, removing], extra=23)

    def partitions(self):
        """Lists with an issuing distribution point (RFC 5280, 5.2.5)."""
        at = [[x509.UniformResourceIdentifier(f"http://ca.example/{n}")] for n in (1, 2)]
        points = [x509.DistributionPoint(name, None, None, None) for name in at]
        leaf = self.leaf(points=points[:1])
        top = crl(self.root)
        one, two = ({"full_name": name} for name in at)
        clean = crl(self.middle, scope=one)
        other = crl(self.middle, [leaf], scope=two, start=-DAY / 2)
        self.add("not revoked in its partition", None, leaf, crls=[top, clean, other])
        revoking = crl(self.middle, [leaf], scope=one)
        other = crl(self.middle, scope=two, start=-DAY / 2)
        self.add("revoked in its partition", R, leaf, crls=[top, revoking, other])
        self.add("another partition's list alone", U, leaf, crls=[top, other])
        users = {"only_contains_user_certs": True}
        cas = {"only_contains_ca_certs": True}
        self.add("revoked in the list for users", R, leaf, crls=[
            top, crl(self.middle, [leaf], scope=users), crl(self.middle, scope=cas, start=-DAY / 2)])
        self.add("list for CAs alone", U, leaf, crls=[top, crl(self.middle, scope=cas)])
        self.add("list for attributes alone", U, leaf, crls=[
            top, crl(self.middle, scope={"only_contains_attribute_certs": True})])
        some = frozenset([x509.ReasonFlags.key_compromise, x509.ReasonFlags.ca_compromise])
        rest = frozenset(set(x509.ReasonFlags) - some - {x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl})
        lists = [crl(self.middle, scope={"only_some_reasons": s}) for s in (some, rest)]
        self.add("lists for all reasons", None, leaf, crls=[top, *lists])
        self.add("list for some reasons alone", U, leaf, crls=[top, lists[0]])
        revoking = crl(self.middle, [leaf], scope={"only_some_reasons": rest})
        self.add("revoked for another reason", R, leaf, crls=[top, lists[0], revoking])

    def signers(self):
        """Lists that a key of its own signs, and lists of another issuer."""
        leaf = self.leaf()
        top = crl(self.root)
        details = {"ca": False, "eku": (), "dns": (), "bits": ("crl_sign",)}
        self_issued = make("middle", self.middle, subject=self.middle.subject, **details)
        by_it = [crl(self_issued, identified=True)]
        # Whether the list's own signer is revoked is in a list that it signs itself.
        self.add("CRL by a key of its own", None, leaf, [self.middle, self_issued], crls=[top, *by_it], keys=LEAF)
        known = [self.root, self_issued]
        self.add("CRL by a key of its own, in the bundle", None, leaf, roots=known, crls=[top, *by_it], keys=LEAF, bundled=[self_issued])
        revoking = [crl(self_issued, [leaf], identified=True)]
        self.add("revoked by a key of its own", R, leaf, roots=known, crls=[top, *revoking], keys=LEAF, bundled=[self_issued])
        stranger = make("middle", self.stranger, subject=self.middle.subject, **details)
        by_it = [crl(stranger, identified=True)]
        self.add("CRL by a stranger's key", U, leaf, [self.middle, stranger], crls=[top, *by_it])
        indirect = {"indirect_crl": True}
        other = make("lists", self.root, **details)
        point = x509.DistributionPoint(None, None, None, [x509.DirectoryName(other.subject)])
        leaf = self.leaf(points=[point])
        chain = [self.middle, other]
        clean = crl(other, identified=True, scope=indirect)
        self.add("indirect CRL", None, leaf, chain, crls=[top, clean])
        revoking = crl(other, [leaf], identified=True, scope=indirect, of=self.middle)
        self.add("revoked by an indirect CRL", R, leaf, chain, crls=[top, revoking])
        self.add("indirect CRL that the certificate does not name", U, self.leaf(), chain, crls=[top, clean])
        self.add("CRL of another issuer that is not indirect", U, leaf, chain, crls=[top, crl(other, identified=True)])

    def old_and_revoked(self):
        leaf = self.leaf(end=-DAY / 2)
        self.old_crls = [crl(self.root), crl(self.middle, [leaf])]
        return leaf

    def switches(self):
        partial = "partial_chain = yes\n"
        self.add("partial chain", None, self.leaf(), [], [self.middle], keys=partial)
        self.add("partial chain to a stranger", U, self.leaf(), [], [self.stranger], keys=partial)
        leaf = self.leaf()
        self.add("partial chain of one", None, leaf, [], [leaf], keys=partial)
        self.add("partial chain, CA as leaf", U, self.middle, [], [self.middle], keys=partial)
        anchor = {"roots": [self.middle], "keys": partial}
        leaf = self.leaf()
        self.add("partial chain, CRL", None, leaf, [], crls=[crl(self.middle)], **anchor)
        self.add("partial chain, revoked", R, leaf, [], crls=[crl(self.middle, [leaf])], **anchor)
        self.add("partial chain, CRL missing", U, leaf, [], crls=[crl(self.root)], **anchor)
        self.add("partial chain, the root's CRL beside", None, leaf, [], crls=[crl(self.root), crl(self.middle)], **anchor)
        self.add("offline root", None, leaf, crls=[crl(self.middle)], keys=LEAF)
        self.add("offline root, revoked", R, leaf, crls=[crl(self.middle, [leaf])], keys=LEAF)
        self.add("offline root, CRL missing", U, leaf, crls=[crl(self.root)], keys=LEAF)
        self.add("leaf alone, intermediate revoked", None, leaf, crls=[crl(self.root, [self.middle]), crl(self.middle)], keys=LEAF)
        strict = "x509_strict = yes\n"
        self.add("strict and good", None, self.leaf(), keys=strict)
        bare = self.leaf(ids=False)
        self.add("no key identifiers", None, bare)
        self.add("no key identifiers, strict", U, bare, keys=strict)

    def policies(self):
        """Chains of which cert_policy requires a policy (RFC 5280, 6.1)."""
        first, second, both = (f"cert_policy = {p}\n" for p in (P1, P2, f"{P1}, {P2}"))

        def add(label, word, leaf, *middles, keys=first, **more):
            chain, above = [], self.root
            for number, details in enumerate(middles):
                above = authority(f"policy middle {number}", above, **details)
                chain.insert(0, above)
            self.add(label, word, self.leaf(issuer=above, **leaf), chain, keys=keys, **more)

        has, other, every, none = {"policies": [P1]}, {"policies": [P2]}, {"policies": [ANY_POLICY]}, {}
        add("policy", None, has, has)
        add("policy, no intermediate", None, has)
        add("policy, one of several", None, {"policies": [P2, P1]}, {"policies": [P1, ANY_POLICY]})
        add("policy, either of two", None, other, other, keys=both)
        add("policy missing", U, none, none)
        add("policy missing, no intermediate", U, none)
        add("policy of the intermediate alone", U, none, has)
        add("policy of the client alone", U, has, none)
        add("policy missing between", U, has, none, has)
        add("another policy", U, other, other)
        add("another policy of the intermediate", U, has, other)
        add("policies that differ", U, other, has, keys=both)
        add("any policy of the intermediate", None, has, every)
        add("any policy of the client", None, every, has)
        add("any policy of all", None, every, every)
        inhibit = {**has, "others": [x509.InhibitAnyPolicy(0)]}
        add("any policy inhibited", U, every, inhibit)
        add("any policy inhibited, and not used", None, has, inhibit)
        mapping = {**has, "others": [P1_TO_P2]}
        add("policy mapped", None, other, mapping)
        add("policy mapped away", U, other, mapping, keys=second)
        add("policy mapped, and not used", U, has, mapping)
        forbid = {**has, "others": [x509.PolicyConstraints(None, 0)]}
        add("policy mapping inhibited", U, other, forbid, mapping)
        add("policy twice", U, {"policies": [P1, P1]}, has)
        partial = "partial_chain = yes\n" + first
        middle = authority("middle", self.root, policies=[P2])
        self.add("policy, partial chain", None, self.leaf(issuer=middle, **has), [], [middle], keys=partial)
        self.add("policy missing, partial chain", U, self.leaf(issuer=middle), [], [middle], keys=partial)
        leaf = self.leaf(**has)
        self.add("policy, partial chain of one", U, leaf, [], [leaf], keys=partial, extra=43, key="cert_policy")
        self.add("policy that nothing requires", None, self.leaf(**other))
