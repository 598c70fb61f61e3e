from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hygie.checkup.answers import Answer, Answers, judge_answer
from hygie.core.finding import Outcome
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.inventory.answers import BY_PROVIDER, Inventory, inventory_answers

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CHANGED = datetime(2026, 11, 1, 9, tzinfo=UTC)


def member(pk: int = 1, role: Role = Role.HOLDER, left_on: date | None = None) -> Any:
    return SimpleNamespace(pk=pk, role=role.value, left_on=left_on)


def card(holder: int = 1, days: int | None = 400, kind: str = "cps", state: str = "held") -> Any:
    ends = None if days is None else TODAY + timedelta(days=days)
    holder_of = SimpleNamespace(name="Dr Fontaine")
    return SimpleNamespace(
        holder_id=holder, holder=holder_of, kind=kind, state=state, expires_on=ends, changed_at=CHANGED
    )


def account(
    kind: str = "messaging", factor: str = "yes", checked: date | None = date(2026, 10, 1), users: Any = ()
) -> Any:
    return SimpleNamespace(
        name="Compte", provider=SimpleNamespace(kind=kind), second_factor=factor, checked_on=checked, closed_on=None,
        changed_at=CHANGED, users=SimpleNamespace(all=lambda: users),
    )  # fmt: skip


def device(pk: int = 1, kind: str = "phone", **fields: Any) -> Any:
    return SimpleNamespace(
        **{
            "pk": pk,
            "kind": kind,
            "name": "Appareil",
            "disposed_on": None,
            "wiped": "unknown",
            "wiping_proof_id": None,
            **fields,
        }
    )


def answers(**known: Any) -> dict[str, Answer]:
    return inventory_answers(Inventory(**known), catalogue().checks, TODAY)


def word(check: str, **known: Any) -> str | None:
    found = answers(**known).get(check)
    return found.answer if found else None


def test_an_empty_inventory_answers_nothing() -> None:
    assert answers() == {}


def test_every_check_answered_exists_and_is_asked() -> None:
    names = {
        "cps-expiry",
        "cps-own-card",
        "passwords-leavers",
        "access-mobile-devices",
        "access-disposal",
        *BY_PROVIDER,
    }
    assert all(catalogue().checks[name].answer == "declared" for name in names)


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ([card()], "yes"),
        ([card(days=60)], "no"),
        ([card(days=61)], "yes"),
        ([card(days=10), card(days=900)], "yes"),
        ([card(days=10), card(holder=2, days=900)], "no"),
        ([card(days=None)], None),
        ([card(holder=9)], None),
        ([card(kind="ecps")], None),
        ([card(days=5, state="returned")], None),
    ],
)
def test_cards_that_end(cards: list[Any], expected: str | None) -> None:
    assert word("cps-expiry", members=[member()], cards=cards) == expected


def test_a_doctor_without_card_leaves_the_question_open() -> None:
    assert word("cps-expiry", members=[member(1), member(2, Role.PARTNER)], cards=[card(1)]) is None


def test_yes_ages_and_no_does_not() -> None:
    old = datetime(2026, 1, 1, tzinfo=UTC)
    good, bad = card(), card(days=-200)
    good.changed_at = bad.changed_at = old
    check = catalogue().checks["cps-expiry"]
    for rows, outcome in (([good], Outcome.UNKNOWN), ([bad], Outcome.FAILED)):
        given = answers(members=[member()], cards=rows)
        verdict, _ = judge_answer(check, Answers(given), NOW)
        assert verdict.outcome is outcome


def test_own_cards_of_secretaries() -> None:
    team = [member(1), member(2, Role.SECRETARY)]
    assert word("cps-own-card", members=team, cards=[card(2, kind="cpe")]) == "yes"
    assert word("cps-own-card", members=team, cards=[card(2, kind="cps")]) is None
    assert word("cps-own-card", members=[member(1)], cards=[card(1)]) is None


@pytest.mark.parametrize(("check", "kind"), [(c, kind) for c, kinds in BY_PROVIDER.items() for kind in sorted(kinds)])
def test_second_factors(check: str, kind: str) -> None:
    assert word(check, accounts=[account(kind)]) == "yes"
    assert word(check, accounts=[account(kind), account(kind, "no")]) == "no"
    assert word(check, accounts=[account(kind), account(kind, "unknown")]) is None
    assert word(check, accounts=[account(kind, checked=None)]) is None
    assert word(check, accounts=[account("other", "no")]) is None


def test_the_date_of_yes_is_the_oldest_check() -> None:
    rows = [account(), account(checked=date(2026, 3, 1))]
    assert answers(accounts=rows)["passwords-mfa-mailbox"].answered_on == date(2026, 3, 1)


def test_a_person_gone_in_an_open_account() -> None:
    gone = member(3, Role.LOCUM, left_on=date(2026, 11, 2))
    assert word("passwords-leavers", accounts=[account(users=[gone])]) == "no"
    assert word("passwords-leavers", accounts=[account(users=[member()])]) is None


SAFE = {"lock": "yes", "encryption": "yes", "remote_wipe": "yes", "updates": "no"}


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ({1: (TODAY, SAFE), 2: (TODAY, SAFE)}, "yes"),
        ({1: (TODAY, SAFE)}, None),
        ({1: (TODAY, SAFE), 2: (TODAY, {**SAFE, "lock": "unknown"})}, None),
        ({1: (TODAY, SAFE), 2: (TODAY, {**SAFE, "remote_wipe": "no"})}, "no"),
        ({1: (TODAY, SAFE), 2: (TODAY - timedelta(days=366), SAFE)}, None),
    ],
)
def test_phones(reviews: Any, expected: str | None) -> None:
    devices = [device(1), device(2, "tablet"), device(3, "phone", disposed_on=TODAY), device(4, "desktop")]
    assert word("access-mobile-devices", devices=devices, reviews=reviews) == expected


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ([{"wiped": "yes", "wiping_proof_id": 1}], "yes"),
        ([{"wiped": "yes", "wiping_proof_id": 1}, {"wiped": "unknown"}], None),
        ([{"wiped": "yes"}], "no"),
        ([{"wiped": "no"}], "no"),
        ([{"wiped": "no", "kind": "network"}], None),
        ([{"wiped": "no", "disposed_on": date(2025, 1, 1)}], None),
    ],
)
def test_disposals(gone: list[dict[str, Any]], expected: str | None) -> None:
    rows = [device(pk, **{"kind": "desktop", "disposed_on": date(2026, 6, 1), **one}) for pk, one in enumerate(gone)]
    assert word("access-disposal", devices=rows) == expected


def test_a_card_that_ends_is_named_with_its_day() -> None:
    note = answers(cards=[card(days=10)], members=[]).get("cps-expiry")
    assert note is not None
    assert note.note.startswith("La carte CPS de Dr Fontaine finit le ")
