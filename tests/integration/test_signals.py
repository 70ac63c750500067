# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""Signals: reload, rotation, and an orderly end."""

import signal

import fcgi
from kit.doorward import reason
from kit.names import reverse
from kit.process import connects, wait_for

CLIENT = {"REMOTE_ADDR": "192.0.2.1"}
OPEN = "[policy default]\nrdns = off\nallow = *\n"
SHUT = "[policy default]\nrdns = off\ndeny = *\n"


def test_reload(doorward):
    door = doorward(SHUT)
    with door.connection() as kept:
        assert kept.request(CLIENT).status == 403
        door.configure(OPEN)
        door.reload()
        wait_for(lambda: door.ask(CLIENT).status == 200, "the new policy")
        wait_for(lambda: kept.request(CLIENT).status == 200, "the new policy on a kept connection")
        door.configure(SHUT)
        door.reload()
        wait_for(lambda: kept.request(CLIENT).status == 403, "the old policy again")


def test_a_reload_names_the_keys_that_need_a_restart(doorward):
    door = doorward(OPEN, server="backlog = 100\nthreads = 1\nidle_timeout = 1m\n")


    def told(text):
        ends = [f"in force{text}{end}" for end in ('"', "\n")]
        wait_for(lambda: any(end in door.stderr() for end in ends), f"a reload{text}")

    door.reload()
    told("")
    text = door.file.read_text()
    door.file.write_text(text.replace("backlog = 100", "backlog = 200").replace("1m", "2m"))
    door.reload()
    told("; what it says of backlog needs a restart")
    door.file.write_text(text.replace("backlog = 100", "backlog = 9").replace("threads = 1", "threads = 2"))
    door.reload()
    told("; what it says of backlog, threads needs a restart")
    keys = "tcp_peers = 192.0.2.1\nadmin_peers = 192.0.2.1\nbacklog = 100"
    door.file.write_text(text.replace("backlog = 100", keys))
    door.reload()
    told("; what it says of tcp_peers, admin_peers needs a restart")


def test_a_bad_file_changes_nothing_and_says_why(doorward):
    door = doorward(OPEN)
    door.configure("[policy default]\nrdns = perhaps\nallow = *\nnonsense = 1\n")
    door.reload()
    door.wait_for_log("nothing has changed")
    assert "perhaps" in door.stderr() and "nonsense" in door.stderr()
    for _ in range(10):
        assert door.ask(CLIENT).status == 200
    door.file.unlink()
    door.reload()
    wait_for(lambda: door.stderr().count("nothing has changed") == 2, "the second refusal")
    assert door.ask(CLIENT).status == 200
    door.configure(SHUT)
    door.reload()
    wait_for(lambda: door.ask(CLIENT).status == 403, "the mended file")


def test_many_reloads_under_way(doorward, tap):
    """Requests in flight are decided by the configuration they began with."""

    def probe(action):
        return f"[policy probe]\nrdns = off\n{action} = *\n"

    door = doorward(
        "[policy default]\nallow = host client.example\n" + probe("deny"),
        dns="timeout = 10s\nlookup_timeout = 20s",
        server_of_names=tap,
    )
    tap.hold(reverse("192.0.2.1"))
    with door.connection() as waiting:
        waiting.send(fcgi.request_bytes(CLIENT))
        tap.wait_for_query(reverse("192.0.2.1"))
        for action, status in [("allow", 200), ("deny", 403)] * 10:
            door.configure(SHUT + probe(action))
            door.reload()
            wait_for(
                lambda: door.ask(CLIENT, DOORWARD_POLICY="probe").status == status, "the reload"
            )
        tap.release()
        reply = waiting.read_reply()
        assert (reply.status, reason(reply)) == (200, "rule")
        assert reply.header("X-Client-Hostname") == "client.example"


def test_cached_names_survive_a_reload(doorward, tap):
    policy = "[policy default]\nallow = host client.example\n"
    door = doorward(policy, server_of_names=tap)
    assert door.ask(CLIENT).status == 200
    asked = tap.count()
    door.configure(policy + "[policy new]\nrdns = off\nallow = *\n")
    door.reload()
    wait_for(lambda: door.ask(CLIENT, DOORWARD_POLICY="new").status == 200, "the reload")
    assert door.ask(CLIENT).status == 200
    assert tap.count() == asked


def test_reload_takes_a_new_list_and_a_new_zone(doorward, folder):
    zone = (
        "$TTL 600\n2.0.192.in-addr.arpa. SOA ns.example. host.example. 1 3600 600 86400 60\n"
        "1.2.0.192.in-addr.arpa. PTR {name}.\n{name}. A 192.0.2.1\n"
    )
    (folder / "names.zone").write_text(zone.format(name="old.example"))
    (folder / "hosts").write_text("new.example\n")
    door = doorward(
        "[policy default]\nallow = host in file:hosts\n", dns="static_zone = names.zone"
    )
    assert door.ask(CLIENT).status == 403
    (folder / "names.zone").write_text(zone.format(name="new.example"))
    door.reload()
    wait_for(lambda: door.ask(CLIENT).status == 200, "the new zone")
    (folder / "hosts").write_text("other.example\n")
    door.reload()
    wait_for(lambda: door.ask(CLIENT).status == 403, "the new list")


def test_reload_looks_again_for_included_files(doorward, folder):
    (folder / "conf.d").mkdir()
    door = doorward(
        "[policy default]\nallow = ip 192.0.2.1\n", before="include = conf.d/*.ini\n"
    )
    assert door.ask(CLIENT, DOORWARD_POLICY="b").status == 403
    for name in ("b", "a"):
        (folder / "conf.d" / f"{name}.ini").write_text(f"[policy {name}]\nparent = default\n")
    door.reload()
    wait_for(lambda: door.ask(CLIENT, DOORWARD_POLICY="a").status == 200, "the new files")
    assert door.ask(CLIENT, DOORWARD_POLICY="b").status == 200
    (folder / "conf.d" / "c.ini").write_text("[policy a]\n")
    door.reload()
    door.wait_for_log(f"{folder}/conf.d/c.ini:1:1: .*is given twice, first in {folder}/conf.d/a.ini")
    (folder / "conf.d" / "a.ini").unlink()
    (folder / "conf.d" / "c.ini").unlink()
    door.reload()
    wait_for(lambda: door.ask(CLIENT, DOORWARD_POLICY="a").status == 403, "one file less")
    assert door.ask(CLIENT, DOORWARD_POLICY="b").status == 200


def test_logs_are_reopened(doorward, folder):
    """Lines that come while the file is replaced may still be in the old one."""
    log, old = folder / "decisions.log", folder / "decisions.log.1"
    door = doorward(OPEN, log=f"target = file:{log}")

    def decisions(file):
        return file.read_text().count('"verdict"') if file.exists() else 0

    assert door.ask(CLIENT).status == 200
    wait_for(lambda: decisions(log) == 1, "a decision in the file")
    log.rename(old)
    assert door.ask(CLIENT).status == 200
    door.process.send(signal.SIGUSR1)

    def asks():
        assert door.ask(CLIENT).status == 200
        return decisions(log)

    wait_for(asks, "a decision in the new file")
    wait_for(lambda: decisions(old) + decisions(log) == door.decided, "each decision in one of them")
    assert decisions(old) >= 2
    assert '"verdict"' not in door.stderr()


def test_the_end_waits_for_what_is_in_flight(doorward, tap):
    door = doorward(
        "[policy default]\nallow = host client.example\n",
        dns="timeout = 10s\nlookup_timeout = 20s",
        server="grace = 30s",
        server_of_names=tap,
    )
    tap.hold(reverse("192.0.2.1"))
    with door.connection() as waiting, door.connection() as idle:
        idle.send(fcgi.get_values("FCGI_MPXS_CONNS"))
        idle.read_record()
        waiting.send(fcgi.request_bytes(CLIENT, keep=True))
        tap.wait_for_query(reverse("192.0.2.1"))
        door.process.send(signal.SIGTERM)
        assert idle.closed_by_peer()
        wait_for(lambda: not connects(door.where()), "a closed door")
        assert door.process.running()
        tap.release()
        assert waiting.read_reply().status == 200
        assert waiting.closed_by_peer()
    assert door.process.ended() == 0
    assert not door.socket.exists()


def test_no_signal_cuts_the_end_short(doorward, tap):
    door = doorward(
        "[policy default]\nallow = host client.example\n",
        dns="timeout = 10s\nlookup_timeout = 20s",
        server="grace = 30s",
        server_of_names=tap,
    )
    tap.hold(reverse("192.0.2.1"))
    with door.connection() as waiting:
        waiting.send(fcgi.request_bytes(CLIENT))
        tap.wait_for_query(reverse("192.0.2.1"))
        door.process.send(signal.SIGTERM)
        wait_for(lambda: not connects(door.where()), "a closed door")
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
            door.process.send(number)
        tap.release()
        assert waiting.read_reply().status == 200
    assert door.process.ended() == 0
    assert not door.socket.exists()


def test_grace_ends(doorward, tap):
    door = doorward(
        dns="timeout = 30s\nlookup_timeout = 60s",
        server="grace = 200ms",
        server_of_names=tap,
    )
    tap.hold()
    with door.connection() as waiting:
        waiting.send(fcgi.request_bytes(CLIENT))
        wait_for(tap.count, "a query")
        door.stop()


def test_interrupt_is_an_orderly_end_too(doorward):
    door = doorward(OPEN)
    with door.connection() as kept:
        assert kept.request(CLIENT).status == 200
        door.stop(signal.SIGINT)
        assert kept.closed_by_peer()


def test_signals_in_quick_succession(doorward):
    door = doorward(OPEN)
    for _ in range(50):
        door.process.send(signal.SIGHUP)
        door.process.send(signal.SIGUSR1)
    assert door.ask(CLIENT).status == 200
    door.process.send(signal.SIGHUP)
    door.stop()
