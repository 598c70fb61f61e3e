"""Joining and leaving, over real TLS: impostors, wrong and old codes, lost answers."""

import socket
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from select import select

import pytest

from hygie.fleetlink import client
from hygie.fleetlink.errors import (
    AlreadyJoined,
    CodeRefused,
    FleetError,
    LinkUnreadable,
    NotJoined,
    ServerRefused,
    ServerUnproven,
    ServerUnreachable,
    UnsentKept,
)
from hygie.fleetlink.link import LINK_FILE, read_link
from hygie.fleetlink.messages import HELLO_PATH, JOIN_PATH
from hygie.fleetlink.outbox import OUTBOX_FILE, Outbox
from hygie.fleetlink.signing import KEY_FILE
from tests.fleetlink import server as faults
from tests.fleetlink.conftest import Workstation
from tests.fleetlink.server import Practice, make_certificate, serving


def test_a_workstation_joins_with_the_code_on_the_server_s_page(
    workstation: Workstation, practice: Practice, url: str
) -> None:
    link = workstation.join(url, practice.show_code().lower())
    ((device, about),) = practice.devices.items()
    assert (link.device, link.practice, link.name, link.url) == (device, practice.name, "Accueil", url)
    assert link.fingerprints == (practice.fingerprint,)
    assert about.name == "Accueil"
    assert read_link(workstation.folder) == link
    for name in (LINK_FILE, KEY_FILE):
        assert stat.S_IMODE((workstation.folder / name).stat().st_mode) == 0o600


def test_the_code_is_written_nowhere(workstation: Workstation, practice: Practice, url: str) -> None:
    code = practice.show_code()
    workstation.join(url, code)
    for path in workstation.folder.iterdir():
        content = path.read_bytes()
        assert code.encode() not in content
        assert code.replace("-", "").encode() not in content


def test_plain_http_works_on_this_computer_only(workstation: Workstation, practice: Practice) -> None:
    with serving(practice) as url:
        assert url.startswith("http://127.")
        assert workstation.join(url, practice.show_code()).fingerprints == ("",)


def test_a_wrong_code_stops_after_the_server_s_proof(workstation: Workstation, practice: Practice, url: str) -> None:
    code = practice.show_code()
    with pytest.raises(ServerUnproven):
        workstation.join(url, ("1" if code[0] == "0" else "0") + code[1:])
    assert practice.requests == [HELLO_PATH]
    assert not (workstation.folder / LINK_FILE).exists()


def test_an_old_code_is_refused(workstation: Workstation, practice: Practice, url: str) -> None:
    code = practice.show_code()
    workstation.time.sleep(15 * 60)
    with pytest.raises(CodeRefused):
        workstation.join(url, code)


def test_a_code_serves_one_computer(workstation: Workstation, practice: Practice, url: str, tmp_path: Path) -> None:
    code = practice.show_code()
    workstation.join(url, code)
    with pytest.raises(CodeRefused):
        Workstation(tmp_path / "second", workstation.time).join(url, code)
    assert len(practice.devices) == 1


@contextmanager
def in_the_middle(target: str, certificate: tuple[Path, str], seen: list[bytes]) -> Iterator[str]:
    """Somebody on the network who ends TLS with his own certificate, relays both ways and keeps what he reads."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[0])
    trusting = ssl._create_unverified_context()
    host, port = target.removeprefix("https://").split(":")
    listener = socket.create_server(("127.0.0.1", 0))

    def both_ways(near: ssl.SSLSocket, far: ssl.SSLSocket) -> None:
        """One thread for both directions: two in one TLS connection trip over each other."""
        others = {near: far, far: near}
        with suppress(OSError), closing(near), closing(far):
            while ready := [one for one in others if one.pending()] or select([near, far], [], [], 10)[0]:
                for one in ready:
                    one.setblocking(False)
                    try:
                        piece = one.recv(65_536)
                    except ssl.SSLWantReadError:  # a ticket of TLS, nothing to relay
                        continue
                    finally:
                        one.setblocking(True)
                    if not piece:
                        return
                    if one is near:
                        seen.append(piece)
                    others[one].sendall(piece)

    def relay() -> None:
        while listener.fileno() >= 0:
            with suppress(OSError):
                near = context.wrap_socket(listener.accept()[0], server_side=True)
                far = trusting.wrap_socket(socket.create_connection((host, int(port))))
                threading.Thread(target=both_ways, args=(near, far), daemon=True).start()

    threading.Thread(target=relay, daemon=True).start()
    with closing(listener):
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


def test_a_man_in_the_middle_gets_nothing_to_use(
    workstation: Workstation, practice: Practice, url: str, tmp_path: Path
) -> None:
    seen: list[bytes] = []
    with in_the_middle(url, make_certificate(tmp_path, "impostor"), seen) as his:
        code = practice.show_code()
        with pytest.raises(ServerUnproven):
            workstation.join(his, code)
    told = b"".join(seen)
    assert b"bonjour" in told  # he did relay, and the server did answer
    assert practice.requests == [HELLO_PATH]
    assert b"public_key" not in told
    assert code.encode() not in told
    assert not practice.devices


def test_once_joined_another_certificate_is_refused_before_a_byte_is_sent(
    joined: Workstation, practice: Practice, url: str, tmp_path: Path
) -> None:
    joined.add()
    port = int(url.rsplit(":", 1)[1])
    seen: list[bytes] = []
    with in_the_middle(url, make_certificate(tmp_path, "impostor"), seen) as his:
        text = (joined.folder / LINK_FILE).read_text().replace(str(port), his.rsplit(":", 1)[1])
        (joined.folder / LINK_FILE).write_text(text)
        with pytest.raises(ServerUnproven):
            joined.flush()
    assert b"".join(seen) == b""
    assert not practice.requests
    assert len(joined.waiting()) == 1


def test_a_lost_welcome_is_asked_for_again_with_the_same_code(
    workstation: Workstation, practice: Practice, url: str
) -> None:
    code = practice.show_code()
    practice.faults = [lambda _: False, faults.cut_after_storing]
    with pytest.raises(ServerUnreachable):
        workstation.join(url, code)
    (device,) = practice.devices
    assert workstation.join(url, code).device == device
    assert list(practice.devices) == [device]


def test_a_joined_computer_does_not_join_again_by_mistake(joined: Workstation, practice: Practice, url: str) -> None:
    before = read_link(joined.folder)
    with pytest.raises(AlreadyJoined):
        joined.join(url, practice.show_code())
    assert read_link(joined.folder) == before


HOSTILE = {
    "redirect": (faults.status(302, Location="https://127.0.0.1:1/"), ServerRefused),
    "not found": (faults.status(404), ServerRefused),
    "broken": (faults.status(500, b"<html>" * 100), ServerUnreachable),
    "busy": (faults.status(429, Retry_After="5"), ServerRefused),
    "no code": (faults.status(403), CodeRefused),
    "not JSON": (faults.status(200, b"<html>"), ServerRefused),
    "deep JSON": (faults.status(200, b"[" * 4_000), ServerRefused),
    "another document": (faults.status(200, faults.said(stored=[])), ServerRefused),
    "too long a document": (faults.status(200, b" " * 100_000), ServerRefused),
    "giant": (faults.giant, ServerUnreachable),
    "compressed": (faults.status(200, b"\x1f\x8b", Content_Encoding="gzip"), ServerUnreachable),
    "cut": (faults.cut_at_once, ServerUnreachable),
    "drip": (faults.drip, ServerUnreachable),
    "drip of headers": (faults.drip_headers, ServerUnreachable),
}


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_ends_in_one_sentence_and_in_time(
    name: str, step: int, workstation: Workstation, practice: Practice, url: str
) -> None:
    fault, error = HOSTILE[name]
    practice.faults = [*[lambda _: False] * step, fault]
    start = time.monotonic()
    with pytest.raises(error):
        workstation.join(url, practice.show_code())
    assert time.monotonic() - start < 8
    assert not (workstation.folder / LINK_FILE).exists()
    assert practice.requests[: step + 1] == [HELLO_PATH, JOIN_PATH][: step + 1]


def test_a_handshake_that_never_ends_is_left(workstation: Workstation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(ServerUnreachable):
            workstation.join(f"https://127.0.0.1:{silent.getsockname()[1]}", "7K2QD-MX0R1")
        assert time.monotonic() - start < 6


def test_a_handshake_one_byte_at_a_time_is_left(workstation: Workstation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:

        def drip() -> None:
            near, _ = slow.accept()
            try:
                near.sendall(b"\x16\x03\x03\x3f\xff")
                for _ in range(200):
                    near.sendall(b"\x02")
                    time.sleep(0.1)
            except OSError:
                pass

        threading.Thread(target=drip, daemon=True).start()
        start = time.monotonic()
        with pytest.raises(ServerUnreachable):
            workstation.join(f"https://127.0.0.1:{slow.getsockname()[1]}", "7K2QD-MX0R1")
        assert time.monotonic() - start < 6


def test_nobody_there(workstation: Workstation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    for url in (f"https://127.0.0.1:{port}", "https://no-such-host.invalid"):
        with pytest.raises(ServerUnreachable):
            workstation.join(url, "7K2QD-MX0R1")


def test_a_server_without_tls_behind_https(workstation: Workstation, practice: Practice) -> None:
    with serving(practice) as url, pytest.raises(ServerUnreachable):
        workstation.join(url.replace("http:", "https:"), practice.show_code())


def test_what_the_server_calls_the_practice_is_cleaned(workstation: Workstation, practice: Practice, url: str) -> None:
    practice.name = "Cabinet\x1b[2J\u202e\nDupont " + "x" * 100
    link = workstation.join(url, practice.show_code())
    assert link.practice.startswith("Cabinet [2J Dupont xxx")
    assert link.practice.isprintable()


def test_leaving_forgets_everything(joined: Workstation) -> None:
    joined.flush()
    client.leave(joined.folder)
    assert list(joined.folder.iterdir()) == []
    with pytest.raises(NotJoined):
        read_link(joined.folder)
    with pytest.raises(NotJoined):
        client.leave(joined.folder)


def test_leaving_with_unsent_messages_asks_first(joined: Workstation) -> None:
    joined.add(2)
    with pytest.raises(UnsentKept):
        client.leave(joined.folder)
    assert len(joined.waiting()) == 2
    client.leave(joined.folder, discard=True)
    assert list(joined.folder.iterdir()) == []


def test_what_waits_for_one_practice_never_reaches_another(joined: Workstation, tmp_path: Path) -> None:
    joined.add(3)
    client.leave(joined.folder, discard=True)
    other = Practice(clock=joined.time.true)
    with serving(other, make_certificate(tmp_path, "other")) as url:
        joined.join(url, other.show_code())
        joined.flush()
    assert not other.stored


def test_leaving_works_when_the_link_is_damaged(joined: Workstation) -> None:
    (joined.folder / LINK_FILE).write_bytes(b"\0" * 100)
    with pytest.raises(LinkUnreadable):
        client.leave(joined.folder)
    client.leave(joined.folder, discard=True)
    assert list(joined.folder.iterdir()) == []


def test_a_damaged_link_is_not_overwritten_by_a_join(workstation: Workstation, practice: Practice, url: str) -> None:
    workstation.folder.mkdir()
    (workstation.folder / LINK_FILE).write_text("{")
    with pytest.raises(LinkUnreadable):
        workstation.join(url, practice.show_code())
    assert (workstation.folder / LINK_FILE).read_text() == "{"


def test_standing_tells_what_waits_and_when_it_last_worked(joined: Workstation) -> None:
    assert client.standing(joined.folder).last_success is None
    joined.add(2)
    assert client.standing(joined.folder).pending == {"event": 2}
    joined.flush()
    found = client.standing(joined.folder)
    assert found.pending == {}
    assert found.last_success == joined.time.true()
    assert found.clock_offset == 0


def test_standing_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(NotJoined):
        client.standing(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


def test_a_heartbeat_says_what_waits_and_what_was_given_up(joined: Workstation) -> None:
    import msgspec

    from hygie.fleetlink.messages import Heartbeat

    joined.add(2)
    with Outbox(joined.folder) as outbox:
        message = client.heartbeat(outbox, "1.2.3", "linux", joined.time.now())
    told = msgspec.json.decode(message.body, type=Heartbeat)
    assert (told.version, told.pending, told.dropped, told.clock_offset) == ("1.2.3", 2, {}, 0)


def test_every_error_speaks_french_and_says_what_to_do() -> None:
    def all_of(kind: type[FleetError]) -> list[type[FleetError]]:
        return [kind, *(one for child in kind.__subclasses__() for one in all_of(child))]

    from hygie.core.french import typeset
    from hygie.fleetlink.errors import ClockOff

    kinds = all_of(FleetError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        error = kind(0) if kind is ClockOff else kind()
        assert error.sentence.endswith("."), kind
        assert error.next_step.endswith("."), kind
        assert "!" not in error.sentence + error.next_step
        assert typeset(error.sentence).count("'") == 0


def test_a_full_day_does_not_change_a_join_whose_clock_is_years_off(
    workstation: Workstation, practice: Practice, url: str
) -> None:
    """The certificate's dates are not asked to a workstation whose battery is dead: its fingerprint is."""
    workstation.time.offset = timedelta(days=-20 * 365)
    assert workstation.join(url, practice.show_code()).fingerprints == (practice.fingerprint,)
    assert (workstation.folder / OUTBOX_FILE).exists() is False
