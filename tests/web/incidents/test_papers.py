"""The papers: listed with what they lack, taken one by one or all at once and signed, and never a patient's name."""

import io
import subprocess
import zipfile
from email import message_from_bytes
from email.policy import default

import pytest
from django.utils import timezone

from hygie.documents.incident_papers import PAPERS
from hygie.incident.events import Kind
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.incidents.models import Identity
from hygie.web.inventory.models import Provider
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.documents.reading import dense, docx_text, everything, pdf_text
from tests.web.incidents.conftest import CONTRACT, text
from tests.web.incidents.papers_kit import CANARY, GRAVE, LEAK, declare, events, plant, url

NAMES = tuple(dense(part).lower() for part in CANARY.split())


def run(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, check=False)


def names_in(told):
    return [name for name in NAMES if name in dense(told).lower()]


def test_each_paper_says_what_it_lacks(holder, incident):
    page = text(holder.get(url(incident, "documents/")))
    assert "Mémo pour porter plainte" in page
    assert "numéro SIREN" in page
    assert "En cours" in page
    assert "Plus tard" in page
    declare(incident.practice)
    assert "numéro SIREN" not in text(holder.get(url(incident, "documents/")))


def test_a_paper_of_no_use_here_is_not_listed(holder, open_one):
    assert "Message à l’hébergeur" not in text(holder.get(url(open_one("wrong_recipient"), "documents/")))


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_paper_is_a_file_that_tells_the_incident(holder, incident, form):
    declare(incident.practice)
    answer = holder.get(url(incident, f"documents/claim.{form}"))
    assert answer["Content-Disposition"] == f'attachment; filename="assureur-declaration-2026-1.{form}"'.replace(
        "2026-1", incident.reference
    )
    assert answer["Cache-Control"] == "no-store"
    told = dense(pdf_text(answer.content) if form == "pdf" else docx_text(answer.content))
    assert incident.reference in told
    assert CONTRACT in told
    assert "SELARLFontaine" in told


def test_making_a_paper_is_noted_once_until_something_else_happens(holder, incident, members):
    for _ in range(3):
        holder.get(url(incident, "documents/complaint.docx"))
    assert [row.facts for row in events(incident, Kind.DOCUMENT)] == ['{"document":"complaint","form":"docx"}']
    holder.get(url(incident, "documents/team.docx"))
    holder.get(url(incident, "documents/complaint.docx"))
    assert len(events(incident, Kind.DOCUMENT)) == 2
    flows.add_note(Actor.of(members[Role.HOLDER]), incident, "Suite.", now=timezone.localtime())
    holder.get(url(incident, "documents/complaint.docx"))
    assert len(events(incident, Kind.DOCUMENT)) == 3
    assert "Préparé le" in text(holder.get(url(incident, "documents/")))


def test_looking_at_the_list_writes_nothing(holder, incident):
    before = JournalEntry.objects.count()
    holder.get(url(incident, "documents/"))
    holder.get(url(incident, "messages/"))
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize(
    "path", ["documents/inconnu.pdf", "documents/cnil.exe", "messages/claim.txt", "messages/host.pdf"]
)
def test_what_does_not_exist_is_not_there(holder, incident, path):
    assert holder.get(url(incident, path)).status_code == 404


def test_a_closed_incident_still_gives_its_report(holder, incident, members):
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "", now=timezone.localtime())
    assert holder.get(url(incident, "documents/report_doctor.pdf")).status_code == 200


@pytest.mark.parametrize("role", [Role.LOCUM, Role.IT_PROVIDER, Role.AUDITOR])
@pytest.mark.parametrize("path", ["documents/", "documents/cnil.pdf", "documents/dossier.zip", "messages/", "lettres/"])
def test_those_who_do_not_make_papers_get_none(client_for, incident, role, path):
    assert client_for(role).get(url(incident, path)).status_code == 403
    assert events(incident, Kind.DOCUMENT) == []


def test_everything_at_once_is_signed_and_checked_without_hygie(holder, incident, tmp_path):
    answer = holder.get(url(incident, "documents/dossier.zip"))
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        file.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert folder.name == f"incident-{incident.reference}"
    done = run(["sha256sum", "--check", "--strict", "MANIFEST.sha256"], folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 20
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "cle-publique.pem", "-rawin", "-in",
              "MANIFEST.sha256", "-sigfile", "MANIFEST.sig"]  # fmt: skip
    assert run(verify, folder).returncode == 0
    (folder / "MANIFEST.sha256").write_bytes((folder / "MANIFEST.sha256").read_bytes() + b"\n")
    assert run(verify, folder).returncode != 0


@pytest.mark.parametrize("playbook", ["ransomware", "provider_leak", "lost_device"])
def test_no_name_typed_anywhere_gets_into_any_paper(holder, open_one, members, playbook):
    incident = open_one(playbook)
    plant(incident, members[Role.HOLDER])
    declare(incident.practice)
    holder.post(url(incident, "fuite/"), LEAK)
    with zipfile.ZipFile(io.BytesIO(holder.get(url(incident, "documents/dossier.zip")).content)) as file:
        assert names_in(" ".join(file.namelist())) == []
        files = {name: file.read(name) for name in file.namelist()}
    papers = [name for name in files if name.endswith((".pdf", ".docx"))]
    assert len(papers) >= 16
    assert [name for name in papers if names_in(everything(name, files[name]))] == []
    others = b" ".join(raw for name, raw in files.items() if name not in papers)
    assert names_in(others.decode("utf-8", "replace")) == []


def test_nor_into_the_pages_around_them_nor_the_journal_of_the_practice(holder, incident, members):
    plant(incident, members[Role.HOLDER])
    for path in ("fuite/", "decision/cnil/", "decision/patients/", "documents/", "messages/", "lettres/"):
        assert names_in(text(holder.get(url(incident, path)))) == [], path
    for path in ("/rgpd/fuites/", "/rgpd/fuites.csv", "/continuite/"):
        assert names_in(text(holder.get(path))) == [], path
    lines = JournalEntry.objects.filter(practice=str(incident.practice_id)).values_list("summary", "data", "subject")
    assert names_in(str(list(lines))) == []


def test_a_quoted_note_is_in_the_report(holder, incident, members):
    actor, now = Actor.of(members[Role.HOLDER]), timezone.localtime()
    flows.add_note(actor, incident, "Deux postes touchés à l’accueil.", now=now, quoted=True)
    told = dense(pdf_text(holder.get(url(incident, "documents/report_expert.pdf")).content))
    assert "Deuxpostestouchésàl’accueil" in told


def test_messages_are_ready_to_copy_and_no_address_holds_their_words(holder, incident):
    page = text(holder.get(url(incident, "messages/")))
    for name in ("host", "software", "isp", "team"):
        assert f'id="texte-{name}"' in page
    assert "03 53 01 77 20" in page
    assert "mailto:" not in page
    assert incident.practice.name in page


def test_a_draft_goes_to_the_provider_and_holds_the_whole_message(holder, incident):
    Provider.objects.filter(kind="host").update(email="urgence@hebergeur.example")
    raw = holder.get(url(incident, "messages/host.eml")).content
    mail = message_from_bytes(raw, policy=default)
    assert mail["To"] == "urgence@hebergeur.example"
    assert mail["X-Unsent"] == "1"
    assert incident.reference in mail["Subject"]
    words = holder.get(url(incident, "messages/host.txt")).content.decode()
    assert mail.get_content().replace("\r\n", "\n").strip() == words.strip()
    assert 'mailto:urgence@hebergeur.example"' in text(holder.get(url(incident, "messages/")))
    assert len(events(incident, Kind.DOCUMENT)) == 2


def test_a_name_on_two_lines_adds_none_to_a_message(holder, incident):
    declare(incident.practice)
    Identity.objects.update(legal_name="A\r\nBcc: x@y.example\u2028Z")
    assert "A  Bcc: x@y.example Z\n" in holder.get(url(incident, "messages/host.txt")).content.decode()


def test_a_hostile_provider_address_adds_no_header(holder, incident):
    Provider.objects.filter(kind="host").update(email="a@b.example\r\nBcc: x@y.example", name="Hôte\nBcc: z")
    answer = holder.get(url(incident, "messages/host.eml"))
    assert b"\nBcc:" not in answer.content.partition(b"\r\n\r\n")[0]
    assert answer.status_code < 500


def test_each_paper_of_the_registry_downloads(holder, incident):
    holder.post(url(incident, "gravite/"), GRAVE)
    for name in PAPERS:
        assert holder.get(url(incident, f"documents/{name}.docx")).status_code == 200, name


def test_a_paper_that_does_not_concern_the_incident_is_not_there(holder, open_one):
    lost = open_one("lost_device", stolen=False)
    assert holder.get(url(lost, "documents/complaint.pdf")).status_code == 404
    assert holder.get(url(lost, "documents/claim.pdf")).status_code == 200
