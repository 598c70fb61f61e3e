"""Import in two steps and export: nothing written early, nothing written twice, everything comes back the same."""

import io
import os
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from openpyxl import load_workbook

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.inventory import importing
from hygie.web.inventory.models import YES_NO, Card, Device, OnlineAccount, Provider
from hygie.web.inventory.reading import NotATable, read_sheet
from hygie.web.inventory.tables import TABLES, header, line_of
from hygie.web.inventory.writing import as_csv, as_xlsx
from hygie.web.practice.models import Practice
from tests.web.inventory.conftest import ClientFor, kinds

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=40).filter(
    str.strip
)
DAYS = st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2090, 1, 1)))


def sent(client: Client, table: str, content: bytes, name: str = "liste.csv") -> Any:
    data = {"table": table, "file": SimpleUploadedFile(name, content)}
    return client.post(reverse("inventory:import"), data)


def shown(client: Client) -> tuple[str, str]:
    """The preview, and the fingerprint it carries."""
    text = words_of(client.get(reverse("inventory:preview")))
    found = re.search(r'name="plan" value="([0-9a-f]{64})"', text)
    assert found
    return text, found[1]


def words_of(answer: Any) -> str:
    """A page with plain spaces."""
    text: str = answer.content.decode()
    return text.replace("\xa0", " ").replace("\u202f", " ")


def csv(*rows: str) -> bytes:
    return "\r\n".join(rows).encode()


def test_nothing_is_written_before_the_second_step(holder: Client, practice: Practice) -> None:
    assert sent(holder, "materiel", csv("Nom;Sorte", "Accueil;Ordinateur fixe")).status_code == 302
    text, plan = shown(holder)
    assert "À ajouter" in text
    assert not Device.objects.exists()
    answer = holder.post(reverse("inventory:confirm"), {"plan": plan})
    assert answer.headers["Location"] == reverse("inventory:devices")
    assert Device.objects.get().kind == "desktop"
    assert kinds(practice).count("inventory.imported") == 1


def test_confirming_twice_is_harmless(holder: Client, practice: Practice) -> None:
    sent(holder, "materiel", csv("Nom;Sorte", "Accueil;Ordinateur fixe"))
    plan = shown(holder)[1]
    for _ in range(2):
        assert holder.post(reverse("inventory:confirm"), {"plan": plan}).status_code == 302
    assert Device.objects.count() == 1
    assert kinds(practice).count("inventory.imported") == 1


def test_two_confirmations_at_the_same_moment_add_once(practice: Practice, members: dict[Role, Member]) -> None:
    from uuid import uuid4

    from hygie.web.journal.flows import Actor

    table, batch = TABLES["materiel"], uuid4()
    sheet = read_sheet("a.csv", csv("Nom;Sorte", "Accueil;Ordinateur fixe"))
    plans = [importing.plan_of(table, practice, sheet) for _ in range(2)]
    for plan in plans:
        importing.write(Actor.of(members[Role.HOLDER]), practice, table, plan, batch=batch)
    assert Device.objects.count() == 1


def test_a_list_that_changed_meanwhile_is_shown_again(holder: Client, desktop: Device) -> None:
    sent(holder, "materiel", csv("Nom;Sorte;Endroit", "Accueil;Ordinateur fixe;Bureau 2"))
    plan = shown(holder)[1]
    Device.objects.filter(pk=desktop.pk).update(place="Bureau 1")
    answer = holder.post(reverse("inventory:confirm"), {"plan": plan})
    assert answer.status_code == 409
    assert "La liste a changé entre-temps" in answer.content.decode()
    desktop.refresh_from_db()
    assert desktop.place == "Bureau 1"


def test_giving_up_writes_nothing_and_keeps_no_file(holder: Client) -> None:
    sent(holder, "materiel", csv("Nom;Sorte", "Accueil;Ordinateur fixe"))
    [path] = (settings.HYGIE_FOLDER / "imports").glob("*.sealed")
    assert b"Accueil" not in path.read_bytes()
    holder.post(reverse("inventory:confirm"), {"annuler": "1", "plan": shown(holder)[1]})
    assert not path.exists()
    assert not Device.objects.exists()
    assert holder.get(reverse("inventory:preview")).status_code == 302


def test_an_hour_later_the_file_is_gone(holder: Client) -> None:
    sent(holder, "materiel", csv("Nom;Sorte", "Accueil;Ordinateur fixe"))
    for path in (settings.HYGIE_FOLDER / "imports").glob("*.sealed"):
        os.utime(path, (1, 1))
    assert holder.get(reverse("inventory:preview")).status_code == 302
    sent(holder, "materiel", csv("Nom;Sorte", "Accueil;Ordinateur fixe"))
    assert len(list((settings.HYGIE_FOLDER / "imports").glob("*.sealed"))) == 1


def test_a_waiting_file_belongs_to_its_session(holder: Client, client_for: ClientFor) -> None:
    sent(holder, "materiel", csv("Nom;Sorte", "Accueil;Ordinateur fixe"))
    other = client_for(Role.PARTNER)
    assert other.get(reverse("inventory:preview")).status_code == 302
    assert other.post(reverse("inventory:confirm"), {"plan": shown(holder)[1]}).status_code == 302
    assert not Device.objects.exists()


def test_each_line_says_why_it_is_refused(holder: Client, desktop: Device) -> None:
    rows = [
        "Nom;Sorte;Qui s’en sert;Fin des mises à jour;Disque chiffré;Inventé",
        "Accueil;Ordinateur fixe;;;;",
        ";Ordinateur fixe;;;;",
        "A;Soucoupe;;;;",
        "B;Téléphone;Dr Personne;;;",
        "C;Téléphone;;hier;;",
        "D;Téléphone;;01/01/1066;;",
        "E;Téléphone;;;peut-être;",
        "F;Téléphone;;;;",
        "F;Téléphone;;;;",
        f"{'x' * 61};Téléphone;;;;",
        "G;Téléphone;dr hélène  fontaine;24/11/2027;oui;",
    ]
    sent(holder, "materiel", csv(*rows))
    text = shown(holder)[0]
    for words in (
        "Il manque « Nom ».", "« Sorte » n’est pas un des choix", "n’est pas dans la liste",
        "s’écrit comme 06/11/2026", "parle déjà de la même chose", "dépasse 60 caractères",
        "Colonnes laissées de côté : Inventé", "Inchangé",
    ):  # fmt: skip
        assert words in text, words
    holder.post(reverse("inventory:confirm"), {"plan": shown(holder)[1]})
    assert sorted(Device.objects.values_list("name", flat=True)) == ["Accueil", "F", "G"]
    last = Device.objects.get(name="G")
    assert (last.holder.name, last.encrypted, last.support_ends_on) == ("Dr Hélène Fontaine", "yes", date(2027, 11, 24))


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        ("Prénom;Âge", "Il manque la colonne « Nom »"),
        ("Nom;Sorte;nom", "en double"),
        ("Nom", "Il manque la colonne « Sorte »"),
    ],
)
def test_a_file_without_the_columns_is_refused_whole(titles: str, words: str, holder: Client) -> None:
    answer = sent(holder, "materiel", csv(titles, "a;b;c"))
    assert answer.status_code == 422
    assert words in words_of(answer)


def test_an_empty_cell_changes_nothing(holder: Client, desktop: Device) -> None:
    sent(holder, "materiel", csv("Nom;Sorte;Numéro de série;Endroit", "Accueil;Ordinateur fixe;;Bureau 2"))
    holder.post(reverse("inventory:confirm"), {"plan": shown(holder)[1]})
    desktop.refresh_from_db()
    assert (desktop.serial, desktop.place, desktop.version) == ("SN-7", "Bureau 2", 2)


@pytest.mark.parametrize("slug", list(TABLES))
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_exported_list_comes_back_without_effect(
    slug: str, form: str, holder: Client, stock: SimpleNamespace, practice: Practice
) -> None:
    exported = holder.get(reverse("inventory:export", args=[slug, form]))
    assert exported.headers["Content-Disposition"].startswith(f'attachment; filename="{slug}-')
    assert sent(holder, slug, exported.content, f"liste.{form}").status_code == 302
    text = shown(holder)[0]
    assert "À ajouter" not in text
    assert "À modifier" not in text
    assert "Refusé" not in text
    assert "Inchangé" in text
    assert "inventory.exported" in kinds(practice)


def test_export_refuses_what_does_not_exist(holder: Client) -> None:
    for table, form in (("secrets", "csv"), ("materiel", "exe")):
        assert holder.get(f"/materiel/exporter/{table}.{form}").status_code == 404


def test_cards_are_not_for_the_it_provider(client_for: ClientFor, stock: SimpleNamespace) -> None:
    client = client_for(Role.IT_PROVIDER)
    assert client.get(reverse("inventory:export", args=["cartes", "csv"])).status_code == 403
    assert sent(client, "cartes", csv("Sorte", "CPS (professionnel de santé)")).status_code == 403


def test_another_practices_reference_finds_nothing(holder: Client, other_practice: Practice) -> None:
    theirs = Device.objects.create(practice=other_practice, name="Le leur", kind="desktop")
    sent(holder, "materiel", csv("Repère;Nom;Sorte", f"{theirs.creation_key};Le mien;Ordinateur fixe"))
    holder.post(reverse("inventory:confirm"), {"plan": shown(holder)[1]})
    theirs.refresh_from_db()
    assert theirs.name == "Le leur"
    assert Device.objects.filter(name="Le mien").exclude(practice=other_practice).count() == 1


def test_formulas_do_not_leave(holder: Client, practice: Practice) -> None:
    Device.objects.create(practice=practice, name='=HYPERLINK("http://x")', kind="phone", place="@SUM(1)")
    text = holder.get(reverse("inventory:export", args=["materiel", "csv"])).content.decode("utf-8-sig")
    assert "\"'=HYPERLINK" in text
    assert '"\'@SUM(1)"' in text
    book = load_workbook(io.BytesIO(holder.get(reverse("inventory:export", args=["materiel", "xlsx"])).content))
    assert {cell.data_type for row in book.active for cell in row} <= {"s", "inlineStr"}
    assert not any(str(cell.value or "").startswith(("=", "@")) for row in book.active for cell in row)


def test_fifty_megabytes_are_refused_in_a_sentence(holder: Client) -> None:
    answer = sent(holder, "materiel", b"x" * 50_000_000)
    assert answer.status_code == 413
    assert "2 Mo" in words_of(answer)


def test_a_vcard_gives_providers(holder: Client) -> None:
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jean Dupont\r\nORG:Telecom SA\r\nTEL:3900\r\nEND:VCARD\r\n"
    assert sent(holder, "materiel", card, "c.vcf").status_code == 422
    assert sent(holder, "prestataires", card, "c.vcf").status_code == 302
    holder.post(reverse("inventory:confirm"), {"plan": shown(holder)[1]})
    row = Provider.objects.get()
    assert (row.name, row.contact, row.phone, row.kind) == ("Telecom SA", "Jean Dupont", "3900", "other")


def test_same_names_need_their_reference(practice: Practice) -> None:
    for _ in range(2):
        Device.objects.create(practice=practice, name="Poste", kind="desktop")
    table = TABLES["materiel"]
    plan = importing.plan_of(
        table, practice, read_sheet("a.csv", csv("Nom;Sorte;Endroit", "Poste;Ordinateur fixe;Ici"))
    )
    assert plan.steps[0].what == "refused"
    assert "Repère" in plan.steps[0].reasons[0]


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_any_list_comes_back_the_same(
    data: st.DataObject, db: None, practice: Practice, members: dict[Role, Member]
) -> None:
    """Whatever is in the database, its export imported again changes nothing."""
    people = list(members.values())
    Device.objects.all().delete()
    for _ in range(data.draw(st.integers(0, 4))):
        Device.objects.create(
            practice=practice, name=data.draw(NAMES), kind=data.draw(st.sampled_from([k for k, _ in Device.KINDS])),
            place=data.draw(st.sampled_from(["", "=1+1", "'=x", "-2", "@a", " a  b ", 'é;"x"'])),
            serial=data.draw(NAMES), holder=data.draw(st.sampled_from([None, *people])),
            encrypted=data.draw(st.sampled_from([k for k, _ in YES_NO])),
            support_ends_on=data.draw(DAYS), disposed_on=data.draw(DAYS),
        )  # fmt: skip
    table = TABLES["materiel"]
    lines = [header(table), *(line_of(table, row) for row in importing.rows_of(table, practice))]
    for name, content in (("a.csv", as_csv(lines)), ("a.xlsx", as_xlsx(lines, table.title))):
        plan = importing.plan_of(table, practice, read_sheet(name, content))
        assert not plan.writes, [step for step in plan.steps if step.what != "same"]
        assert plan.count("refused") == 0
        assert len(plan.steps) == len(lines) - 1


@given(st.lists(st.lists(st.text(max_size=20), max_size=6), max_size=6))
def test_any_lines_are_planned_or_refused(rows: list[list[str]]) -> None:
    from hygie.web.inventory.plan import Known, plan_import

    for table in TABLES.values():
        try:
            sheet = read_sheet("a.csv", as_csv([header(table), *rows]))
            plan = plan_import(table, sheet, Known([]))
        except NotATable:
            continue
        assert all(step.what in ("add", "refused") for step in plan.steps)


def test_counts_of_rows_for_other_lists(stock: SimpleNamespace, practice: Practice) -> None:
    assert [len(list(importing.rows_of(table, practice))) for table in TABLES.values()] == [2, 1, 1, 1]
    assert {Card, OnlineAccount} <= {table.model for table in TABLES.values()}
