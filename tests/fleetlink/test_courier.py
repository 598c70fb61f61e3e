"""Sending, over real TLS: nothing lost, nothing twice, whatever the server, the network and the clocks do."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fleetlink import courier
from hygie.fleetlink.client import last_success, new_message, standing
from hygie.fleetlink.errors import (
    DeviceRevoked,
    MessageTooLarge,
    NotJoined,
    ServerRefused,
    SignatureRefused,
)
from hygie.fleetlink.link import read_link
from hygie.fleetlink.messages import BATCH_PATH, LARGEST_PACKED
from hygie.fleetlink.outbox import Outbox
from tests.fleetlink import server as faults
from tests.fleetlink.conftest import Workstation
from tests.fleetlink.server import Practice, serving


def bodies(practice: Practice) -> list[dict[str, object]]:
    return [json.loads(bytes(message.body)) for message in practice.stored.values()]


def test_everything_is_stored_once_and_in_order(joined: Workstation, practice: Practice) -> None:
    sent = [message.id for message in joined.add(1_203)]
    assert joined.flush() == courier.Sent("done", 1_203, 0, 0)
    assert practice.received == sent
    assert practice.requests == [BATCH_PATH] * 3
    assert joined.waiting() == []


def test_nothing_to_send_asks_nothing(joined: Workstation, practice: Practice) -> None:
    assert joined.flush() == courier.Sent("done", 0, 0, 0)
    assert practice.requests == []


def test_sending_needs_a_practice(workstation: Workstation) -> None:
    with pytest.raises(NotJoined):
        workstation.flush()


def test_an_answer_cut_after_storing_makes_no_duplicate(joined: Workstation, practice: Practice) -> None:
    sent = [message.id for message in joined.add(4)]
    practice.faults = [faults.cut_after_storing]
    assert joined.flush().state == "done"
    assert practice.received == sent * 2
    assert list(practice.stored) == sent


def test_a_request_replayed_by_somebody_else_changes_nothing(joined: Workstation, practice: Practice) -> None:
    """The same bytes and the same signature, within the ten minutes."""
    from hygie.fleetlink.messages import Batch, write_batch
    from hygie.fleetlink.signing import Request, read_key, sign_request
    from hygie.fleetlink.transport import Patience, post

    link, (message,) = read_link(joined.folder), joined.add()
    body = write_batch(Batch(link.device, joined.time.now(), (message,)))
    request = Request("POST", BATCH_PATH, body)
    headers = sign_request(read_key(joined.folder), request, joined.time.now(), link.device)
    from hygie.fleetlink.link import parse_address

    statuses = []
    for wait in (0, 300, 301):
        joined.time.sleep(wait)
        answer = post(parse_address(link.url), request, headers, link.fingerprints, Patience(2, 3))
        statuses.append(answer.status)
    assert statuses == [200, 200, 409]
    assert list(practice.stored) == [message.id]


def test_an_absent_server_loses_nothing_and_is_not_asked_for_ever(joined: Workstation, practice: Practice) -> None:
    joined.add(3)
    practice.faults = [faults.cut_at_once] * 50
    assert joined.flush() == courier.Sent("unreachable", 0, 0, 3)
    assert len(practice.requests) == courier.MOST_ATTEMPTS
    assert joined.time.slept == [2, 4, 8, 16]
    practice.faults.clear()
    assert joined.flush() == courier.Sent("done", 3, 0, 0)


def test_a_computer_off_the_network(
    workstation: Workstation, practice: Practice, certificate: tuple[Path, str]
) -> None:
    with serving(practice, certificate) as url:
        workstation.join(url, practice.show_code())
    workstation.add(2)
    assert workstation.flush() == courier.Sent("unreachable", 0, 0, 2)
    with serving(practice, certificate, port=int(url.rsplit(":", 1)[1])):
        assert workstation.flush() == courier.Sent("done", 2, 0, 0)


@pytest.mark.parametrize("code", [500, 502, 503, 599])
def test_a_broken_server_is_asked_again(code: int, joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.faults = [faults.status(code, b"<html>")] * 2
    assert joined.flush() == courier.Sent("done", 1, 0, 0)
    assert joined.time.slept == [2, 4]


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_honoured(code: int, joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.faults = [faults.status(code, Retry_After="47")]
    assert joined.flush().state == "done"
    assert joined.time.slept == [47]


def test_a_long_retry_after_is_remembered_by_the_next_runs(joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.faults = [faults.status(429, Retry_After="3600")]
    assert joined.flush() == courier.Sent("later", 0, 0, 1)
    assert joined.flush() == courier.Sent("later", 0, 0, 1)
    assert len(practice.requests) == 1
    joined.time.sleep(3_600)
    assert joined.flush() == courier.Sent("done", 1, 0, 0)


def test_a_remembered_wait_does_not_outlive_a_clock_set_back(joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.faults = [faults.status(429, Retry_After="86400")]
    joined.time.offset = timedelta(days=400)
    joined.flush()
    joined.time.offset = timedelta(0)
    assert joined.flush().state == "done"


NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("12", 12),
        (" 12 ", 12),
        ("-5", 0),
        ("9" * 5_000, 86_400),
        ("٣", 0),
        ("nan", 0),
        ("soon", 0),
        ("Tue, 24 Nov 2026 09:01:00 GMT", 60),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 0),
        ("Tue, 24 Nov 9999 09:01:00 GMT", 86_400),
        ("Tue, 24 Nov 2026 09:01:00", 0),
        ("Tue, 99 Nov 2026 09:01:00 GMT", 0),
    ],
)
def test_retry_after_in_all_its_forms(header: str, seconds: float) -> None:
    assert courier.retry_seconds(header, NOW) == seconds


@given(st.text(max_size=80))
def test_any_retry_after_is_a_bounded_number(header: str) -> None:
    assert 0 <= courier.retry_seconds(header, NOW) <= 86_400


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_and_stay_bounded(attempts: int, chance: float) -> None:
    assert 0 < courier.pause_before(attempts, chance) <= courier.LONGEST_PAUSE
    assert courier.pause_before(attempts, chance) <= courier.pause_before(attempts + 1, chance)


def test_a_removed_computer_stops_and_says_so(joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.devices[read_link(joined.folder).device].revoked = True
    for _ in range(2):
        with pytest.raises(DeviceRevoked):
            joined.flush()
    assert len(practice.requests) == 1  # afterwards the server is left alone
    assert standing(joined.folder).link.revoked_at == joined.time.now()
    assert len(joined.waiting()) == 1


def test_a_410_that_is_not_hygie_s_does_not_revoke(joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.faults = [faults.status(410, b"<html>Gone</html>")]
    with pytest.raises(ServerRefused):
        joined.flush()
    assert joined.flush().state == "done"


def test_a_computer_that_the_server_does_not_know_is_told(joined: Workstation, practice: Practice) -> None:
    joined.add()
    practice.devices.clear()
    with pytest.raises(SignatureRefused):
        joined.flush()
    assert len(joined.waiting()) == 1


OFFSETS = {
    "two hours ahead": timedelta(hours=2),
    "two hours late": timedelta(hours=-2),
    "twelve years ahead": timedelta(days=12 * 365),
    "back in 1996": timedelta(days=-30 * 365),
}


@pytest.mark.parametrize("name", OFFSETS)
def test_a_clock_that_is_off_is_measured_told_and_no_obstacle(
    name: str, joined: Workstation, practice: Practice
) -> None:
    offset = joined.time.offset = OFFSETS[name]
    (message,) = joined.add()
    assert joined.flush() == courier.Sent("done", 2, 0, 0)
    assert practice.offsets[0] == offset.total_seconds()
    assert practice.stored[message.id].occurred_at == joined.time.now()  # as the machine saw it
    told = bodies(practice)[-1]
    assert told["kind"] == "workstation.clock"
    assert told["data"] == {"offset": offset.total_seconds()}
    assert len(practice.requests) == 2  # refused, then sent again with the event about the clock
    assert standing(joined.folder).clock_offset == offset.total_seconds()
    joined.add()
    assert joined.flush() == courier.Sent("done", 1, 0, 0)  # known now: neither refused nor told again
    assert len(practice.requests) == 3


def test_a_clock_put_right_is_told_too(joined: Workstation, practice: Practice) -> None:
    joined.time.offset = timedelta(hours=2)
    joined.add()
    joined.flush()
    joined.time.offset = timedelta(0)
    joined.add()
    assert joined.flush().state == "done"
    assert bodies(practice)[-1]["summary"] == "L'horloge de ce poste est à l'heure."
    assert standing(joined.folder).clock_offset == 0


def test_a_small_offset_is_nobody_s_concern(joined: Workstation) -> None:
    joined.time.offset = timedelta(seconds=90)
    joined.add()
    assert joined.flush() == courier.Sent("done", 1, 0, 0)
    assert standing(joined.folder).clock_offset == 0


def test_a_server_that_never_agrees_on_the_hour_is_left(joined: Workstation, practice: Practice) -> None:
    joined.add()
    lie = faults.said(code="clock", message="", server_time="2001-01-01T00:00:00Z")
    practice.faults = [faults.status(409, lie)] * 50
    with pytest.raises(ServerRefused):
        joined.flush()
    assert len(practice.requests) < 6
    assert joined.waiting()


def test_the_last_success_is_the_server_s_hour(joined: Workstation) -> None:
    joined.time.offset = timedelta(days=400)
    joined.add()
    joined.flush()
    with Outbox(joined.folder) as outbox:
        assert last_success(outbox) == joined.time.true()


def test_one_message_that_the_server_will_never_store_holds_no_other_back(
    joined: Workstation, practice: Practice
) -> None:
    messages = joined.add(5)
    practice.refuse = lambda message: "trop vieux" if message.id == messages[2].id else ""
    assert joined.flush() == courier.Sent("done", 4, 1, 0)
    assert joined.flush() == courier.Sent("done", 0, 0, 0)
    assert standing(joined.folder).refused == 1


def test_a_batch_refused_whole_is_halved_until_the_bad_one_is_found(joined: Workstation, practice: Practice) -> None:
    messages = joined.add(9)
    bad = messages[5].id

    def whole_refused(handler: faults.Handler) -> bool:
        """A server that chokes on the whole batch when one message of it is bad."""
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        if bad in [one.id for one in faults.wire.read_batch(body).messages]:
            handler.answer(400, faults.said(code="unreadable_message", message=""))
        else:
            from hygie.fleetlink.signing import Request

            answer = practice.receive(Request("POST", handler.path, body), dict(handler.headers))
            handler.answer(200, faults.wire.encode(answer))
        return True

    practice.faults = [whole_refused] * 30
    assert joined.flush() == courier.Sent("done", 8, 1, 0)
    assert set(practice.stored) == {message.id for message in messages} - {bad}


def test_a_400_that_is_not_hygie_s_condemns_no_message(joined: Workstation, practice: Practice) -> None:
    joined.add(2)
    practice.faults = [faults.status(400, b"<html>Bad Request</html>")]
    with pytest.raises(ServerRefused):
        joined.flush()
    assert joined.flush() == courier.Sent("done", 2, 0, 0)


def test_batches_stay_within_the_bounds_whatever_they_hold(joined: Workstation, practice: Practice) -> None:
    """Incompressible bodies: sixty of 60 kB are far more than one request may carry."""
    noise = [random.Random(n).randbytes(30_000).hex() for n in range(60)]
    with Outbox(joined.folder) as outbox:
        for text in noise:
            outbox.add(new_message("event", json.dumps({"kind": "a.b", "x": text}), joined.time.now()))
    assert joined.flush() == courier.Sent("done", 60, 0, 0)
    assert {body["x"] for body in bodies(practice)} == set(noise)


def test_a_body_too_large_for_any_request_never_enters_the_outbox(workstation: Workstation) -> None:
    with pytest.raises(MessageTooLarge):
        new_message(
            "event", json.dumps({"x": random.Random(1).randbytes(LARGEST_PACKED).hex()}), workstation.time.now()
        )
