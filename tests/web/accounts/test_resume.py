"""A form sent after the session ended: kept sealed, given back to the same person in one click, never elsewhere."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.accounts import resume
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.accounts.resume import Kept
from tests.web.accounts.conftest import add_app, code_now, enter, entered, with_password
from tests.web.conftest import PASSWORD, make_member

PATH = "/cabinet/equipe/ajouter/"
FORM = {
    "name": "Claire  Aubin\n« é »",
    "role": "auditor",
    "phone": "",
    "creation_key": "7d1f5d0e-0f3f-4d0c-9a59-3b8a4b8f2d11",
    "version": "",
}


def hidden(page, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found.group(1)) if found else ""


def fall_asleep(client):
    """The session ends as it does after half an hour."""
    session = client.session
    session["hygie-seen"] = timezone.now().timestamp() - 3600
    session.save()


@pytest.fixture
def writer(client, doctor):
    """The doctor, inside, then asleep."""
    enter(client, doctor.user.username)
    client.get("/compte/")
    fall_asleep(client)
    return client


def log_in(client, member, page, **more):
    fields = {"login": member.user.username, "password": PASSWORD, "kept": hidden(page, "kept"), **more}
    return client.post("/entrer/", fields)


def test_nothing_typed_is_lost(writer, doctor):
    answer = writer.post(PATH, FORM)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Votre texte est gardé" in page
    assert "Claire" not in page, "sealed"
    assert "no-store" in answer["Cache-Control"]
    assert not entered(writer)
    wrong = writer.post("/entrer/", {"login": doctor.user.username, "password": "x", "kept": hidden(page, "kept")})
    answer = log_in(writer, doctor, wrong.content.decode())
    assert answer["Location"] == "/reprise/"
    page = writer.get("/reprise/").content.decode()
    assert "Votre texte est encore là" in page
    assert "Claire  Aubin\n« é »" in unescape(page)
    assert not Member.objects.filter(role=Role.AUDITOR).exists(), "never by itself"
    sent = {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    }
    answer = writer.post("/reprise/", sent)
    assert (answer.status_code, answer["Location"]) == (307, PATH)
    answer = writer.post(PATH, sent)
    assert answer.status_code == 302
    assert Member.objects.get(role=Role.AUDITOR).name == "Claire  Aubin\n« é »"


def test_the_same_through_the_second_factor(writer, doctor):
    add_app(doctor.user)
    page = writer.post(PATH, FORM).content.decode()
    assert log_in(writer, doctor, page)["Location"] == "/entrer/verification/"
    assert writer.post("/entrer/verification/", {"code": code_now()})["Location"] == "/reprise/"
    assert "Claire" in writer.get("/reprise/").content.decode()


def test_another_person_does_not_see_it(writer, doctor):
    secretary = with_password(make_member(doctor.practice, Role.SECRETARY))
    page = writer.post(PATH, FORM).content.decode()
    assert log_in(writer, secretary, page)["Location"] == "/"
    assert writer.get("/reprise/")["Location"] == "/"
    assert resume.KEPT not in writer.session


def test_it_is_given_up_when_asked(writer, doctor):
    page = writer.post(PATH, FORM).content.decode()
    log_in(writer, doctor, page)
    page = writer.get("/reprise/").content.decode()
    assert writer.post("/reprise/", {"hygie-drop": "1"})["Location"] == "/"
    assert writer.get("/reprise/")["Location"] == "/"


def test_it_lasts_an_hour(doctor):
    now = timezone.now()
    text = resume.sealed(Kept(str(doctor.user.pk), "/x/", (("a", "b"),), now.timestamp()))
    assert resume.opened(text, doctor.user, now + timedelta(minutes=60))
    assert resume.opened(text, doctor.user, now + timedelta(minutes=60, seconds=1)) is None
    assert resume.opened(text, doctor.user, now - timedelta(minutes=5)) is None, "nor from the future"


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-4] + "AAAA", lambda t: "h1.1." + t[7:], lambda _: "", lambda _: "x" * 500_000]
)
def test_an_altered_seal_opens_nothing(writer, doctor, spoil):
    page = writer.post(PATH, FORM).content.decode()
    fields = {"login": doctor.user.username, "password": PASSWORD, "kept": spoil(hidden(page, "kept"))}
    answer = writer.post("/entrer/", fields)
    assert answer.status_code in {200, 302}
    assert resume.KEPT not in writer.session


@given(st.text(max_size=300))
def test_any_text_as_seal_opens_nothing(text):
    class Somebody:
        pk = 1

    assert resume.opened(text, Somebody(), timezone.now()) is None


def test_a_value_sealed_elsewhere_opens_nothing(doctor, settings):
    from hygie.web.crypto.seal import seal

    text = seal(settings.HYGIE_KEYS.ring, b'{"user": "1", "path": "/", "fields": [], "at": 0}', "other.column")
    assert resume.opened(text, doctor.user, timezone.now()) is None


@pytest.mark.parametrize(
    "path", ["//ailleurs.example/", "https://ailleurs.example/", "/\\ailleurs.example", "javascript:1", ""]
)
def test_it_goes_nowhere_else(doctor, path):
    now = timezone.now()
    text = resume.sealed(Kept(str(doctor.user.pk), path, (), now.timestamp()))
    assert resume.opened(text, doctor.user, now) is None


def test_passwords_are_never_kept():
    names = [
        "password",
        "password1",
        "oldpassword",
        "mot_de_passe",
        "csrfmiddlewaretoken",
        "code",
        "credential",
        "pin",
        "Secret",
    ]
    assert resume.keepable((name, "x") for name in [*names, "note", "postcode"]) == (("note", "x"), ("postcode", "x"))


def test_a_file_cannot_be_kept_and_the_page_says_so(writer):
    page = writer.post(PATH, {**FORM, "proof": SimpleUploadedFile("preuve.pdf", b"x")}).content.decode()
    assert "choisissez-le de nouveau" in page
    assert hidden(page, "kept")


def test_two_hundred_kilobytes_are_kept_and_not_one_more(writer, doctor):
    used = sum(len(name) + len(value.encode()) for name, value in FORM.items())
    room = resume.MOST_BYTES - used - len("note")
    page = writer.post(PATH, {**FORM, "note": "x" * room}).content.decode()
    assert len(hidden(page, "kept")) < resume.LARGEST_SEALED
    assert log_in(writer, doctor, page)["Location"] == "/reprise/"
    fall_asleep(writer)
    page = writer.post(PATH, {**FORM, "note": "x" * (room + 1)}).content.decode()
    assert "trop long pour être gardé" in page
    assert not hidden(page, "kept")


def test_a_stranger_gets_no_seal(db):
    page = Client().post(PATH, FORM).content.decode()
    assert "ne sait plus qui écrivait" in page
    assert not hidden(page, "kept")


def test_the_cookie_that_says_who_is_signed_and_opens_nothing(client, doctor):
    enter(client, doctor.user.username)
    client.get("/compte/")
    cookie = client.cookies[resume.WHO]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    thief = Client()
    thief.cookies[resume.WHO] = cookie.value
    assert thief.get("/compte/").status_code == 302
    thief.cookies[resume.WHO] = f"{doctor.user.pk}:forged"
    assert "ne sait plus qui" in thief.post(PATH, FORM).content.decode()


def test_lost_a_second_time_it_is_still_there(writer, doctor):
    log_in(writer, doctor, writer.post(PATH, FORM).content.decode())
    page = writer.get("/reprise/").content.decode()
    sent = {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    }
    fall_asleep(writer)
    page = writer.post("/reprise/", sent).content.decode()
    assert log_in(writer, doctor, page)["Location"] == "/reprise/"
    page = writer.get("/reprise/").content.decode()
    assert "Claire" in page
    assert writer.post("/reprise/", {"hygie-sealed": hidden(page, "hygie-sealed")})["Location"] == PATH


def test_a_page_left_open_for_hours_still_sends(writer, doctor, monkeypatch):
    log_in(writer, doctor, writer.post(PATH, FORM).content.decode())
    seal = hidden(writer.get("/reprise/").content.decode(), "hygie-sealed")
    later = timezone.now() + timedelta(hours=3)
    kept = resume.opened(seal, doctor.user, later, resume.LIFE_ON_PAGE)
    assert kept is not None
    assert kept.path == PATH


def test_sending_again_needs_the_token_of_the_page(doctor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(doctor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/reprise/", {"hygie-sealed": "x"}).status_code == 403


def test_what_was_typed_is_shown_without_the_forms_own_machinery():
    fields = (
        ("creation_key", "7d1f"),
        ("version", "3"),
        ("form-TOTAL_FORMS", "1"),
        ("note", "Un texte"),
        ("phone", " "),
    )
    assert Kept("1", "/", fields, 0).texts == ["Un texte"]
