# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""verify = local with many chains: the result of `openssl verify`, and doorward's own checks."""

import json
import re
import subprocess

import pytest

from kit.chains import AT, EPOCH, P1, P2, Family
from kit.doorward import run

FLAGS = {
    "partial_chain = yes": ["-partial_chain"],
    "x509_strict = yes": ["-x509_strict"],
    "verify_depth = 0": ["-verify_depth", "0"],
    **{f"security_level = {n}": ["-auth_level", str(n)] for n in range(6)},
}
# What the detail names, by OpenSSL's number of the error.
HINTS = {
    2: "partial_chain", 3: "crl_file", 12: "crl_file", 18: "cert_pins", 19: "ca_file", 20: "ca_file", 21: "ca_file",
    22: "verify_depth", 26: "clientAuth", 43: "cert_policy", 66: "security_level", 67: "security_level", 68: "security_level",
}  # fmt: skip
FAMILY = Family()
REFUSED = re.compile(r"error (\d+) at (\d+) depth lookup: (.*)")
OURS = re.compile(r"(.*) \(OpenSSL's verify error (\d+) at depth (\d+)\)(?:; (.*))?")


class Files:
    """One of the chains as files."""

    def __init__(self, folder, member):
        self.leaf = folder / "leaf.pem"
        self.chain = folder / "chain.pem"
        self.roots = folder / "roots.pem"
        self.crls = folder / "crls.pem"
        self.bundled = folder / "bundled.pem"
        self.leaf.write_bytes(member.leaf.pem)
        self.chain.write_bytes(b"".join(c.pem for c in member.chain))
        self.roots.write_bytes(b"".join(c.pem for c in member.roots))
        self.crls.write_bytes(b"".join(member.crls))
        self.bundled.write_bytes(b"".join(c.pem for c in member.bundled))


def openssl(member, files):
    """(number, depth, text) of each error of openssl-verify(1); None if it accepts the chain."""
    command = ["openssl", "verify", "-no-CAfile", "-no-CApath", "-no-CAstore", "-purpose", "sslclient"]
    command += ["-auth_level", "2", "-verify_depth", "4", "-attime", str(EPOCH)]
    command += ["-CAfile", files.roots]
    for file in [files.chain] * bool(member.chain) + [files.bundled] * bool(member.bundled):
        command += ["-untrusted", file]
    if member.crls:
        command += ["-crl_check", "-extended_crl", "-use_deltas", "-CRLfile", files.crls]
        # OpenSSL would ask for a list about the trusted CA, by an issuer that is not in the chain.
        if not {"crl_check = leaf", "partial_chain = yes"} & set(member.keys.splitlines()):
            command += ["-crl_check_all"]
    for key in member.keys.splitlines():
        command += FLAGS.get(key, [])
        if key.startswith("cert_policy = "):
            command += ["-policy_check", "-explicit_policy"]
            command += [word for policy in key.partition(" = ")[2].split(", ") for word in ("-policy", policy)]
    done = subprocess.run([*command, files.leaf], capture_output=True, text=True)
    if done.returncode == 0:
        return None
    found = REFUSED.findall(done.stdout + done.stderr)
    return [(int(number), int(depth), text) for number, depth, text in found]


def ours(member, files, folder, *more, verify="local"):
    text = "[dns]\nnameservers = 127.0.0.1:9\n[policy default]\nrdns = off\nclient_cert = required\n"
    text += f"verify = {verify}\ndefault = allow\nca_file = roots.pem\n" + member.keys
    if member.crls:
        text += "crl_file = crls.pem\n"
    (folder / "doorward.conf").write_text(text)
    arguments = ["check", "-c", folder / "doorward.conf", "--ip", "192.0.2.1", "--at", AT, "--json"]
    arguments += ["--cert", files.leaf, *more]
    if member.chain:
        arguments += ["--chain", files.chain]
    code, out, errors = run(*arguments)
    assert code in (0, 1), errors
    return json.loads(out)


@pytest.mark.parametrize("member", FAMILY.members, ids=lambda member: member.label)
def test_family(member, folder):
    files = Files(folder, member)
    answer = ours(member, files, folder)
    refused = openssl(member, files)
    assert answer["reason"] == (member.word or "default"), answer["cert"]["error"]
    assert answer["cert"]["verified"] is (member.word is None)
    if member.word is None or member.extra:
        assert refused is None
    else:
        assert refused is not None
    if member.word is None:
        assert answer["cert"]["error"] is None
        return
    text, number, depth, key = OURS.fullmatch(answer["cert"]["error"]).groups()
    if member.extra:
        assert (int(number), int(depth)) == (member.extra, 0)
        assert member.key is None or member.key in key
    else:
        assert (int(number), int(depth), text) in refused
        assert HINTS.get(int(number), "") in (key or "")


def test_the_family_is_large():
    words = [member.word for member in FAMILY.members]
    assert len(words) >= 60
    assert words.count(None) >= 25 and len({member.label for member in FAMILY.members}) == len(words)


@pytest.mark.parametrize(
    "verify, word, reason",
    [
        ("local", "FAILED:x", "default"),
        ("local", "", "default"),
        # It contradicts the certificate, which the front end then did not send.
        ("local", "NONE", "cert_unverified"),
        ("both", "FAILED:x", "cert_unverified"),
        ("both", "NONE", "cert_unverified"),
        ("both", "SUCCESS", "default"),
    ],
)
def test_the_verdict_of_the_front_end_counts_with_both(folder, verify, word, reason):
    good = FAMILY.members[0]
    answer = ours(good, Files(folder, good), folder, "--verify-status", word, verify=verify)
    assert answer["reason"] == reason


def test_each_policy_has_its_own_certificate_policies(folder):
    """Also where all else of their trust is the same, and they share a trust store."""
    member = next(m for m in FAMILY.members if m.label == "policy")
    files = Files(folder, member)
    keys = "rdns = off\nclient_cert = required\nverify = local\ndefault = allow\nca_file = roots.pem\n"
    required = {"any": "", "first": f"cert_policy = {P1}\n", "second": f"cert_policy = {P2}\n"}
    required["both"] = f"cert_policy = {P2}\ncert_policy = {P1}\n"
    text = "".join(f"[policy {name}]\n{keys}{line}" for name, line in required.items())
    (folder / "doorward.conf").write_text(text + "[policy child]\nparent = second\n[policy free]\nparent = second\ncert_policy =\n")
    reasons, errors = {}, {}
    for name in [*required, "child", "free"]:
        arguments = ["--policy", name, "--at", AT, "--cert", files.leaf, "--chain", files.chain, "--json"]
        out = json.loads(run("check", "-c", folder / "doorward.conf", "--ip", "192.0.2.1", *arguments)[1])
        reasons[name], errors[name] = out["reason"], out["cert"]["error"]
    refused = dict.fromkeys(["second", "child"], "cert_untrusted")
    assert reasons == {**dict.fromkeys(reasons, "default"), **refused}
    assert errors["child"].endswith(f"; see cert_policy, which requires {P2}")
