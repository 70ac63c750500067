# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""nginx's module: verdicts in shared memory, for exactly as long as doorward says."""

import itertools
import signal
import threading
import time

import pytest

import fcgi
from kit.nginx_module import Authorizer, ModuleNginx, check_configuration, needs_module, reply
from kit.process import wait_for

pytestmark = needs_module

SAY = "location / { doorward staff; return 200 '$doorward_cached $doorward_hostname'; }"
ANN, BOB = "192.0.2.1", "192.0.2.2"


class Told(Authorizer):
    """An authorizer that tells a generation; None: it does not know the name."""

    generation = "0000000000000001"
    polls = 0

    def values(self, content):
        self.polls += 1
        pairs = [] if self.generation is None else [("DOORWARD_GENERATION", self.generation)]
        return fcgi.record(fcgi.GET_VALUES_RESULT, fcgi.encode_pairs(pairs), id=0)


class Apart(Told):
    """One whose connections are told apart; `silent` tells no generation any more."""

    silent = None

    def __init__(self, path, answer):
        self.lines, self.asked_on = {}, {}
        super().__init__(path, answer)

    def _serve(self, line):
        self.lines[threading.get_ident()] = line
        super()._serve(line)

    def values(self, content):
        if self.lines[threading.get_ident()] is self.silent:
            return b""
        return super().values(content)

    def _reply(self, line, number, pairs):
        self.asked_on[pairs["REMOTE_ADDR"]] = line
        super()._reply(line, number, pairs)


@pytest.fixture
def kept(folder, stack):
    """Starts an authorizer and nginx with a zone."""

    def start(answer, server=SAY, zone="verdicts:1m", kind=Told, **more):
        authorizer = kind(folder / "a.sock", answer)
        stack.callback(authorizer.stop)
        nginx = ModuleNginx(
            folder, server, f"doorward_server unix:{authorizer.path};\ndoorward_zone {zone};", **more
        )
        stack.callback(nginx.close)
        wait_for(lambda: authorizer.polls >= more.get("workers", 1), "the generation")
        time.sleep(0.1)
        return authorizer, nginx

    return start


def count(*names):
    return lambda n, params: reply(200, 60, X_Client_Hostname=f"h{n}", X_Doorward_Vary="-")


def test_a_verdict_is_kept(kept):
    authorizer, nginx = kept(count())
    assert [nginx.get(f"/{i}", ANN, {"User-Agent": str(i)}).body for i in range(3)] == [
        "0 h0", "1 h0", "1 h0"
    ]
    assert nginx.get("/", BOB).body == "0 h1"
    assert len(authorizer.asked) == 2


def test_a_denial_is_kept(kept):
    authorizer, nginx = kept(lambda n, p: reply(403, 60, X_Doorward_Vary="-"))
    assert [nginx.get("/", ANN).status for _ in range(3)] == [403] * 3
    assert len(authorizer.asked) == 1


def test_for_as_long_as_doorward_says(kept):
    authorizer, nginx = kept(lambda n, p: reply(200, 1, X_Doorward_Vary="-"))
    nginx.get("/", ANN)
    assert nginx.get("/", ANN).body.startswith("1")
    time.sleep(1.1)
    assert nginx.get("/", ANN).body.startswith("0")
    assert len(authorizer.asked) == 2


@pytest.mark.parametrize("status, expires", [(200, 0), (503, 60), (500, 60), (302, 60)])
def test_what_is_not_kept(kept, status, expires):
    authorizer, nginx = kept(lambda n, p: reply(status, expires, X_Doorward_Vary="-"))
    for _ in range(2):
        nginx.get("/", ANN)
    assert len(authorizer.asked) == 2


def test_off(kept):
    authorizer, nginx = kept(count(), SAY.replace("staff;", "staff; doorward_zone off;"))
    assert [nginx.get("/", ANN).body for _ in range(2)] == ["0 h0", "0 h1"]


CLAIMS = {
    "HTTP_USER_AGENT": ("/", {"User-Agent": "other"}),
    "REQUEST_URI": ("/other", {}),
}


# From these nothing can be read, so that all claims count.
UNREADABLE = [
    None, "X", "HTTP_USER_AGENT,REQUEST_URI", "HTTP_USER_AGENT, ", "HTTP_USER_AGENT,", "REQUEST_URI, X",
    "HTTP_USER_AGENT , REQUEST_URI", ", HTTP_USER_AGENT", "-, HTTP_USER_AGENT", "http_user_agent",
]  # fmt: skip


@pytest.mark.parametrize(
    "vary", ["-", "HTTP_USER_AGENT", "REQUEST_URI, HTTP_USER_AGENT", *UNREADABLE]
)
def test_by_the_parameters_that_decide(kept, vary):
    fields = {} if vary is None else {"X_Doorward_Vary": vary}
    authorizer, nginx = kept(lambda n, p: reply(200, 60, **fields))
    nginx.get("/", ANN)
    nginx.get("/", ANN)
    assert len(authorizer.asked) == 1
    for name, (path, headers) in CLAIMS.items():
        before = len(authorizer.asked)
        nginx.get(path, ANN, headers)
        expected = vary in UNREADABLE or name in vary
        assert len(authorizer.asked) == before + expected, (name, vary)


def test_by_everything_else(kept):
    """The policy, the address, and any parameter of the user's own."""
    authorizer, nginx = kept(
        count(),
        "location / { doorward $arg_policy; doorward_param MORE $arg_more;"
        " return 200 $doorward_hostname; }",
    )
    seen = set()
    for policy, more, client in itertools.product(["a", "ab"], ["", "b", "c"], [ANN, BOB]):
        for _ in range(2):
            seen.add(nginx.get(f"/?policy={policy}&more={more}", client).body)
    assert len(seen) == len(authorizer.asked) == 12


def test_another_generation_ends_it(kept):
    authorizer, nginx = kept(count())
    assert [nginx.get("/", ANN).body for _ in range(2)] == ["0 h0", "1 h0"]
    authorizer.generation = "0000000000000002"
    time.sleep(1)
    assert nginx.get("/", ANN).body == "0 h1"
    assert nginx.get("/", ANN).body == "1 h1"


def test_an_answer_of_the_last_generation_is_not_kept(kept):
    """The question was asked before the change, and answered after it."""
    ready = threading.Event()

    def answer(n, params):
        if n == 0:
            ready.wait(10)
        return reply(200, 60, X_Client_Hostname=f"h{n}", X_Doorward_Vary="-")

    authorizer, nginx = kept(answer)
    with nginx.connect() as line:
        line.http.putrequest("GET", "/")
        line.http.putheader("X-Played-Client", ANN)
        line.http.endheaders()
        wait_for(lambda: authorizer.asked, "a question")
        authorizer.generation, polls = "0000000000000003", authorizer.polls
        wait_for(lambda: authorizer.polls > polls + 1, "two polls")
        ready.set()
        assert line.http.getresponse().read() == b"0 h0"
    assert nginx.get("/", ANN).body == "0 h1"


def test_each_connection_has_a_generation(kept):
    """One worker of doorward has the new configuration, and another does not have it yet."""
    authorizer, nginx = kept(count(), kind=Apart, workers=2)
    authorizer.silent = list(authorizer.lines.values())[1]
    authorizer.generation, polls = "0000000000000002", authorizer.polls
    wait_for(lambda: authorizer.polls > polls + 1, "two polls")
    clients = (f"192.0.2.{n}" for n in range(1, 255))
    client = next(
        c
        for c in clients
        if nginx.get("/", c).status == 200 and authorizer.asked_on[c] is authorizer.silent
    )
    assert nginx.get("/", client).body.startswith("0")


def test_a_server_without_a_generation(kept):
    authorizer, nginx = kept(count())
    authorizer.generation = None
    time.sleep(1)
    assert [nginx.get("/", ANN).body for _ in range(2)] == ["0 h0", "1 h0"]


def test_a_restart_ends_it(kept):
    authorizer, nginx = kept(count(), f"doorward_timeout 1s; {SAY}")
    nginx.get("/", ANN)
    authorizer.stop()
    assert nginx.get("/", ANN).body == "1 h0"  # nothing can have changed its mind
    assert nginx.get("/", BOB).status == 503
    authorizer.generation = "0000000000000009"
    authorizer.restart()
    time.sleep(1)
    assert nginx.get("/", ANN).body.startswith("0")


def test_workers_share_it(kept):
    authorizer, nginx = kept(count(), workers=2)
    assert len({nginx.get("/", ANN).body[2:] for _ in range(40)}) <= 2
    assert len(authorizer.asked) <= 2


def test_a_reload_of_nginx_keeps_it(kept):
    authorizer, nginx = kept(count())
    nginx.get("/", ANN)
    started = nginx.log().count("start worker process ")
    polls = authorizer.polls
    nginx.process.send(signal.SIGHUP)
    wait_for(lambda: nginx.log().count("start worker process ") > started, "a reload")
    wait_for(lambda: authorizer.polls > polls + 2, "polls of the new worker")
    # What decides in the policy has to be learnt again; the verdict then is found by its key.
    nginx.get("/", BOB)
    assert nginx.get("/", ANN).body == "1 h0"


def test_a_full_zone_costs_speed_only(kept):
    authorizer, nginx = kept(
        lambda n, p: reply(200, 60, X_Client_Hostname="h" * 3000, X_Doorward_Vary="-"),
        zone="verdicts:64k",
    )
    with nginx.connect() as line:
        for i in range(200):
            assert line.ask("/", {"X-Played-Client": f"192.0.2.{i}"}).status == 200
            # The last one used stays.
            assert line.ask("/", {"X-Played-Client": f"192.0.2.{i}"}).body.startswith("1"), i
    assert len(authorizer.asked) == 200


def ask_at_once(nginx, clients):
    got = []

    def ask(client):
        got.append(nginx.get("/", client).body)

    threads = [threading.Thread(target=ask, args=(c,)) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_concurrent_requests_ask_once(kept):
    def answer(n, params):
        time.sleep(0.5)
        return reply(200, 60, X_Client_Hostname=f"h{n}", X_Doorward_Vary="-")

    authorizer, nginx = kept(answer)
    assert ask_at_once(nginx, [ANN] * 20) == ["0 h0"] * 20
    assert len(authorizer.asked) == 1


def test_each_request_counts_where_an_answer_is_for_one(kept):
    """As with a rate: each of the requests is asked about."""

    def answer(n, params):
        time.sleep(0.2)
        return reply(200, 0, X_Client_Hostname=f"h{n}", X_Doorward_Vary="-")

    authorizer, nginx = kept(answer)
    assert len(set(ask_at_once(nginx, [ANN] * 20))) == 20
    assert len(authorizer.asked) == 20


@pytest.mark.parametrize(
    "zone, said",
    [("v", "needs NAME:SIZE"), ("v:x", "needs NAME:SIZE"), (":1m", "needs NAME:SIZE"),
     ("v:1k", "is too small"), ("v:1m; doorward_zone w:1m", "is duplicate")],
)
def test_what_nginx_refuses(folder, zone, said):
    status, output = check_configuration(folder, f"doorward_zone {zone};")
    assert status != 0 and said in output


def test_a_reload_of_doorward(folder, stack, doorward):
    door = doorward("[policy staff]\nrdns = off\nallow = ip 192.0.2.0/24\n")
    nginx = ModuleNginx(
        folder,
        "location / { doorward staff; return 200 $doorward_cached; }",
        f"doorward_server unix:{door.socket};\ndoorward_zone verdicts:1m;",
    )
    stack.callback(nginx.close)
    wait_for(lambda: nginx.get("/", ANN).body == "1", "a kept verdict")
    door.configure("[policy staff]\nrdns = off\nallow = ip 192.0.2.2\n")
    door.reload()
    door.wait_for_log("reload")
    time.sleep(1)
    assert nginx.get("/", ANN).status == 403
