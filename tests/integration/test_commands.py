# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The command line: -t, -T, check, --version, --help, and their exit codes."""

import datetime
import json
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kit.doorward import BINARY, configuration, run
from kit.process import DEADLINE

DAY = datetime.timedelta(days=1)

POLICY = """
[policy default]
client_cert = optional
on_dns_error = error
max_cache = 5m
cached_claims = user_agent
deny = user_agent ~ googlebot & !host .googlebot.com
allow = host client.example & cert.dns .partner.example
allow = ip 192.0.2.7
"""


@pytest.fixture
def conf(folder, nsd):
    file = folder / "doorward.conf"
    dns = f"nameservers = 127.0.0.1:{nsd.port}\nprivate_ptr = yes\nlookup_timeout = 5s"
    file.write_text(configuration(POLICY, dns=dns))
    return file


def check(conf, *arguments, expect):
    out = run("check", "-c", conf, *arguments, "--json", expect=expect)[1]
    return json.loads(out)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help(arguments):
    _, out, errors = run(*arguments, expect=0)
    assert errors == "" and max(map(len, out.splitlines())) <= 80
    for word in ["-c FILE", "-t", "-T", "--version", "--help", "check"]:
        assert word in out
    commands = out.partition("commands:\n")[2].partition("\n\n")[0].splitlines()
    for line in commands:
        name, summary = line.split(None, 1)
        asked = run("help", name, expect=0)[1]
        assert asked.startswith(f"usage: doorward {name}") or asked.startswith(f"usage: doorward [{name}]")
        assert run(name, "--help", expect=0)[1] == run(name, "-h", expect=0)[1] == asked
        assert summary and "\n\n" in asked and max(map(len, asked.splitlines())) <= 90


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["version"]])
def test_version(arguments):
    out = run(*arguments, expect=0)[1]
    assert out.startswith("doorward ") and "OpenSSL" in out and "ldns" in out and "PCRE2" in out


@pytest.mark.parametrize(
    "arguments",
    [["help"], ["--help"], ["help", "check"], ["check", "-h"], ["version"], ["--version"], ["-T", "-c", "{0}"],
     ["bans", "-c", "{0}", "--json"], ["check", "-c", "{0}", "--ip", "192.0.2.7"], ["test", "-c", "{0}", "{1}"],
     ["doctor", "-c", "{0}"], ["check-keys", "https://agent.example"]],
)
def test_a_full_disk(folder, conf, arguments):
    (folder / "bans").write_text("")
    (folder / "cases").write_text("[case of one]\nip = 192.0.2.7\nexpect = allow\n")
    argv = [a.format(conf, folder / "cases") for a in arguments]
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([BINARY, *argv], stdout=full, stderr=subprocess.PIPE, text=True, timeout=DEADLINE)
    assert done.returncode == 2 and done.stderr.count("standard output: No space left on device") == 1, done.stderr


@pytest.mark.parametrize(
    "arguments, meant",
    [(["chekc", "--ip", "192.0.2.1"], "check"), (["versoin"], "version"), (["help", "hlep"], "help"),
     (["loglevel", "debug"], "log-level"), (["-c", "/nonexistent", "Audit"], "audit"), (["import-ngnix", "x"], "import-nginx")],
)
def test_a_mistyped_command(arguments, meant):
    _, out, errors = run(*arguments, expect=64)
    assert out == "" and f'did you mean "{meant}"?' in errors and len(errors.splitlines()) == 1


def test_a_word_that_resembles_no_command():
    errors = run("frobnicate", expect=64)[2]
    assert "did you mean" not in errors and "doorward help" in errors


def test_a_configuration_in_place_of_a_command(conf):
    assert "-c FILE" in run(conf, expect=64)[2]


@pytest.mark.parametrize(
    "arguments",
    [["--nonsense"], ["nonsense"], ["-c"], ["-x"], ["check"], ["check", "--ip"],
     ["check", "--ip", "192.0.2.1", "--nonsense"], ["check", "--ip", "192.0.2.1", "more"],
     ["check", "--ip", "192.0.2.1", "--verify-status", "SUCCESS"], ["check", "--ip", "192.0.2.1", "--chain", "x"],
     ["check", "--ip", "192.0.2.1", "--at", "yesterday"]],
)
def test_bad_usage(arguments):
    _, out, errors = run(*arguments, expect=64)
    assert out == "" and ("usage" in errors or "doorward help" in errors)


@pytest.mark.parametrize("before, after", [(["-t", "-c"], []), (["-c"], ["-t"]), (["-t"], [])])
def test_a_good_configuration(conf, before, after):
    assert f"{conf}: 0 error(s)" in run(*before, conf, *after, expect=0)[2]


def test_the_dump_of_a_named_configuration(conf):
    assert run("-T", conf, expect=0)[1] == run("-T", "-c", conf, expect=0)[1]


@pytest.mark.parametrize("arguments", [["-t", "{0}", "{0}"], ["-t", "-c", "{0}", "{0}"], ["-T", "{0}", "x"]])
def test_two_configurations_to_check(conf, arguments):
    errors = run(*[a.format(conf) for a in arguments], expect=64)[2]
    assert "expect one configuration" in errors


def test_every_error_is_reported_with_its_place(folder):
    file = folder / "bad.conf"
    file.write_text(
        "[server]\nthreads = many\nnonsense = 1\n"
        "[policy default]\nrdns = perhaps\nallow = host ~ (\nallow = ip 300.0.0.1\n"
        "allow = ip in file:missing\nparent = absent\n[policy default]\n[what]\nx = 1\n"
    )
    _, _, errors = run("-t", "-c", file, expect=1)
    for line in [2, 3, 5, 6, 7, 8, 9, 10, 11]:
        assert f"{file}:{line}" in errors, errors
    assert "perhaps" in errors and "nonsense" in errors and "missing" in errors


def test_a_missing_file(folder):
    _, _, errors = run("-t", "-c", folder / "missing.conf", expect=1)
    assert "missing.conf" in errors
    run("-c", folder / "missing.conf", expect=78)
    run("check", "-c", folder / "missing.conf", "--ip", "192.0.2.1", expect=78)


def test_a_bad_configuration_does_not_serve(folder):
    file = folder / "bad.conf"
    file.write_text("[policy default]\nrdns = perhaps\n")
    _, _, errors = run("-c", file, expect=78)
    assert f"{file}:2" in errors


@pytest.mark.parametrize(
    "line, problem",
    [
        ("allow = user_agent ~ curl", True),
        ("allow = http_host a.example", True),
        ("allow = user_agent ~ curl & ip 192.0.2.1", False),
        ("deny = user_agent ~ curl", False),
    ],
)
def test_warning_of_claims_that_allow_alone(folder, line, problem):
    file = folder / "doorward.conf"
    file.write_text(f"[policy default]\nrdns = off\n{line}\n")
    _, _, errors = run("-t", "-c", file, expect=0)
    assert (f"{file}:3" in errors and "warning" in errors) == problem, errors


@pytest.mark.parametrize(
    "keys",
    [
        "verify = local",
        "verify = both",
        "pin = x",
        "ca_file = missing",
        "ca_file = doorward.conf",
        "ca_dir = missing",
        "ca_dir = .",
        "cert_pins = missing",
        "crl_file = missing",
    ],
)
def test_unusable_trust_files_are_refused(folder, keys):
    file = folder / "doorward.conf"
    file.write_text(f"[policy default]\nclient_cert = required\n{keys}\nallow = *\n")
    _, _, errors = run("-t", "-c", file, expect=1)
    assert f"{file}:3" in errors


def test_long_lines_are_errors(folder):
    """inih would cut them; a shortened rule may allow more."""
    file = folder / "doorward.conf"
    rule = "allow = ip 192.0.2.1 & user_agent ~ " + "x" * 300 + " & ip 198.51.100.1"
    file.write_text(f"[policy default]\n{rule}\n")
    _, _, errors = run("-t", "-c", file, expect=1)
    assert f"{file}:2" in errors


def test_the_dump_reads_back_to_the_same(conf, folder):
    _, first, _ = run("-T", "-c", conf, expect=0)
    assert "googlebot" in first and "max_cache" in first
    again = folder / "again.conf"
    again.write_text(first)
    _, second, _ = run("-T", "-c", again, expect=0)
    assert second == first


def test_check_allows(conf, pki):
    got = check(conf, "--ip", "192.0.2.1", "--cert", pki.alice.file, expect=0)
    assert (got["verdict"], got["status"], got["reason"]) == ("allow", 200, "rule")
    assert (got["policy"], got["ip"]) == ("default", "192.0.2.1")
    rule = "allow = host client.example & cert.dns .partner.example"
    line = conf.read_text().splitlines().index(rule)
    assert got["rule"] == f"{conf}:{line + 1}"

    rdns = got["rdns"]
    assert (rdns["result"], rdns["hostname"]) == ("verified", "client.example")
    assert rdns["names"] == rdns["ptr"] == ["client.example"]
    assert [(q["type"], q["name"].rstrip(".").lower()) for q in rdns["queries"]] == [
        ("PTR", "1.2.0.192.in-addr.arpa"),
        ("A", "client.example"),
    ]
    assert rdns["queries"][1]["answer"] == "192.0.2.1"
    for query in rdns["queries"]:
        assert query["ttl"] == 300 and not query["cached"]
        assert query["us"] > 0 and query["ms"] == query["us"] // 1000
        assert query["server"].startswith("127.0.0.1")

    cert = got["cert"]
    assert cert["present"] and cert["verified"] and cert["error"] is None
    assert (cert["subject"], cert["issuer"]) == ("CN=alice,O=Acme", "CN=doors")
    assert (cert["serial"], cert["sha256"]) == (pki.alice.serial, pki.alice.sha256)
    assert len(cert["spki_sha256"]) == 64
    assert cert["dns"] == ["alice.partner.example"] and cert["ip"] == ["192.0.2.77"]
    assert cert["email"] == ["alice@partner.example"]
    assert cert["uri"] == ["spiffe://partner.example/alice"]
    assert cert["not_after"] == pki.alice.x509.not_valid_after.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert cert["not_before"] == pki.alice.x509.not_valid_before.strftime("%Y-%m-%dT%H:%M:%SZ")

    assert 0 < got["max_age"] <= 300
    assert [step["outcome"] for step in got["steps"]] == ["false", "true"]
    assert all({"rule", "text", "outcome", "terms"} <= set(step) for step in got["steps"])


def test_check_shows_the_names_of_a_certificate(conf, pki):
    odd = pki.authority.issue(
        "odd-names", subject="CN=M\u00fcller", dns=["ok.example", "a b.example", "-x.example"]
    )
    got = check(conf, "--ip", "192.0.2.1", "--cert", odd.file, expect=None)["cert"]
    assert (got["cn"], got["dns"], got["unusable_names"]) == (["M\u00fcller"], ["ok.example"], 2)
    assert got["subject_values"]["cn"] == ["M\u00fcller"] and got["issuer_values"]["cn"] == ["doors"]
    out = run("check", "-c", conf, "--ip", "192.0.2.1", "--cert", odd.file)[1]
    assert 'cn         "M' in out and "names      DNS:ok.example" in out and "left out   2 name" in out


NO_VALUES = {
    word: []
    for word in "cn o ou c st l dc uid title given_name surname serial_attr organization_identifier email_attr".split()
}


def test_check_denies(conf, pki):
    got = check(conf, "--ip", "192.0.2.2", expect=1)
    assert (got["verdict"], got["status"], got["reason"]) == ("deny", 403, "default")
    assert got["rule"] is None
    assert (got["rdns"]["result"], got["rdns"]["hostname"]) == ("mismatch", None)
    assert got["rdns"]["names"] == [] and got["rdns"]["ptr"] == ["client.example"]
    assert got["cert"] == {
        "present": False, "verified": False, "error": None, "subject": None, "issuer": None,
        "serial": None, "sha256": None, "spki_sha256": None, "cn": [], "unusable_names": 0, "dns": [], "ip": [], "email": [],
        "subject_values": NO_VALUES, "issuer_values": NO_VALUES, "rules": [],
        "uri": [], "not_before": None, "not_after": None, "issuer_spki_sha256": None, "anchor_spki_sha256": None,
        "upn": [], "srv": [], "smtp_utf8": [], "eku": [], "policy": [], "key": [], "self_signed": None,
    }

    got = check(conf, "--ip", "192.0.2.2", "--user-agent", "Googlebot", expect=1)
    assert (got["reason"], got["rule"] is not None) == ("rule", True)

    got = check(conf, "--ip", "192.0.2.1", "--cert", pki.expired.file, expect=1)
    assert got["reason"] == "cert_expired" and not got["cert"]["verified"] and got["cert"]["error"]

    status = ["--verify-status", "FAILED:x"]
    got = check(conf, "--ip", "192.0.2.1", "--cert", pki.alice.file, *status, expect=1)
    assert got["reason"] == "cert_unverified"

    got = check(conf, "--ip", "nonsense", expect=1)
    assert (got["reason"], got["ip"]) == ("bad_address", None)
    got = check(conf, "--ip", "192.0.2.7", "--policy", "nobody", expect=1)
    assert got["reason"] == "unknown_policy"


def test_check_shows_a_failed_lookup(conf):
    got = check(conf, "--ip", "203.0.113.5", "--user-agent", "Googlebot", expect=2)
    assert (got["verdict"], got["status"], got["reason"]) == ("error", 503, "dns_error")
    assert got["rdns"]["result"] == "error"


def test_check_at_another_time(conf, pki):
    expired = ["--ip", "192.0.2.7", "--cert", pki.expired.file]
    then = pki.expired.x509.not_valid_before.strftime("%Y-%m-%dT%H:%M:%SZ")
    end = pki.expired.x509.not_valid_after.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert check(conf, *expired, "--at", then, expect=0)["reason"] == "rule"
    assert check(conf, *expired, "--at", end, expect=1)["reason"] == "cert_expired"
    assert check(conf, *expired, "--at", "2001-01-01T00:00:00+01:00", expect=1)["reason"] == (
        "cert_not_yet_valid"
    )


def test_check_reads_der(conf, pki, folder):
    (folder / "alice.der").write_bytes(pki.alice.der)
    got = check(conf, "--ip", "192.0.2.1", "--cert", folder / "alice.der", expect=0)
    assert got["cert"]["sha256"] == pki.alice.sha256
    run("check", "-c", conf, "--ip", "192.0.2.1", "--cert", folder / "missing", expect=64)


def test_check_for_people(conf, pki):
    _, out, _ = run("check", "-c", conf, "--ip", "192.0.2.2", expect=1)
    for word in ["deny", "default", "mismatch", "client.example", "192.0.2.2"]:
        assert word in out


def test_check_over_ipv6(conf):
    got = check(conf, "--ip", "2001:db8::1", expect=1)
    assert got["rdns"]["hostname"] == "client.example"
    assert [q["type"] for q in got["rdns"]["queries"]] == ["PTR", "AAAA"]


def big_certificate(path, octets):
    """A self-signed certificate in PEM with an extension of this size."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "big")])
    filler = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.2"), bytes(octets))
    now = datetime.datetime.now()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.not_valid_before(now - DAY).not_valid_after(now + DAY)
    builder = builder.public_key(key.public_key()).add_extension(filler, False)
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("octets", [17_000, 60_000, 1_000_000])
@pytest.mark.parametrize("form", ["pem", "der"])
def test_check_explains_a_certificate_that_is_too_large(folder, conf, octets, form):
    file = big_certificate(folder / "big.pem", octets)
    if form == "der":
        der = ssl.PEM_cert_to_DER_cert(file.read_text())
        file.write_bytes(der)
    arguments = ["--ip", "192.0.2.7", "--verify-status", "SUCCESS", "--cert"]
    out = check(conf, *arguments, file, expect=1)
    assert out["reason"] == "cert_malformed" and "of more than " in out["cert"]["error"]
    small = big_certificate(folder / "small.pem", 10)
    out = check(conf, *arguments, small, "--chain", file, expect=1)
    assert out["reason"] == "cert_malformed" and "of more than " in out["cert"]["error"]


def test_check_explains_a_chain_that_is_too_long(folder, conf):
    cert, chain = big_certificate(folder / "cert.pem", 10), folder / "chain.pem"
    arguments = ["--ip", "192.0.2.7", "--verify-status", "SUCCESS", "--cert", cert, "--chain", chain]
    chain.write_bytes(cert.read_bytes() * 7)
    assert check(conf, *arguments, expect=0)["verdict"] == "allow"
    chain.write_bytes(cert.read_bytes() * 8)
    out = check(conf, *arguments, expect=1)
    assert out["reason"] == "cert_malformed" and out["cert"]["error"] == "more than 8 certificates"
