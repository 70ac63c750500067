# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
"""The log and the responses: no response waits for the log, and it tells what it lost."""

import json
import os
import re
import select
import signal
import threading
from pathlib import Path

import fcgi
import pytest
from kit.doorward import reason
from kit import metrics
from kit.process import wait_for

POLICY = "[policy default]\nrdns = off\ndefault = allow\n"
LONG = {"REMOTE_ADDR": "192.0.2.1", "HTTP_USER_AGENT": "a" * 250, "REQUEST_URI": "/" + "b" * 250}


def ask_many(door, count):
    stream = fcgi.begin(keep=True) + fcgi.params(LONG) + fcgi.stdin(b"")
    with door.connection() as connection:
        for _ in range(count):
            connection.send(stream)
            assert reason(connection.read_reply()) == "default"


def decisions_in(text):
    """Whole lines only: the last line may be incomplete."""
    whole = text[: text.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines() if '"reason"' in line]


def lost_in(text):
    return sum(int(n) for n in re.findall(r"(\d+) line\(s\) of the log were lost", text))


class Fifo:
    """A named pipe as the log's file, at first held open by a process that does not read."""

    def __init__(self, folder):
        self.path = folder / "log.fifo"
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        self.text = b""

    def read(self):
        """All bytes that have come so far."""
        while select.select([self.fd], [], [], 0)[0]:
            piece = os.read(self.fd, 1 << 20)
            if not piece:
                break
            self.text += piece
        return self.text.decode()


@pytest.fixture
def fifo(tmp_path):
    pipe = Fifo(tmp_path)
    yield pipe
    os.close(pipe.fd)


def test_a_log_without_a_reader_delays_no_response(doorward, fifo):
    asked = 6000
    door = doorward(POLICY, log=f"target = file:{fifo.path}", server="threads = 1")
    ask_many(door, asked)
    text = wait_for(
        lambda: (lost_in(fifo.read()) > 0 and fifo.read()), "the loss told, once there is room"
    )
    wait_for(
        lambda: len(decisions_in(fifo.read())) + lost_in(fifo.text.decode()) == asked,
        "each line written or told as lost",
    )
    assert 0 < len(decisions_in(text)) < asked
    lost = metrics.scrape(door).series["doorward_log_lines_lost_total", ()]
    assert lost == lost_in(fifo.text.decode())
    # And it goes on as before.
    ask_many(door, 10)
    wait_for(
        lambda: len(decisions_in(fifo.read())) + lost_in(fifo.text.decode()) == asked + 10,
        "ten more lines",
    )


@pytest.mark.parametrize("way", ["reload", "stop"])
def test_a_blocked_log_does_not_hold_up_signals(doorward, fifo, tmp_path, way):
    door = doorward(POLICY, log=f"target = file:{fifo.path}")
    ask_many(door, 1000)
    if way == "reload":
        after = tmp_path / "after.log"
        door.configure(POLICY, log=f"format = json\ntarget = file:{after}")
        door.reload()
        wait_for(lambda: after.exists() and "is in force" in after.read_text(), "a reload")
        # The lines that did not fit into the pipe have come, too.
        both = decisions_in(fifo.read()) + decisions_in(after.read_text())
        assert len(both) >= 1000
    door.stop()


def test_rotation_under_load_loses_no_line(doorward, tmp_path):
    log = tmp_path / "log"
    door = doorward(POLICY, log=f"target = file:{log}")
    crowd = [threading.Thread(target=ask_many, args=(door, 1500)) for _ in range(3)]
    for thread in crowd:
        thread.start()
    rotated = 0
    while any(thread.is_alive() for thread in crowd):
        log.rename(tmp_path / f"log.{rotated}")
        rotated += 1
        door.process.send(signal.SIGUSR1)
        wait_for(log.exists, "the log, opened again")
    for thread in crowd:
        thread.join()
    door.stop()
    parts = [decisions_in(part.read_text()) for part in Path(tmp_path).glob("log*")]
    assert len(parts) == rotated + 1
    assert sum(map(len, parts)) == 4500


def test_the_last_lines_are_written_at_the_end(doorward):
    door = doorward(POLICY)
    ask_many(door, 500)
    door.stop()
    assert len(door.decisions()) == 500


def test_a_reader_that_ends_loses_only_lines(doorward, fifo):
    door = doorward(POLICY, log=f"target = file:{fifo.path}")
    ask_many(door, 10)
    wait_for(lambda: len(decisions_in(fifo.read())) == 10, "ten lines")
    os.close(fifo.fd)
    ask_many(door, 1000)
    fifo.fd = os.open(fifo.path, os.O_RDONLY | os.O_NONBLOCK)
    wait_for(
        lambda: len(decisions_in(fifo.read())) + lost_in(fifo.text.decode()) == 1010,
        "the lines, once somebody reads again",
    )
    door.stop()
