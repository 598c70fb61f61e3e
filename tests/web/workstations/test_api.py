"""The three addresses a workstation speaks to, with real keys and real signatures."""

import gzip
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from hygie.checkup.answers import Answers
from hygie.checkup.run import Context, judge
from hygie.core.event import uuid7
from hygie.core.finding import Outcome
from hygie.documents.checkup_json import render_json
from hygie.fleetlink.enrolment import Newcomer, answer_offer, new_nonce, normalise
from hygie.fleetlink.messages import (
    BATCH_PATH,
    HELLO_PATH,
    JOIN_PATH,
    Batch,
    BatchAnswer,
    EnrolAnswer,
    EnrolHello,
    EnrolOffer,
    EventBody,
    Message,
    Refusal,
    body_of,
    decode,
    encode,
    write_batch,
)
from hygie.fleetlink.signing import Request, public_text, sign_request
from hygie.probes.collect import Facts
from hygie.probes.facts import Moment, SystemRelease
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.dashboard.selectors import current_checkup
from hygie.web.inventory.models import Device
from hygie.web.journal.flows import Actor, journal
from hygie.web.journal.models import JournalEntry
from hygie.web.workstations import enrol
from hygie.web.workstations.models import JoinCode, ReceivedMessage, Report, Workstation
from tests.web.conftest import make_member

Joined = tuple[UUID, Ed25519PrivateKey]


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> Any:
    return Client().post(path, body, content_type="application/octet-stream", headers=headers or {})


def code_of(practice: Any) -> str:
    actor = Actor.of(make_member(practice, Role.HOLDER))
    return normalise(enrol.new_join_code(actor, practice, now=timezone.now()))


def ask(code: str, key: Ed25519PrivateKey, name: str = "Bureau 2", fingerprint: str = "") -> Any:
    hello = EnrolHello(new_nonce())
    offer = decode(EnrolOffer, post(HELLO_PATH, encode(hello)).content)
    request = answer_offer(code, hello, offer, fingerprint, Newcomer(public_text(key), name, "windows"))
    return post(JOIN_PATH, encode(request))


def join(practice: Any, name: str = "Bureau 2") -> Joined:
    key = Ed25519PrivateKey.generate()
    answer = decode(EnrolAnswer, ask(code_of(practice), key, name).content)
    return answer.device, key


def message(kind: str, body: bytes, at: datetime | None = None) -> Message:
    at = at or timezone.now()
    return Message(uuid7(at), kind, at, body_of(body))


def send(joined: Joined, *messages: Message, at: datetime | None = None, offset: int = 0) -> Any:
    device, key = joined
    body = write_batch(Batch(device, timezone.now(), messages, offset))
    headers = sign_request(key, Request("POST", BATCH_PATH, body), at or timezone.now(), device)
    return post(BATCH_PATH, body, headers)


def checkup(at: datetime | None = None) -> bytes:
    at = at or timezone.now()
    facts = Facts({Moment: Moment(at), SystemRelease: SystemRelease("debian", "12", "Debian 12")})
    return render_json(judge(facts, Context(catalogue(), Answers(), "linux", at), host="B2")).encode()


def event(summary: str = "Un lecteur de cartes a été branché.") -> bytes:
    return msgspec.json.encode(EventBody("reader.plugged", 2, summary))


def test_a_computer_joins_and_enters_the_inventory(practice: Any) -> None:
    device, key = join(practice)
    workstation = Workstation.objects.get()
    assert (workstation.pk, workstation.public_key) == (device, public_text(key))
    assert Device.objects.get().name == "Bureau 2"
    assert JournalEntry.objects.filter(kind="workstation.joined").count() == 1


def test_the_same_code_lets_nobody_else_in(practice: Any) -> None:
    code, first = code_of(practice), Ed25519PrivateKey.generate()
    assert ask(code, first).status_code == 200
    assert ask(code, Ed25519PrivateKey.generate()).status_code == 403
    again = ask(code, first)  # its answer was lost on the way
    assert again.status_code == 200
    assert Workstation.objects.count() == 1


def test_a_wrong_code_is_counted_and_ten_kill_the_right_one(practice: Any) -> None:
    code = code_of(practice)
    kept = JoinCode.objects.get()
    for _ in range(10):
        hello = EnrolHello(new_nonce())
        offer = decode(EnrolOffer, post(HELLO_PATH, encode(hello)).content)
        key = public_text(Ed25519PrivateKey.generate())
        request = answer_offer(code, hello, offer, "", Newcomer(key, "x", "linux"))
        assert post(JOIN_PATH, encode(msgspec.structs.replace(request, proof="0" * 64))).status_code == 403
    kept.refresh_from_db()
    assert kept.attempts == 10
    assert post(HELLO_PATH, encode(EnrolHello(new_nonce()))).status_code == 403


def test_a_code_dies_after_a_quarter_of_an_hour(practice: Any) -> None:
    code_of(practice)
    JoinCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert post(HELLO_PATH, encode(EnrolHello(new_nonce()))).status_code == 403


def test_nothing_opens_before_a_code_is_asked_for(db: None) -> None:
    assert post(HELLO_PATH, encode(EnrolHello(new_nonce()))).status_code == 403


def test_the_code_itself_is_not_kept(practice: Any) -> None:
    code = code_of(practice)
    assert code not in str(list(JoinCode.objects.values()))
    assert all(code not in str(vars(entry)) for entry in JournalEntry.objects.all())


def test_two_computers_of_the_same_name_stay_two(practice: Any) -> None:
    join(practice)
    join(practice)
    assert sorted(Device.objects.values_list("name", flat=True)) == ["Bureau 2", "Bureau 2 (2)"]


def test_a_check_up_becomes_the_practices_state(practice: Any) -> None:
    joined = join(practice)
    answer = decode(BatchAnswer, send(joined, message("checkup", checkup())).content, 100_000)
    assert len(answer.stored) == 1
    state = current_checkup(practice, timezone.localtime())
    assert any(finding.outcome is Outcome.PASSED for finding in state.findings)
    assert Report.objects.get().latest


def test_sent_again_it_changes_nothing(practice: Any) -> None:
    joined = join(practice)
    batch = (message("checkup", checkup()), message("event", event()))
    lines = []
    for _ in range(2):
        answer = decode(BatchAnswer, send(joined, *batch).content, 100_000)
        assert len(answer.stored) == 2
        lines.append(JournalEntry.objects.count())
    assert lines[0] == lines[1]
    assert (Report.objects.count(), ReceivedMessage.objects.count()) == (1, 2)


def test_the_same_message_twice_in_a_batch_is_stored_once(practice: Any) -> None:
    joined, one = join(practice), message("checkup", checkup())
    assert send(joined, one, one).status_code == 200
    assert Report.objects.count() == 1


def test_an_event_is_a_line_of_the_journal_under_the_computers_name(practice: Any) -> None:
    joined = join(practice)
    send(joined, message("event", event()))
    line = JournalEntry.objects.get(kind="device.reader.plugged")
    assert (line.actor, line.actor_name) == (f"device:{joined[0]}", "Ordinateur « Bureau 2 »")
    assert journal().verify(str(practice.pk)).ok


def test_an_older_check_up_never_replaces_a_newer_one(practice: Any) -> None:
    joined, now = join(practice), timezone.now()
    send(joined, message("checkup", checkup(now), now))
    send(joined, message("checkup", checkup(now - timedelta(days=3)), now - timedelta(days=3)))
    assert Report.objects.get(latest=True).taken_at == now
    assert Report.objects.count() == 2


def test_a_clock_that_is_off_is_told_and_its_messages_are_dated_right(practice: Any) -> None:
    joined, now = join(practice), timezone.now()
    ahead = now + timedelta(hours=2)
    refused = send(joined, message("checkup", checkup(ahead), ahead), at=ahead)
    assert refused.status_code == 409
    told = decode(Refusal, refused.content)
    assert told.server_time is not None
    accepted = send(joined, message("checkup", checkup(ahead), ahead), at=now, offset=7200)
    assert accepted.status_code == 200
    assert abs(Report.objects.get().taken_at - now) < timedelta(seconds=5)
    assert Workstation.objects.get().clock_offset == 7200


def test_a_revoked_computer_is_told_so(practice: Any) -> None:
    joined = join(practice)
    enrol.revoke(Actor.system(practice.pk), Workstation.objects.get(), now=timezone.now())
    assert send(joined, message("event", event())).status_code == 410
    assert not ReceivedMessage.objects.exists()


def test_a_revoked_key_does_not_come_back_with_a_new_code(practice: Any) -> None:
    _, key = join(practice)
    enrol.revoke(Actor.system(practice.pk), Workstation.objects.get(), now=timezone.now())
    assert ask(code_of(practice), key).status_code == 403


@pytest.mark.parametrize("spoil", ["key", "body", "device", "nobody", "no_headers"])
def test_what_is_not_signed_by_a_known_computer_is_refused(practice: Any, spoil: str) -> None:
    device, key = join(practice)
    body = write_batch(Batch(device, timezone.now(), (message("event", event()),)))
    signer = Ed25519PrivateKey.generate() if spoil == "key" else key
    other = join(practice, "Autre")[0] if spoil == "device" else device
    told = UUID(int=7) if spoil == "nobody" else other
    headers = sign_request(signer, Request("POST", BATCH_PATH, body), timezone.now(), told)
    sent = body + b"\0" if spoil == "body" else body
    assert post(BATCH_PATH, sent, {} if spoil == "no_headers" else headers).status_code == 401
    assert not ReceivedMessage.objects.exists()


def test_one_computer_cannot_speak_for_another(practice: Any) -> None:
    mine, (theirs, _) = join(practice), join(practice, "Autre")
    body = write_batch(Batch(theirs, timezone.now(), (message("event", event()),)))
    headers = sign_request(mine[1], Request("POST", BATCH_PATH, body), timezone.now(), mine[0])
    assert post(BATCH_PATH, body, headers).status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"{}", gzip.compress(b"{}"), gzip.compress(b"0" * 50_000_000), b"\x1f\x8b\x08\0", b"x" * 300_000]
)
def test_hostile_bodies_are_refused_in_bounds(practice: Any, body: bytes) -> None:
    device, key = join(practice)
    headers = sign_request(key, Request("POST", BATCH_PATH, body), timezone.now(), device)
    assert post(BATCH_PATH, body, headers).status_code in (400, 413)


@pytest.mark.parametrize("body", [b"{}", b'{"schema":"hygie.checkup/1"}', b'{"kind":"x"}'])
@pytest.mark.parametrize("kind", ["checkup", "event", "heartbeat"])
def test_a_message_that_never_can_be_stored_is_said_once(practice: Any, kind: str, body: bytes) -> None:
    answer = decode(BatchAnswer, send(join(practice), message(kind, body), message("event", event())).content, 10_000)
    assert (len(answer.refused), len(answer.stored)) == (1, 1)


def test_the_announced_certificate_is_passed_on(practice: Any, settings: Any) -> None:
    settings.HYGIE_NEXT_FINGERPRINT = "ab" * 32
    answer = decode(BatchAnswer, send(join(practice), message("event", event())).content, 10_000)
    assert answer.next_fingerprint == "ab" * 32


def test_an_impostor_with_another_certificate_cannot_prove_itself(practice: Any, settings: Any) -> None:
    from hygie.fleetlink.errors import ServerUnproven

    settings.HYGIE_FINGERPRINT = "aa" * 32
    with pytest.raises(ServerUnproven):
        ask(code_of(practice), Ed25519PrivateKey.generate(), fingerprint="bb" * 32)


def test_what_a_message_says_never_crosses_into_another_practice(practice: Any, other_practice: Any) -> None:
    send(join(practice), message("checkup", checkup()))
    assert not Report.objects.for_practice(other_practice).exists()
    assert not JournalEntry.objects.filter(practice=str(other_practice.pk)).exists()


def test_a_passing_fault_of_the_journal_refuses_nothing_for_good(
    practice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hygie.journal.errors import JournalBusy
    from hygie.web.workstations import receive

    joined, one = join(practice), message("event", event())

    def busy(*_: Any, **__: Any) -> None:
        raise JournalBusy("occupé")

    with monkeypatch.context() as patch:
        patch.setattr(receive, "record", busy)
        assert send(joined, one).status_code == 503
    assert not ReceivedMessage.objects.exists()
    assert len(decode(BatchAnswer, send(joined, one).content, 10_000).stored) == 1


def test_what_a_computer_gave_up_is_shown(practice: Any) -> None:
    joined = join(practice)
    body = b'{"version":"1","system":"windows","clock_offset":0,"pending":3,"dropped":{"checkup":2}}'
    send(joined, message("heartbeat", body))
    workstation = Workstation.objects.get()
    assert (workstation.pending, workstation.given_up) == (3, 2)


def test_a_stranger_without_an_offer_burns_nobodys_code(practice: Any) -> None:
    code = code_of(practice)
    for _ in range(12):
        key = public_text(Ed25519PrivateKey.generate())
        body = msgspec.json.encode({
            "schema": "hygie.fleet/1", "nonce": "0" * 64, "server_nonce": "1" * 64, "public_key": key,
            "name": "x", "system": "linux", "proof": "0" * 64,
        })  # fmt: skip
        assert post(JOIN_PATH, body).status_code == 403
    assert ask(code, Ed25519PrivateKey.generate()).status_code == 200
