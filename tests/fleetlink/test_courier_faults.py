"""Sending to a server that lies, hangs, changes or dies, from a process that is killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hygie.core.clock import SystemClock
from hygie.fleetlink import courier
from hygie.fleetlink.errors import (
    ServerRefused,
    ServerUnproven,
)
from hygie.fleetlink.link import read_link
from hygie.fleetlink.messages import BATCH_PATH, Message
from hygie.fleetlink.outbox import Outbox
from tests.conftest import LONG
from tests.fleetlink import server as faults
from tests.fleetlink.conftest import Workstation
from tests.fleetlink.server import Practice, make_certificate, serving

HOSTILE_ANSWERS = {
    "empty": b"",
    "not JSON": b"<html>",
    "deep": b"[" * 100_000,
    "no time": faults.said(stored=[]),
    "a time without offset": faults.said(stored=[], server_time="2026-11-24T09:00:00"),
    "identifiers that are none": faults.said(stored=["x"], server_time="2026-11-24T09:00:00Z"),
}


@pytest.mark.parametrize("name", HOSTILE_ANSWERS)
def test_an_unreadable_answer_is_no_receipt(name: str, joined: Workstation, practice: Practice) -> None:
    joined.add(2)
    practice.faults = [faults.status(200, HOSTILE_ANSWERS[name])] * 50
    assert joined.flush() == courier.Sent("unreachable", 0, 0, 2)
    assert len(joined.waiting()) == 2


@pytest.mark.parametrize("fault", [faults.giant, faults.drip, faults.drip_headers], ids=lambda fault: fault.__name__)
def test_a_giant_or_endless_answer_is_cut(fault: faults.Fault, joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.faults = [fault]
    start = time.monotonic()
    assert joined.flush() == courier.Sent("done", 1, 0, 0)
    assert time.monotonic() - start < 8


def test_a_redirect_is_not_followed(joined: Workstation, practice: Practice) -> None:
    elsewhere = Practice()
    joined.add()
    with serving(elsewhere) as url:
        practice.faults = [faults.status(307, Location=f"{url}{BATCH_PATH}")]
        with pytest.raises(ServerRefused):
            joined.flush()
    assert elsewhere.requests == []
    assert len(joined.waiting()) == 1


def test_a_proxy_of_the_environment_is_not_asked(
    joined: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    joined.add()
    assert joined.flush().state == "done"


def test_a_server_that_stores_nothing_is_not_asked_for_ever(joined: Workstation, practice: Practice) -> None:
    joined.add()
    empty = faults.said(stored=[], server_time=joined.time.now().isoformat())
    practice.faults = [faults.status(200, empty)] * 50
    with pytest.raises(ServerRefused):
        joined.flush()
    assert len(practice.requests) == 1
    assert joined.waiting()


def test_a_server_cannot_erase_what_it_was_not_sent(joined: Workstation, practice: Practice) -> None:
    messages = joined.add(700)
    every = [str(message.id) for message in messages]
    lie = faults.said(stored=every[200:], server_time=joined.time.now().isoformat())
    practice.faults = [faults.status(200, lie)]
    joined.flush()
    assert set(practice.stored) == {message.id for message in messages[:200] + messages[500:]}


def test_a_new_certificate_is_trusted_once_announced(
    workstation: Workstation, practice: Practice, certificate: tuple[Path, str], tmp_path: Path
) -> None:
    renewed = make_certificate(tmp_path, "renewed")
    with serving(practice, certificate) as url:
        workstation.join(url, practice.show_code())
        workstation.add()
        workstation.flush()
        practice.next_fingerprint = renewed[1]
        workstation.add()
        workstation.flush()
    port = int(url.rsplit(":", 1)[1])
    assert read_link(workstation.folder).fingerprints == (certificate[1], renewed[1])
    practice.next_fingerprint = ""
    with serving(practice, renewed, port=port):
        workstation.add()
        assert workstation.flush().state == "done"
    assert read_link(workstation.folder).fingerprints == (renewed[1],)
    with serving(practice, certificate, port=port):  # the former one, stolen since
        workstation.add()
        with pytest.raises(ServerUnproven):
            workstation.flush()


def test_a_new_certificate_that_was_not_announced_is_refused(
    workstation: Workstation, practice: Practice, certificate: tuple[Path, str], tmp_path: Path
) -> None:
    with serving(practice, certificate) as url:
        workstation.join(url, practice.show_code())
    workstation.add()
    other, port = make_certificate(tmp_path, "other"), int(url.rsplit(":", 1)[1])
    with serving(practice, other, port=port), pytest.raises(ServerUnproven):
        workstation.flush()
    assert len(workstation.waiting()) == 1


WRITER = """
import sys
from pathlib import Path
from hygie.core.clock import SystemClock
from hygie.fleetlink.client import World, new_message
from hygie.fleetlink.courier import flush
from hygie.fleetlink.messages import EventBody
from hygie.fleetlink.outbox import Outbox
folder = Path(sys.argv[1])
with Outbox(folder) as outbox:
    n = 0
    while True:
        message = new_message("event", EventBody("watch.logon", 1, f"n {n}"), SystemClock().now())
        outbox.add(message)
        print(message.id, flush=True)
        n += 1
        if n % 5 == 0:
            flush(folder, outbox, world=World())
"""


def test_kills_at_any_moment_lose_nothing_and_store_nothing_twice(
    workstation: Workstation, certificate: tuple[Path, str]
) -> None:
    """A process adds and sends without pause, and is killed, 20 times (100 in the long tier)."""
    practice, chance, promised = Practice(), random.Random(20), set()
    workstation.time.start = SystemClock().now()
    with serving(practice, certificate) as url:
        workstation.join(url, practice.show_code())
        for _ in range(100 if LONG else 20):
            writer = subprocess.Popen(
                [sys.executable, "-B", "-c", WRITER, os.fspath(workstation.folder)], stdout=subprocess.PIPE, text=True
            )
            assert writer.stdout is not None
            promised.add(writer.stdout.readline().strip())
            time.sleep(chance.uniform(0, 0.25))
            writer.send_signal(signal.SIGKILL)
            # A kill may cut the last line: an identifier counts once it was told whole.
            lines = writer.communicate()[0].split("\n")[:-1]
            promised |= set(lines)
        left = everything_left(workstation)
        assert promised <= {str(one) for one in practice.stored} | {str(message.id) for message in left}
        workstation.time.start = SystemClock().now()
        assert workstation.flush().state == "done"
    assert promised <= {str(one) for one in practice.stored}
    assert len(promised) >= (100 if LONG else 20)
    summaries = [message.id for message in practice.stored.values()]
    assert len(summaries) == len(set(summaries))


def everything_left(workstation: Workstation) -> list[Message]:
    with Outbox(workstation.folder) as outbox:
        return outbox.pending(100_000, 10**9)


def test_two_senders_at_once_lose_nothing(joined: Workstation, practice: Practice) -> None:
    import threading

    messages = joined.add(600)
    outcomes: list[courier.Sent] = []
    threads = [threading.Thread(target=lambda: outcomes.append(joined.flush())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == 3
    assert set(practice.stored) == {message.id for message in messages}
    assert joined.waiting() == []
