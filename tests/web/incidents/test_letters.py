"""Letters: the list comes in, the letters go out, and not a trace of a name is left anywhere."""

import io
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hygie.documents.incident_letters import LETTERS_A_FILE
from hygie.documents.recipients import MOST_BYTES
from hygie.incident.events import Kind
from hygie.incident.state import Reply
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.documents.reading import dense, pages, pdf_text
from tests.web.incidents.conftest import text
from tests.web.incidents.papers_kit import CANARY, LEAK, declare, events, url

HEAD = "Civilité;Nom;Prénom;Adresse;Code postal;Ville\r\n"
ONE = "Mme;QUATREBARBES;Zéphyrine;9 impasse du Puits;61000;Val-sur-Orne\r\n"


def listed(*lines, name=f"{CANARY}.csv"):
    return SimpleUploadedFile(name, (HEAD + "".join(lines)).encode(), content_type="text/csv")


@pytest.fixture
def ready(holder, incident, members):
    """An incident whose letters can be printed."""
    declare(incident.practice)
    holder.post(url(incident, "fuite/"), LEAK)
    actor, now = Actor.of(members[Role.HOLDER]), timezone.localtime()
    flows.set_aware(actor, incident, now, "", now=now)
    for step in ("isolate", "passwords"):
        flows.answer_step(actor, incident, step, Reply.DONE, now=now)
    return incident


def post(client, incident, file, what="letters", **more):
    sent = {"what": what, "first": "1", **more} | ({"recipients": file} if file else {})
    return client.post(url(incident, "lettres/"), sent)


def test_a_letter_a_person_and_the_journal_counts_them(holder, ready):
    answer = post(holder, ready, listed(ONE, "M.;Dupont;Jean;1 rue A;61000;Val-sur-Orne\r\n"))
    assert answer["Content-Type"] == "application/pdf", text(answer)[:200]
    assert answer["Content-Disposition"] == f'attachment; filename="lettres-{ready.reference}-1-a-2.pdf"'
    assert pages(answer.content) >= 2
    told = dense(pdf_text(answer.content))
    assert "QUATREBARBES" in told
    assert "Dupont" in told
    assert events(ready, Kind.DOCUMENT)[-1].facts == '{"count":2,"document":"letters","form":"pdf"}'
    assert "2 personnes" in JournalEntry.objects.filter(kind="incident.document").last().summary.replace("\u00a0", " ")


def test_the_list_to_tick_while_posting(holder, ready):
    answer = post(holder, ready, listed(ONE), "letters_list")
    assert answer["Content-Disposition"] == f'attachment; filename="liste-des-lettres-{ready.reference}-1-a-1.pdf"'
    assert "QUATREBARBES" in dense(pdf_text(answer.content))


def test_the_next_letters_are_made_in_their_turn(holder, ready):
    many = [f"M.;Nom{rank};Jean;1 rue A;61000;Ville\r\n" for rank in range(1, LETTERS_A_FILE + 3)]
    answer = post(holder, ready, listed(*many), first=str(LETTERS_A_FILE + 1))
    assert answer["Content-Disposition"].endswith(f'-{LETTERS_A_FILE + 1}-a-{LETTERS_A_FILE + 2}.pdf"')
    told = dense(pdf_text(answer.content))
    assert f"Nom{LETTERS_A_FILE + 1}" in told
    assert "Nom1," not in told
    after = post(holder, ready, listed(ONE), first="2")
    assert after.status_code == 422
    assert "Cette liste a 1 ligne." in text(after)


def test_nothing_of_the_list_is_kept(holder, ready, caplog, monkeypatch, tmp_path):
    """A temporary file would fail to be written: its folder does not exist."""
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / "nowhere"))
    filler = "".join(f"M.;Nom{rank};Jean;{rank} rue du Bois;61000;Ville\r\n" for rank in range(4_500))
    columns = "".join(f";{'x' * 100}" for _ in range(6))
    wide = SimpleUploadedFile(
        f"{CANARY}.csv", (HEAD + ONE + filler.replace(";Ville", f";Ville{columns}")).encode(), content_type="text/csv"
    )
    assert wide.size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    with caplog.at_level(logging.DEBUG):
        answer = post(holder, ready, wide, "letters_list")
    assert answer["Content-Type"] == "application/pdf", text(answer).partition("resume-erreurs")[2][:600]
    assert names_in(caplog.text) == []
    stored = [path for path in Path(settings.HYGIE_FOLDER).rglob("*") if path.is_file()]
    assert any(path.suffix.startswith(".sqlite3") for path in stored) or "postgresql" in str(settings.DATABASES)
    assert [path.name for path in stored if names_in(path.name) or names_in(read(path))] == []


def read(path):
    return path.read_bytes().decode("utf-8", "replace")


def names_in(told):
    bare = told.lower()
    return [name for name in ("quatrebarbes", "zéphyrine", "zephyrine") if name in bare]


@pytest.mark.parametrize(("lines", "sentence"), [
    (["Mme;;Zéphyrine;9 impasse;61000;Val\r\n"], "(ligne 2)"),
    ([ONE, f'Mme;QUATREBARBES{"x" * 300};Zéphyrine;9;61000;Val\r\n'], "(ligne 3)"),
    ([ONE, 'Mme;"QUATREBARBES'], "ne se lit pas"),
])  # fmt: skip
def test_a_list_that_does_not_read_names_its_line_and_nobody(holder, ready, caplog, lines, sentence):
    answer = post(holder, ready, listed(*lines))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert names_in(text(answer) + caplog.text) == []
    assert events(ready, Kind.DOCUMENT) == []


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"rien", bytes(range(256)) * 50])
def test_what_is_no_list_is_refused(holder, ready, raw):
    assert post(holder, ready, SimpleUploadedFile("a.csv", raw)).status_code == 422


def test_a_file_that_is_too_big_is_dropped(holder, ready):
    answer = post(holder, ready, SimpleUploadedFile("a.csv", b"x" * (MOST_BYTES + 1)))
    assert answer.status_code == 422
    assert "Ce fichier dépasse 10 Mo" in text(answer)


def test_without_a_file_one_is_asked(holder, ready):
    answer = post(holder, ready, None)
    assert answer.status_code == 422
    assert "Choisissez un fichier." in text(answer)


def test_letters_wait_until_they_would_leave_no_blank(holder, incident):
    page = text(holder.get(url(incident, "lettres/")))
    assert "Les lettres ne sont pas encore prêtes." in page
    answer = post(holder, incident, listed(ONE))
    assert answer.status_code == 422
    assert "Il manque" in text(answer)
    assert names_in(text(answer)) == []


def test_the_token_of_the_form_is_asked_here_too(ready, members):
    client = Client(enforce_csrf_checks=True)
    client.force_login(members[Role.HOLDER].user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert post(client, ready, listed(ONE)).status_code == 403
    page = client.get(url(ready, "lettres/"))
    token = page.content.decode().partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    sent = {"what": "letters", "recipients": listed(ONE), "csrfmiddlewaretoken": token}
    assert client.post(url(ready, "lettres/"), sent).status_code == 200
    assert events(ready, Kind.DOCUMENT) != []


def test_a_stranger_sends_nothing(ready):
    answer = post(Client(), ready, listed(ONE))
    assert answer.status_code in {200, 302, 403}
    assert names_in(text(answer)) == []
    assert events(ready, Kind.DOCUMENT) == []


def test_a_second_file_or_another_field_is_left_out(holder, ready):
    sent = {"what": "letters", "recipients": [listed(ONE), listed("M.;Autre;X;1;2;3\r\n")], "x": io.BytesIO(b"y" * 99)}
    told = dense(pdf_text(holder.post(url(ready, "lettres/"), sent).content))
    assert "QUATREBARBES" in told
    assert "Autre" not in told


@pytest.mark.parametrize("role", [Role.LOCUM, Role.IT_PROVIDER, Role.AUDITOR])
def test_those_who_do_not_write_to_patients_do_not(client_for, ready, role):
    assert post(client_for(role), ready, listed(ONE)).status_code == 403
