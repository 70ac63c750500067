# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""FastCGI to the real program on the wire, valid and invalid by the specification."""

import random
import re
import socket
import struct
import time

import pytest

import fcgi
from kit.doorward import reason
from kit.process import wait_for

POLICY = "[policy default]\nrdns = off\nallow = ip 192.0.2.0/24\n"
IN, OUT = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "198.51.100.1"}


@pytest.fixture
def door(doorward):
    return doorward(POLICY)


def still_answers(door):
    assert door.ask(IN).status == 200
    assert door.ask(OUT).status == 403


@pytest.mark.parametrize("sizes", [1, (8, 1), 7, 13, (16, 3, 5)])
def test_every_split_gives_the_same_response(door, sizes):
    pairs = dict(IN, HTTP_USER_AGENT="x" * 200, HTTP_COOKIE="")
    whole = door.ask(pairs)
    split = fcgi.request(door.address, pairs, sizes=sizes)
    assert split.without_id() == whole.without_id() and split.status == 200


def test_params_cut_into_records_anywhere(door):
    for size in [1, 2, 3, 11, 100]:
        with door.connection() as c:
            c.send(fcgi.begin() + fcgi.params(IN, size=size) + fcgi.stdin())
            assert c.read_reply().status == 200


@pytest.mark.parametrize("padding", [0, 1, 7, 255])
def test_padding(door, padding):
    with door.connection() as c:
        for part in (fcgi.begin, lambda **how: fcgi.params(IN, **how), fcgi.stdin):
            c.send(part(padding=padding))
        assert c.read_reply().status == 200


def test_long_lengths_of_short_names(door):
    with door.connection() as c:
        c.send(fcgi.begin() + fcgi.params(IN, wide=True) + fcgi.stdin())
        assert c.read_reply().status == 200


def test_the_response_is_sent_at_the_empty_params(door):
    """Apache sends no STDIN at all, lighttpd sends no STDIN for a POST."""
    for role in [fcgi.RESPONDER, fcgi.AUTHORIZER]:
        assert fcgi.request(door.address, IN, role=role, stdin=None).status == 200


def test_a_body_is_skipped(door):
    body = b"b" * 200_000
    with door.connection() as c:
        assert c.request(IN, stdin=body).status == 200
        assert c.request(OUT, stdin=body).status == 403


def test_kept_connections(door):
    with door.connection() as c:
        for n in range(200):
            assert c.request(IN if n % 2 else OUT).status == (200 if n % 2 else 403)


def test_without_keep_conn_the_server_closes(door):
    with door.connection() as c:
        c.send(fcgi.request_bytes(IN))
        assert c.read_reply().status == 200
        assert c.closed_by_peer()


def test_several_requests_in_one_write(door):
    """Pipelined, without waiting."""
    with door.connection() as c:
        c.send(fcgi.request_bytes(IN, keep=True) * 20)
        for _ in range(20):
            assert c.read_reply().status == 200


def test_interleaved_requests(door):
    ids = range(1, 17)
    with door.connection() as c:
        c.send(b"".join(fcgi.begin(keep=True, id=i) for i in ids))
        streams = {i: fcgi.params(IN if i % 2 else OUT, id=i, size=5) for i in ids}
        records = {i: fcgi.parse_records(s)[0] for i, s in streams.items()}
        for n in range(max(map(len, records.values()))):
            for i in ids:
                if n < len(records[i]):
                    r = records[i][n]
                    c.send(fcgi.record(r.type, r.content, id=i))
        replies = c.read_replies(ids)
        assert {i: r.status for i, r in replies.items()} == {
            i: 200 if i % 2 else 403 for i in ids
        }


def test_a_slow_request_does_not_hold_up_another_on_its_connection(doorward, tap):
    door = doorward(
        "[policy default]\n[policy off]\nrdns = off\nallow = *\n",
        dns="timeout = 10s\nlookup_timeout = 20s",
        server_of_names=tap,
    )
    tap.hold()
    with door.connection() as c:
        c.send(fcgi.request_bytes(IN, keep=True, id=1))
        c.send(fcgi.request_bytes(dict(IN, DOORWARD_POLICY="off"), keep=True, id=2))
        assert c.read_reply(2).status == 200
        tap.release()
        assert c.read_reply(1).status == 403


def test_too_many_requests_on_one_connection(doorward):
    door = doorward(POLICY, server="max_requests_per_connection = 2")
    with door.connection() as c:
        for i in (1, 2, 3):
            c.send(fcgi.begin(keep=True, id=i))
        refused = c.read_reply(3)
        assert refused.protocol_status in (fcgi.CANT_MPX_CONN, fcgi.OVERLOADED)
        assert refused.stdout == b""
        c.send(fcgi.params(IN, id=3))  # the rest of the refused request is skipped
        for i in (1, 2):
            c.send(fcgi.params(IN, id=i))
        assert {r.status for r in c.read_replies([1, 2]).values()} == {200}
        assert c.request(IN, id=3).status == 200


def test_get_values(door):
    with door.connection() as c:
        c.send(fcgi.get_values("FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS", "NONSENSE"))
        answer = c.read_record()
        assert (answer.type, answer.id) == (fcgi.GET_VALUES_RESULT, 0)
        values = dict(fcgi.decode_pairs(answer.content))
        assert values[b"FCGI_MPXS_CONNS"] == b"1"
        assert int(values[b"FCGI_MAX_CONNS"]) > 0 and int(values[b"FCGI_MAX_REQS"]) > 0
        assert b"NONSENSE" not in values
        assert c.request(IN).status == 200


def generation(door):
    with door.connection() as c:
        c.send(fcgi.get_values("DOORWARD_GENERATION"))
        return dict(fcgi.decode_pairs(c.read_record().content))[b"DOORWARD_GENERATION"]


def next_generation(door, old):
    wait_for(lambda: generation(door) != old, "another generation")
    return generation(door)


def test_the_generation_changes_with_what_decides(doorward, folder):
    allowed = folder / "allowed"
    allowed.write_text("192.0.2.1\n")
    door = doorward(f"[policy default]\nallow = ip in file:{allowed}\n")
    generations = [generation(door)]
    assert re.fullmatch(rb"[0-9a-f]{16}", generations[0])
    assert generation(door) == generations[0]
    door.reload()
    generations.append(next_generation(door, generations[-1]))
    allowed.write_text("192.0.2.2\n")
    generations.append(next_generation(door, generations[-1]))
    assert door.ask({"REMOTE_ADDR": "192.0.2.2"}).status == 200
    assert generation(door) == generations[-1]
    door.stop()
    generations.append(generation(doorward(POLICY)))
    assert len(set(generations)) == len(generations)


def test_unknown_management_records(door):
    with door.connection() as c:
        c.send(fcgi.record(99, b"whatever", id=0))
        answer = c.read_record()
        assert (answer.type, answer.id) == (fcgi.UNKNOWN_TYPE, 0)
        assert answer.content[0] == 99
        assert c.request(IN).status == 200


@pytest.mark.parametrize("role", [fcgi.FILTER, 0, 4, 65535])
def test_unknown_roles(door, role):
    with door.connection() as c:
        c.send(fcgi.begin(role, keep=True))
        reply = c.read_reply()
        assert reply.protocol_status == fcgi.UNKNOWN_ROLE and reply.stdout == b""
        c.send(fcgi.params(IN) + fcgi.stdin())
        assert c.request(IN, id=2).status == 200


@pytest.mark.parametrize("version", [0, 2, 255])
def test_a_wrong_version_ends_the_connection(door, version):
    with door.connection() as c:
        c.send(fcgi.begin(version=version))
        assert c.read_record() is None
    still_answers(door)


def test_abort_before_the_response(doorward, tap):
    door = doorward(dns="timeout = 10s\nlookup_timeout = 20s", server_of_names=tap)
    tap.hold()
    with door.connection() as c:
        c.send(fcgi.request_bytes(IN, keep=True, id=5))
        wait_for(tap.count, "a query")
        c.send(fcgi.abort(id=5))
        ended = c.read_reply(5)
        assert ended.stdout == b""
        tap.heal()
        assert c.request(dict(REMOTE_ADDR="192.0.2.4"), id=5).status == 403


def test_abort_in_the_middle_of_params(door):
    with door.connection() as c:
        c.send(fcgi.begin(keep=True) + fcgi.params(OUT, end=False) + fcgi.abort())
        assert c.read_reply().stdout == b""
        assert c.request(IN).status == 200


def test_abort_of_nothing(door):
    with door.connection() as c:
        c.send(fcgi.abort(id=9))
        assert c.request(IN).status == 200


def test_clients_that_leave(doorward, tap):
    """In the middle of a record, of a request, and of a lookup."""
    door = doorward(
        "[policy default]\n[policy off]\nrdns = off\nallow = *\n",
        dns="lookup_timeout = 1s",
        server_of_names=tap,
    )
    tap.drop()
    whole = fcgi.request_bytes(IN)
    for cut in range(0, len(whole), 5):
        with door.connection() as c:
            c.send(whole[:cut])
    for _ in range(10):
        with door.connection() as c:
            c.send(whole)
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert door.ask(IN, DOORWARD_POLICY="off").status == 200


def test_oversized_params_are_denied_and_the_connection_lives(doorward):
    door = doorward(POLICY, server="max_params = 16K")
    with door.connection() as c:
        for size in [17_000, 100_000, 3_000_000]:
            big = list(IN.items()) + [("HTTP_COOKIE", "c" * size)]
            refused = c.request(big)
            assert (refused.status, reason(refused)) == (403, "bad_input")
            assert c.request(IN).status == 200
        many = list(IN.items()) + [("X", "y")] * 10_000
        assert c.request(many).status == 403
        assert c.request(IN).status == 200
    # The inputs before the limit say which client sent it.
    refused = [line for line in door.decisions() if line["reason"] == "bad_input"]
    assert [line["ip"] for line in refused] == [IN["REMOTE_ADDR"]] * 4


def test_params_that_end_inside_a_pair_are_denied(door):
    with door.connection() as c:
        good = fcgi.encode_pairs(IN)
        for bad in [b"\x05", b"\x05\x05ab", b"\x80\x00", b"\xff\xff\xff\xff\x00a", b"\x00\x7f"]:
            c.send(fcgi.begin(keep=True) + fcgi.stream(fcgi.PARAMS, good + bad) + fcgi.stdin())
            reply = c.read_reply()
            assert (reply.status, reason(reply)) == (403, "bad_input")
        assert c.request(IN).status == 200


def test_an_empty_request(door):
    with door.connection() as c:
        c.send(fcgi.begin(keep=True) + fcgi.params({}) + fcgi.stdin())
        assert c.read_reply().status == 403
        assert c.request(IN).status == 200


def test_records_for_requests_that_never_began(door):
    with door.connection() as c:
        c.send(fcgi.params(IN, id=7) + fcgi.stdin(b"x", id=7) + fcgi.record(fcgi.DATA, b"x", id=7))
        assert c.request(IN, id=8).status == 200


def test_beginning_twice_gives_one_response(door):
    with door.connection() as c:
        c.send(fcgi.begin(keep=True) + fcgi.begin(keep=True) + fcgi.params(OUT) + fcgi.stdin())
        try:
            assert c.read_reply().status in (403, None)
        except fcgi.ProtocolError:
            pass  # the connection may end, too
    still_answers(door)


def test_64_idle_kept_connections_delay_no_request(doorward):
    door = doorward(POLICY, server="threads = 1")
    idle = [door.connection() for _ in range(64)]
    try:
        for c in idle:
            assert c.request(IN).status == 200
        start = time.monotonic()
        for _ in range(10):
            assert door.ask(IN).status == 200
        assert time.monotonic() - start < 5
        for c in idle:
            assert c.request(OUT).status == 403
    finally:
        for c in idle:
            c.close()


def test_incomplete_requests_are_closed(doorward):
    door = doorward(POLICY, server="request_timeout = 300ms")
    with door.connection() as c:
        c.send(fcgi.begin(keep=True) + fcgi.params(IN, end=False))
        assert c.closed_by_peer(30)
    still_answers(door)


def test_idle_connections_are_closed(doorward):
    door = doorward(POLICY, server="idle_timeout = 1s")
    with door.connection() as c:
        assert c.request(IN).status == 200
        assert c.closed_by_peer(30)


def test_above_max_connections_new_ones_wait(doorward):
    door = doorward(POLICY, server="threads = 1\nmax_connections = 3")
    held = [door.connection() for _ in range(3)]
    try:
        for c in held:
            assert c.request(IN).status == 200
        with door.connection() as waiting:
            waiting.send(fcgi.request_bytes(IN))
            with pytest.raises(socket.timeout):
                waiting.read_reply(timeout=0.3)
            held.pop().close()
            assert waiting.read_reply(timeout=30).status == 200
    finally:
        for c in held:
            c.close()


def test_random_bytes_do_no_harm(door):
    """A short run; the long one is the fuzzers'."""
    dice = random.Random(1)
    whole = fcgi.request_bytes(IN, keep=True)
    for _ in range(200):
        data = bytearray(whole * 2 if dice.random() < 0.8 else dice.randbytes(200))
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            with door.connection() as c:
                c.send(bytes(data))
                c.sock.shutdown(socket.SHUT_WR)
                while c.sock.recv(65536):
                    pass
        except OSError:
            pass
    still_answers(door)
