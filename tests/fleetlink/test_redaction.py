"""What may leave the practice: its fields are listed here, and nothing that a person wrote gets through."""

from dataclasses import fields
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from hygie.core.event import Event, uuid7
from hygie.core.severity import Severity
from hygie.fleetlink.redaction import KINDS, OTHER, FleetEvent, redact

NOW = datetime(2026, 11, 24, 9, 12, 34, 567, tzinfo=timezone(timedelta(hours=1)))


def event(**changes: object) -> Event:
    values = {
        "id": uuid7(NOW), "occurred_at": NOW, "recorded_at": NOW,
        "kind": "watch.ransomware", "severity": Severity.MAJOR,
        "device": "PC-DUPONT", "subject": "device:12", "summary": "Mme Durand", "data": {"file": "Durand.pdf"},
        "source": "watch",
    }  # fmt: skip
    return Event(**{**values, **changes})


def test_these_four_fields_leave_and_no_other() -> None:
    """Whoever changes this list changes the page « Ce qui sort du cabinet » too."""
    assert [field.name for field in fields(FleetEvent)] == ["id", "occurred_at", "kind", "severity"]


def test_what_leaves_of_an_event() -> None:
    told = redact(event())
    assert (told.kind, told.severity) == ("watch.ransomware", Severity.MAJOR)
    assert told.occurred_at.isoformat() == "2026-11-24T08:12:00+00:00"


def test_the_identifier_is_stable_and_says_nothing_of_the_hour() -> None:
    one = event()
    assert redact(one).id == redact(one).id != one.id
    assert redact(one).id.version == 5


def test_a_kind_outside_the_list_says_nothing() -> None:
    assert redact(event(kind="mail.from_mme_durand")).kind == OTHER


@given(st.text(), st.text(), st.text(), st.text(), st.text())
def test_no_text_gets_through(kind: str, device: str, subject: str, summary: str, source: str) -> None:
    one = event(kind=kind, device=device, subject=subject, summary=summary, source=source, data={summary: subject})
    reference = redact(event(id=one.id, kind=kind if kind in KINDS else OTHER))
    assert redact(one) == reference
