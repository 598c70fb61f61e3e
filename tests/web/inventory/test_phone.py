from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hygie.reference.phone import phone_questions
from hygie.web.accounts.access import Role
from hygie.web.inventory import flows, selectors
from hygie.web.inventory.models import Device, DeviceLink, DeviceReview
from hygie.web.inventory.phone import square_code
from hygie.web.journal.flows import Actor, journal
from hygie.web.practice.models import Practice
from tests.web.inventory.conftest import ClientFor, kinds

YES = {question.id: "yes" for question in phone_questions()}


@pytest.fixture
def token(phone: Device, practice: Practice) -> str:
    return flows.open_link(Actor.system(practice.pk), phone, now=timezone.now())


def url(token: str) -> str:
    return f"/telephone/{token}/"


def test_the_link_answers_without_an_account_and_once(token: str, phone: Device, practice: Practice) -> None:
    client = Client(enforce_csrf_checks=False)
    page = client.get(url(token))
    assert page.status_code == 200
    assert "Téléphone du Dr Fontaine" in page.content.decode()
    assert "IMEI-42" not in page.content.decode()
    assert client.post(url(token), YES | {"name": "Hélène"}).headers["Location"] == url(token)
    assert "C’est noté" in client.get(url(token)).content.decode()
    client.post(url(token), dict.fromkeys(YES, "no"))
    review = DeviceReview.objects.get()
    assert review.answers == YES
    assert review.answered_by == "Hélène"
    phone.refresh_from_db()
    assert (phone.encrypted, phone.encrypted_origin) == ("yes", "declared")
    assert kinds(practice).count("device.reviewed") == 1
    assert selectors.last_reviews(practice)[phone.pk][1] == YES


def test_two_clicks_at_once_write_once(token: str, phone: Device) -> None:
    link = DeviceLink.objects.get()
    now = timezone.now()
    flows.answer_from_link(link, YES, name="", now=now)
    with pytest.raises(flows.Outdated):
        flows.answer_from_link(link, YES, name="", now=now)
    assert DeviceReview.objects.count() == 1


@pytest.mark.parametrize("wrong", ["", "x", "é" * 40, "a" * 3000, "../../etc"])
def test_a_wrong_link_says_nothing(wrong: str, token: str) -> None:
    answer = Client().get(f"/telephone/{wrong}x/")
    assert answer.status_code == 404
    assert "Fontaine" not in answer.content.decode()


def test_a_link_lasts_a_day(token: str) -> None:
    DeviceLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = Client().get(url(token))
    assert answer.status_code == 404
    assert "ne s’ouvre plus" in answer.content.decode()
    assert Client().post(url(token), YES).status_code == 404
    assert not DeviceReview.objects.exists()


def test_a_new_link_kills_the_old_one(token: str, phone: Device, practice: Practice) -> None:
    flows.open_link(Actor.system(practice.pk), phone, now=timezone.now())
    assert Client().get(url(token)).status_code == 404


def test_a_device_that_left_no_longer_answers(token: str, phone: Device) -> None:
    Device.objects.update(disposed_on=timezone.localdate())
    assert Client().get(url(token)).status_code == 404


def test_the_secret_is_kept_nowhere_and_told_to_nobody(token: str, practice: Practice) -> None:
    row = DeviceLink.objects.get()
    assert token not in row.digest
    assert token not in repr(journal().entries(str(practice.pk)))
    answer = Client().get(url(token))
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.content.decode()
    assert text.count('href="https://') == text.count('rel="noreferrer noopener"')
    assert 'rel="noreferrer noopener"' in text


def test_a_missing_answer_keeps_the_others(token: str) -> None:
    answer = Client().post(url(token), {name: word for name, word in YES.items() if name != "lock"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count(" checked") == len(YES) - 1
    assert not DeviceReview.objects.exists()


@pytest.mark.parametrize("word", ["", "maybe", "yes; DROP", "YES"])
def test_only_three_answers_exist(word: str, token: str) -> None:
    assert Client().post(url(token), YES | {"lock": word}).status_code == 422


def test_the_form_needs_its_token(token: str) -> None:
    assert Client(enforce_csrf_checks=True).post(url(token), YES).status_code == 403


@pytest.mark.parametrize(
    ("agent", "opened"), [("Mozilla/5.0 (iPhone; CPU)", 1), ("Mozilla/5.0 (Linux; Android 15)", 1), ("X", 0)]
)
def test_the_gestures_of_the_system_in_hand_come_open(agent: str, opened: int, token: str) -> None:
    text = Client(headers={"user-agent": agent}).get(url(token)).content.decode()
    assert text.count("<details") == 12
    assert text.count(" open>") == 6 * opened


def test_unverified_gestures_say_so(token: str) -> None:
    doubtful = sum(g.confidence == "unverified" for q in phone_questions() for _, _, g in q.systems)
    assert Client().get(url(token)).content.decode().count("Chemin à vérifier") == doubtful


def test_the_square_code_is_for_the_session_that_made_it(holder: Client, phone: Device, client_for: ClientFor) -> None:
    page = reverse("inventory:link", args=[phone.pk])
    assert holder.get(page).status_code == 302
    assert holder.post(reverse("inventory:open_link", args=[phone.pk])).headers["Location"] == page
    text = holder.get(page).content.decode()
    assert "/telephone/" in text
    assert "style=" not in text
    assert client_for(Role.PARTNER).get(page).status_code == 302


def test_a_computer_open_to_itself_only_says_so(holder: Client, phone: Device) -> None:
    page = reverse("inventory:link", args=[phone.pk])
    holder.post(reverse("inventory:open_link", args=[phone.pk]))
    words = "n’est ouvert que sur cet ordinateur"
    assert words not in holder.get(page).content.decode()
    for host in ("127.0.0.1:8321", "localhost", "localhost:80"):
        assert words in holder.get(page, headers={"host": host}).content.decode()


@pytest.mark.parametrize("kind", ["desktop", "printer", "network"])
def test_what_is_not_a_phone_is_not_asked(kind: str, holder: Client, practice: Practice) -> None:
    row = Device.objects.create(practice=practice, name="Poste", kind=kind)
    assert holder.get(reverse("inventory:review", args=[row.pk])).status_code == 404
    assert holder.post(reverse("inventory:open_link", args=[row.pk])).status_code == 404


def test_the_same_questions_from_the_computer(holder: Client, phone: Device) -> None:
    page = reverse("inventory:review", args=[phone.pk])
    assert holder.post(page, YES | {"encryption": "no"}).status_code == 302
    phone.refresh_from_db()
    assert phone.encrypted == "no"
    assert DeviceReview.objects.get().answered_by == "Dr Hélène Fontaine"
    assert "Relu" in holder.get(reverse("inventory:devices")).content.decode()


def test_the_square_code_draws_what_it_says() -> None:
    code: dict[str, Any] = square_code("http://192.168.1.10:8321/telephone/" + "a" * 32 + "/")
    drawn = code["path"].count("M")
    assert code["side"] > 29
    assert 0.2 < drawn / code["side"] ** 2 < 0.5
    assert code["path"].startswith("M4 4h1v1h-1z")
