"""The journal's pages: newest first, filtered, verified, printed, exported; and its health for `hygie docteur`."""

import ast
import csv
import io
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hygie.journal.digest import ANCHORS, digest_of, note_anchor
from hygie.journal.sqlite import open_journal
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.journal import rules
from hygie.web.journal.flows import Actor, journal, record
from hygie.web.journal.models import JournalEntry
from hygie.web.practice.models import Practice
from tests.web.conftest import client_of, make_member

PAGE = "/journal/"
CSV = "/journal/journal.csv"
WEB = Path(__file__).parents[3] / "src/hygie/web"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def write(member: Member, count: int = 1, kind: str = "answer.given", summary: str = "Ligne {}.", **more: Any) -> None:
    with transaction.atomic():
        for number in range(1, count + 1):
            record(Actor.of(member), kind, summary.format(number), **more)


@pytest.fixture
def doctor(members: dict[Role, Member]) -> Member:
    return members[Role.HOLDER]


def test_lines_come_newest_first_with_who_when_and_what(holder: Client, doctor: Member) -> None:
    write(doctor, 2, subject="check:cps-personal")
    page = text(holder.get(PAGE))
    assert page.index("Ligne 2.") < page.index("Ligne 1.")
    assert "Dr Hélène Fontaine" in page
    assert "Réponses" in page
    assert "<time datetime=" in page


def test_a_fact_told_later_shows_both_days(holder: Client, doctor: Member) -> None:
    write(doctor, occurred_at=datetime(2026, 11, 3, 8, 0, tzinfo=UTC))
    assert "fait le 3 novembre 2026" in text(holder.get(PAGE))


def test_pages_of_fifty(holder: Client, doctor: Member) -> None:
    write(doctor, 120)
    first, last = text(holder.get(PAGE)), text(holder.get(PAGE, {"page": "3"}))
    assert "Ligne 120." in first
    assert "Ligne 71." in first
    assert "Ligne 70." not in first
    assert "Page 1 sur 3" in first
    assert "Ligne 20." in last
    assert "Ligne 1." in last
    for odd in ("0", "-1", "zz", "9" * 40):
        assert holder.get(PAGE, {"page": odd}).status_code == 200


def test_filters_narrow_and_survive_the_next_page(holder: Client, doctor: Member, members: dict[Role, Member]) -> None:
    write(doctor, 60)
    write(members[Role.SECRETARY], 1, "device.added", "Appareil ajouté.")
    by_family = text(holder.get(PAGE, {"family": "device"}))
    assert "Appareil ajouté." in by_family
    assert "Ligne 60." not in by_family
    who = f"user:{members[Role.SECRETARY].pk}"
    assert "1 ligne<" in text(holder.get(PAGE, {"actor": who}))
    assert "family=answer&amp;page=2" in text(holder.get(PAGE, {"family": "answer"}))
    assert "60 lignes" in text(holder.get(PAGE, {"family": "answer", "page": "2"}))


def test_days_are_those_of_paris(holder: Client, doctor: Member) -> None:
    write(doctor)
    today = timezone.localdate()
    inside = {"first": today.isoformat(), "last": today.isoformat()}
    assert "1 ligne<" in text(holder.get(PAGE, inside))
    assert "0 ligne<" in text(holder.get(PAGE, {"first": (today + timedelta(days=1)).isoformat()}))
    assert "0 ligne<" in text(holder.get(PAGE, {"last": (today - timedelta(days=1)).isoformat()}))


@pytest.mark.parametrize(
    "wanted",
    [{"first": "hier"}, {"first": "0001-01-01", "last": "9999-12-31"}, {"actor": "user:0' OR 1=1"}, {"family": "%"},
     {"family": "x" * 5000}, {"first": "\x00"}],
)  # fmt: skip
def test_an_odd_filter_never_breaks_the_page(holder: Client, doctor: Member, wanted: dict[str, str]) -> None:
    write(doctor)
    for address in (PAGE, CSV, "/journal/imprimer/"):
        response = holder.get(address, wanted)
        assert response.status_code == 200
        list(response)


def test_the_number_of_queries_does_not_grow(
    holder: Client, doctor: Member, django_assert_max_num_queries: Any
) -> None:
    write(doctor, 200)
    with django_assert_max_num_queries(11):
        holder.get(PAGE)


def test_verifying_says_that_all_lines_follow_and_is_itself_told(holder: Client, doctor: Member) -> None:
    write(doctor, 3)
    page = text(holder.post("/journal/verifier/", follow=True))
    assert "Les 3 lignes du journal se suivent." in page
    assert JournalEntry.objects.filter(kind="journal.verified").count() == 1
    assert journal().verify(str(doctor.practice_id)).ok


def unguard(cursor: Any) -> None:
    """Take the triggers away, as somebody with the whole database in hand could."""
    if connection.vendor == "postgresql":
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        return
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal%'")
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name}")


@pytest.mark.parametrize(
    "damage",
    ["UPDATE journal_entry SET summary = 'Rien.' WHERE seq = 2", "DELETE FROM journal_entry WHERE seq = 2"],
)
def test_verifying_says_the_first_line_that_was_touched(holder: Client, doctor: Member, damage: str) -> None:
    write(doctor, 3)
    with connection.cursor() as cursor:
        unguard(cursor)
        cursor.execute(damage)
    page = text(holder.post("/journal/verifier/", follow=True))
    assert "Le journal ne se suit plus à la ligne 2" in page


def test_a_printed_digest_is_compared(holder: Client, doctor: Member) -> None:
    write(doctor, 3)
    digest = digest_of(journal(), str(doctor.practice_id), timezone.localdate())
    assert digest.code in text(holder.get(PAGE))
    assert digest.code in text(holder.get("/journal/empreintes/"))
    good = text(holder.post("/journal/empreintes/comparer/", {"printed": digest.line}, follow=True))
    assert "est la même" in good
    altered = digest.line[:-1] + ("0" if digest.line[-1] != "0" else "1")
    bad = text(holder.post("/journal/empreintes/comparer/", {"printed": altered}, follow=True))
    assert "le journal a changé" in bad
    assert "Recopiez" in text(holder.post("/journal/empreintes/comparer/", {"printed": ""}, follow=True))


@pytest.mark.parametrize("month", ["", "2026-11", "2020-01", "0000-01", "9999-12", "2026-13", "x", "0001-01"])
def test_digests_of_any_month_open(holder: Client, doctor: Member, month: str) -> None:
    write(doctor)
    assert holder.get("/journal/empreintes/", {"mois": month}).status_code == 200


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing(holder: Client, doctor: Member) -> None:
    for hostile in ("=HYPERLINK(1)", "+1", "-1", "@SUM", "＝1", " =1"):
        write(doctor, summary=hostile)
    content = b"".join(holder.get(CSV).streaming_content).decode("utf-8")
    assert content.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(content[1:]), delimiter=";"))
    assert rows[0] == list(rules.COLUMNS)
    assert len(rows) == 7
    for row in rows[1:]:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝")) for cell in row)
        assert len(row[-1]) == 64


@given(st.text(max_size=40))
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not rules.harmless(text).lstrip(" \t\r\n").startswith(("=", "+", "-", "@"))


def test_the_paper_holds_the_lines_and_their_digest(holder: Client, doctor: Member) -> None:
    write(doctor, 3)
    page = text(holder.get("/journal/imprimer/"))
    assert "Ligne 3." in page
    assert digest_of(journal(), str(doctor.practice_id), timezone.localdate()).code in page
    assert "Aucun nom de patient" in page


def test_what_a_line_says_is_shown_as_text(holder: Client, doctor: Member) -> None:
    write(doctor, summary="<script>alert(1)</script>")
    for address in (PAGE, "/journal/imprimer/"):
        assert "<script>alert" not in text(holder.get(address))


def test_another_practice_is_never_shown_verified_nor_exported(
    holder: Client, doctor: Member, other_practice: Practice
) -> None:
    stranger = make_member(other_practice, Role.HOLDER, "Dr Paul Marchand")
    write(stranger, 4, summary="Chez l'autre {}.")
    write(doctor, 1)
    assert "Marchand" not in text(holder.get(PAGE))
    assert "Marchand" not in b"".join(holder.get(CSV).streaming_content).decode()
    assert "La seule ligne" in text(holder.post("/journal/verifier/", follow=True))
    digest = digest_of(journal(), str(other_practice.pk), timezone.localdate())
    compared = text(holder.post("/journal/empreintes/comparer/", {"printed": digest.line}, follow=True))
    assert "est la même" not in compared
    assert "Dr Paul Marchand" in text(client_of(stranger).get(PAGE))


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_the_journal(client_for: Callable[[Role], Client], role: Role) -> None:
    client = client_for(role)
    seen = role in (Role.HOLDER, Role.PARTNER, Role.AUDITOR)
    for address in (PAGE, CSV, "/journal/empreintes/", "/journal/imprimer/"):
        assert client.get(address).status_code == (200 if seen else 403)
    assert client.post("/journal/verifier/").status_code == (302 if seen else 403)
    assert client.post("/journal/empreintes/comparer/", {}).status_code == (302 if seen else 403)


@pytest.mark.parametrize("address", ["/journal/verifier/", "/journal/empreintes/comparer/"])
def test_a_link_alone_does_nothing(holder: Client, address: str) -> None:
    assert holder.get(address).status_code == 405


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2030-01", date(2026, 11, 1), date(2026, 11, 30)),
        ("bientôt", date(2026, 11, 1), date(2026, 11, 30)),
    ],
)
def test_a_month_has_its_first_and_last_days(month: str, first: date, last: date) -> None:
    assert rules.month_of(month, date(2026, 11, 24)) == (first, last)


def _journal_at(folder: Path, count: int = 3) -> Path:
    file = folder / "hygie.sqlite3"
    with open_journal(file) as own:
        for number in range(count):
            own.append(practice="p", kind="answer.given", actor="system", actor_name="Hygie",
                       summary=f"Ligne {number}.", recorded_at=NOW)  # fmt: skip
    return file


def test_health_of_a_good_journal(tmp_path: Path) -> None:
    file = _journal_at(tmp_path)
    for path in (tmp_path, file):
        assert rules.health(path) == rules.Health("journal", "good", "Le journal se suit du début à la fin (3 lignes).")


def test_health_of_an_absent_a_foreign_and_a_damaged_journal(tmp_path: Path) -> None:
    assert rules.health(tmp_path).state == "note"
    (tmp_path / "hygie.sqlite3").write_bytes(b"not a database" * 100)
    assert rules.health(tmp_path).state == "trouble"
    (tmp_path / "hygie.sqlite3").unlink()
    file = _journal_at(tmp_path)
    with sqlite3.connect(file) as own:
        own.execute("DROP TRIGGER IF EXISTS journal_entry_no_update")
        for (name,) in own.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            own.execute(f"DROP TRIGGER {name}")
    assert "protections" in rules.health(tmp_path).sentence
    with sqlite3.connect(file) as own:
        own.execute("UPDATE journal_entry SET summary = 'Rien.' WHERE seq = 2")
    found = rules.health(tmp_path)
    assert found.state == "trouble"
    assert "à la ligne 2" in found.sentence


def test_a_journal_rewritten_whole_is_found_by_its_witnesses(tmp_path: Path) -> None:
    file = _journal_at(tmp_path)
    with open_journal(file) as own:
        note_anchor(tmp_path / ANCHORS, digest_of(own, "p", NOW.date()))
    assert rules.health(tmp_path).state == "good"
    for leftover in tmp_path.glob("hygie.sqlite3*"):
        leftover.unlink()
    with open_journal(file) as own:
        for number in range(3):
            own.append(practice="p", kind="answer.given", actor="system", actor_name="Hygie",
                       summary=f"Autre {number}.", recorded_at=NOW)  # fmt: skip
    found = rules.health(tmp_path)
    assert found.state == "trouble"
    assert "empreinte" in found.sentence


def test_unreadable_witnesses_are_a_trouble_of_their_own(tmp_path: Path) -> None:
    _journal_at(tmp_path)
    (tmp_path / ANCHORS).write_text("pas une ligne\n", "utf-8")
    found = rules.health(tmp_path)
    assert found.state == "trouble"
    assert "empreintes" in found.sentence


def _recorded_kinds() -> set[str]:
    """The kinds written in the code as « record(actor, "kind.verb", … ) »."""
    kinds = set()
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "record"
            if named and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                kinds.add(str(node.args[1].value))
    return kinds


def test_every_kind_that_the_app_writes_has_a_french_family() -> None:
    kinds = _recorded_kinds()
    assert len(kinds) > 20
    assert {kind for kind in kinds if kind.partition(".")[0] not in rules.FAMILIES} == set()
