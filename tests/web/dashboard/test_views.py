from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.dashboard import flows, rules
from hygie.web.dashboard.flows import Reply
from hygie.web.dashboard.models import Answer, Proof, Question, Snapshot, Waiver
from hygie.web.journal.flows import Actor
from hygie.web.workstations.models import Report
from tests.web.conftest import client_of, make_member

CHECK = "backup-offline"
MEASURED = next(c.id for c in catalogue().checks.values() if c.answer == "measured")
SECRETARYS = next(c.id for c in catalogue().checks.values() if c.owner == "secretary" and c.answer != "measured")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_day_one_is_not_a_failure(holder: Client) -> None:
    page = text(holder.get("/"))
    assert "Hygie n’a encore rien mesuré ici" in page
    assert "Regarder cet ordinateur" in page
    assert "0</text><text" in page
    assert "Urgent" not in page


def test_this_machine_is_really_measured(holder: Client) -> None:
    assert holder.post("/bilan/").status_code == 302
    report = Report.objects.get()
    assert report.latest
    page = text(holder.get("/"))
    assert "Mesuré" in page
    assert "n’a encore rien mesuré" not in page


def test_at_most_six_actions_the_first_one_being_the_hero(holder: Client) -> None:
    for check in catalogue().checks.values():
        if check.answer != "measured":
            holder.post(f"/constats/{check.id}/repondre/", {"answer": "no"})
    page = text(holder.get("/"))
    assert page.count('class="action"') == 5
    assert 'start="2"' in page
    assert page.count("voix__phrase") == 1


@pytest.mark.parametrize("slug", list(rules.SLUGS))
def test_every_measure_has_its_page(holder: Client, slug: str) -> None:
    assert holder.get(f"/mesures/{slug}/").status_code == 200


def test_an_unknown_measure_or_finding_is_not_found(holder: Client) -> None:
    assert holder.get("/mesures/autre/").status_code == 404
    assert holder.get("/constats/backup-nothing/").status_code == 404
    assert holder.post("/constats/backup-nothing/repondre/", {"answer": "no"}).status_code == 404


@pytest.mark.parametrize("check_id", list(catalogue().checks))
def test_every_finding_has_its_page(holder: Client, check_id: str) -> None:
    page = text(holder.get(f"/constats/{check_id}/"))
    assert "Pourquoi c’est important" in page
    assert "{{" not in page


def test_an_answer_is_given_and_shown(holder: Client) -> None:
    holder.post(f"/constats/{CHECK}/repondre/", {"answer": "no", "note": "Le disque est en commande"})
    assert Answer.objects.get().note == "Le disque est en commande"
    assert "Répondu par Dr Hélène Fontaine" in text(holder.get(f"/constats/{CHECK}/"))


def test_a_refused_form_keeps_what_was_typed(holder: Client) -> None:
    response = holder.post(f"/constats/{CHECK}/repondre/", {"answer": "waiting", "note": "Ceci reste là"})
    assert response.status_code == 422
    assert "Ceci reste là" in text(response)
    assert "Écrivez qui s’en occupe" in text(response)
    assert not Answer.objects.exists()


def test_a_double_submit_changes_nothing_more(holder: Client) -> None:
    for _ in range(2):
        holder.post(f"/constats/{CHECK}/repondre/", {"answer": "no"})
    assert Answer.objects.count() == 1


def test_an_edit_over_somebody_elses_keeps_both_texts(holder: Client) -> None:
    holder.post(f"/constats/{CHECK}/repondre/", {"answer": "no"})
    holder.post(f"/constats/{CHECK}/repondre/", {"answer": "yes", "version": 1})
    response = holder.post(f"/constats/{CHECK}/repondre/", {"answer": "unknown", "version": 1, "note": "Mon texte"})
    assert response.status_code == 409
    assert "Mon texte" in text(response)
    assert "entre-temps" in text(response)
    assert Answer.objects.get().answer == "yes"


def test_for_what_is_measured_only_somebody_in_charge_is_heard(holder: Client) -> None:
    day = (timezone.localdate() + timedelta(days=5)).isoformat()
    body = {"answer": "yes", "waiting_for": "Perrin Informatique", "expected_on": day}
    holder.post(f"/constats/{MEASURED}/repondre/", body)
    assert Answer.objects.get().answer == "waiting"


def test_an_exception_asks_for_a_reason_and_an_end_within_a_year(holder: Client) -> None:
    holder.post(f"/constats/{CHECK}/repondre/", {"answer": "no"})
    url = f"/constats/{CHECK}/exception/"
    late = (timezone.localdate() + timedelta(days=500)).isoformat()
    assert holder.post(url, {"reason": "x", "until": late}).status_code == 422
    soon = (timezone.localdate() + timedelta(days=50)).isoformat()
    assert holder.post(url, {"reason": "Le disque arrive", "until": soon}).status_code == 302
    assert "Le disque arrive" in text(holder.get(f"/constats/{CHECK}/"))
    assert holder.post(f"/constats/{CHECK}/exception/retirer/").status_code == 302
    assert not Waiver.objects.exists()


def upload(client: Client, content: bytes, name: str = "capture.png", check: str = CHECK) -> Any:
    body = {
        "name": "Capture",
        "taken_on": timezone.localdate().isoformat(),
        "creation_key": "7f0d4b5e-6f0a-4a6e-9f0b-0d5a5f4f4a11",
        "file": SimpleUploadedFile(name, content),
    }
    return client.post(f"/constats/{check}/preuve/", body)


def test_a_proof_goes_in_and_comes_out_as_a_file(holder: Client) -> None:
    assert upload(holder, PNG, "../../../etc/passwd\r\nX: y.png").status_code == 302
    proof = Proof.objects.get()
    response = holder.get(f"/preuves/{proof.pk}/")
    assert response.content == PNG
    assert response["Content-Disposition"] == f'attachment; filename="preuve-{proof.pk}.png"'
    assert "sandbox" in response["Content-Security-Policy"]
    assert holder.post(f"/preuves/{proof.pk}/retirer/").status_code == 302
    assert holder.get(f"/preuves/{proof.pk}/").status_code == 404


@pytest.mark.parametrize("content", [b"", b"<script>alert(1)</script>\x00", b"MZ" + b"\x00" * 50, b"0" * 20_000_001])
def test_hostile_files_are_refused_with_a_sentence(holder: Client, content: bytes) -> None:
    assert upload(holder, content, "capture.png").status_code == 422
    assert not Proof.objects.exists()


def test_a_question_is_sent_answered_and_dies(holder: Client) -> None:
    holder.post(f"/constats/{CHECK}/question/", {"asked_to": "Perrin Informatique"})
    question = Question.objects.get()
    page = text(holder.get(f"/questions/{question.pk}/"))
    link = page.split('value="http://testserver')[1].split('"')[0]
    assert "Perrin Informatique" in text(holder.get(f"/questions/{question.pk}/feuille/"))
    stranger = Client()
    shown = stranger.get(link)
    assert shown.status_code == 200
    assert shown["Referrer-Policy"] == "same-origin"
    assert stranger.post(link, {"answer": "yes", "name": ""}).status_code == 422
    assert "Merci" in text(stranger.post(link, {"answer": "yes", "name": "Lionel Perrin"}))
    assert stranger.get(link).status_code == 404
    assert Answer.objects.get().answered_by == "Lionel Perrin, par le lien"


def test_a_link_dies_at_its_date(holder: Client) -> None:
    holder.post(f"/constats/{CHECK}/question/", {"asked_to": "Perrin"})
    question = Question.objects.get()
    link = text(holder.get(f"/questions/{question.pk}/")).split('value="http://testserver')[1].split('"')[0]
    Question.objects.update(expires_at=timezone.now())
    assert Client().get(link).status_code == 404
    assert Client().get("/question/" + "x" * 5000 + "/").status_code == 404


def test_a_link_is_shown_to_who_made_it_only(holder: Client, members: Any) -> None:
    holder.post(f"/constats/{CHECK}/question/", {"asked_to": "Perrin"})
    question = Question.objects.get()
    assert "/question/" not in text(client_of(members[Role.PARTNER]).get(f"/questions/{question.pk}/"))


def test_each_person_sees_their_actions_only(client_for: Callable[[Role], Client], practice: Any) -> None:
    for check in catalogue().checks.values():
        if check.answer != "measured":
            flows.give_answer(Actor.system(practice.pk), practice, check.id, Reply("no"), now=timezone.localtime())
    page = text(client_for(Role.SECRETARY).get("/"))
    assert "Votre prestataire informatique</li>" not in page
    assert client_for(Role.SECRETARY).get(f"/constats/{SECRETARYS}/").status_code == 200
    assert client_for(Role.IT_PROVIDER).get(f"/constats/{SECRETARYS}/").status_code == 403


def test_the_questions_come_one_at_a_time(holder: Client) -> None:
    page = text(holder.get("/questions/"))
    assert page.count("<fieldset") == 1
    first = page.split('action="/constats/')[1].split("/")[0]
    holder.post(f"/constats/{first}/repondre/", {"answer": "yes", "next_page": "questions"})
    assert text(holder.get("/questions/")).split('action="/constats/')[1].split("/")[0] != first


def test_the_history_says_which_content_judged(holder: Client, practice: Any) -> None:
    now = timezone.localtime()
    for back in range(12):
        moment = now - timedelta(days=30 * back)
        version = "2026-11-24" if back < 3 else "2025-01-01"
        Snapshot.objects.create(
            practice=practice, taken_at=moment, day=moment.date(), catalogue_version=version, good=back % 7, possible=7,
            statuses={"backup": "good"}, outcomes={}, firsts={},
        )  # fmt: skip
    page = text(holder.get("/mesures/"))
    assert "sur 7" in page
    assert "2025-01-01" in page
    assert "Le contenu a changé" in page
    assert 'svg class="graphe' in text(holder.get("/mesures/sauvegardes/"))


def test_another_practices_things_are_not_found(holder: Client, other_practice: Any) -> None:
    theirs = make_member(other_practice, Role.HOLDER)
    now = timezone.localtime()
    question, _ = flows.ask(Actor.of(theirs), other_practice, check_id=CHECK, asked_to="X", now=now)
    proof = flows.add_proof(
        Actor.of(theirs), practice=other_practice, name="x", taken_on=now.date(), content=PNG, now=now
    )
    for url in (f"/questions/{question.pk}/", f"/questions/{question.pk}/feuille/", f"/preuves/{proof.pk}/"):
        assert holder.get(url).status_code == 404
    for url in (
        f"/questions/{question.pk}/lien/",
        f"/questions/{question.pk}/retirer/",
        f"/preuves/{proof.pk}/retirer/",
    ):
        assert holder.post(url).status_code == 404


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_no_page_asks_more_of_the_database_when_history_grows(holder: Client, practice: Any) -> None:
    pages = ("/", "/mesures/", "/mesures/sauvegardes/", f"/constats/{CHECK}/", "/questions/")
    holder.get("/")
    before = {url: queries(holder, url) for url in pages}
    now = timezone.localtime()
    for back in range(1, 300):
        moment = now - timedelta(days=back)
        Snapshot.objects.create(
            practice=practice, taken_at=moment, day=moment.date(), catalogue_version="2026-11-24", good=3, possible=7
        )
    assert {url: queries(holder, url) for url in pages} == before
    assert max(before.values()) <= 35


def test_help_is_one_click_away_with_and_without_an_account(holder: Client) -> None:
    for client in (holder, Client()):
        page = text(client.get("/aide/"))
        assert "Mots difficiles" in page
        assert "carte de professionnel de santé" in page
    assert 'href="/aide/"' in text(holder.get("/"))


def test_what_a_provider_answers_about_a_measure_is_shown_and_never_believed(holder: Client, practice: Any) -> None:
    holder.post(f"/constats/{MEASURED}/question/", {"asked_to": "Informatique Ouest"})
    question = Question.objects.get()
    link = text(holder.get(f"/questions/{question.pk}/")).split('value="http://testserver')[1].split('"')[0]
    page = text(Client().get(link))
    assert "C’est fait" in page
    assert "None" not in page
    Client().post(link, {"answer": "yes", "name": "Informatique Ouest"})
    assert not Answer.objects.exists()
    for url in (f"/questions/{question.pk}/", f"/constats/{MEASURED}/"):
        assert "Informatique Ouest répond : c’est fait" in text(holder.get(url))
    assert "None" not in text(holder.get(f"/questions/{question.pk}/feuille/"))


def test_before_any_look_the_look_comes_first(holder: Client) -> None:
    holder.post(f"/constats/{CHECK}/repondre/", {"answer": "no"})
    page = text(holder.get("/"))
    assert "n’a encore rien mesuré" in page
    assert "Faire vérifier" not in page


def test_a_failing_point_never_states_the_opposite(holder: Client) -> None:
    holder.post(f"/constats/{CHECK}/repondre/", {"answer": "no"})
    check = catalogue().checks[CHECK]
    page = text(holder.get(f"/constats/{CHECK}/"))
    assert f'<h1 class="mt3">{check.action}' in page.replace("&#x27;", "'")
    assert "Ce qui est attendu" in page
