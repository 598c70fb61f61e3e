"""The settings, and « Ce qui sort du cabinet »."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from hygie.core.errors import Refused
from hygie.reference.outflows import outflows
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.dashboard.models import Question
from hygie.web.errors import Outdated
from hygie.web.inventory.models import Device, DeviceLink
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from hygie.web.practice import flows
from hygie.web.practice.errors import MailNotReady, NothingLeavesAnExample
from hygie.web.practice.models import Mail, Practice
from hygie.web.workstations.models import Workstation
from tests.web.conftest import client_of, make_member, make_practice

SETTINGS = "/cabinet/reglages/"
SHARING = "/cabinet/partage/"
GOOD = {"name": "Cabinet des Tilleuls", "people": "4", "insurer_contract": "MRP-2024-118204", "version": "1"}


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def lines(practice: Practice) -> list[tuple[str, str]]:
    return list(JournalEntry.objects.filter(practice=str(practice.pk)).values_list("kind", "summary"))


def ready(practice: Practice, **fields: Any) -> Mail:
    mail = flows.mail_of(practice)
    values = {"host": "smtp.exemple.example", "sender": "cabinet@exemple.example", "recipients": "a@exemple.example"}
    for name, value in {**values, **fields}.items():
        setattr(mail, name, value)
    mail.save()
    return mail


def test_settings_are_changed_and_told_without_their_content(holder: Client, practice: Practice) -> None:
    assert holder.post(SETTINGS, GOOD).status_code == 302
    practice.refresh_from_db()
    assert (practice.name, practice.people, practice.insurer_contract) == ("Cabinet des Tilleuls", 4, "MRP-2024-118204")
    assert lines(practice)[0][0] == "practice.changed"
    assert "118204" not in str(JournalEntry.objects.values_list("data", "summary"))


def test_saved_unchanged_nothing_is_written(holder: Client, practice: Practice) -> None:
    holder.post(SETTINGS, {"name": practice.name, "version": "1"})
    practice.refresh_from_db()
    assert practice.version == 1
    assert lines(practice) == []


def test_two_people_at_once_keep_both_texts(holder: Client, practice: Practice) -> None:
    holder.post(SETTINGS, GOOD)
    response = holder.post(SETTINGS, {**GOOD, "name": "Un autre nom"})
    assert response.status_code == 409
    page = text(response)
    assert "Quelqu’un a modifié cette page entre-temps." in page
    assert "Cabinet des Tilleuls" in page
    assert 'value="Un autre nom"' in page
    assert 'name="version" value="2"' in page
    practice.refresh_from_db()
    assert practice.name == "Cabinet des Tilleuls"
    assert holder.post(SETTINGS, {**GOOD, "name": "Un autre nom", "version": "2"}).status_code == 302


def test_the_flow_itself_refuses_an_old_version(practice: Practice, members: dict[Role, Member]) -> None:
    actor = Actor.of(members[Role.HOLDER])
    flows.change_settings(actor, practice, {"name": "B"}, seen=1)
    with pytest.raises(Outdated):
        flows.change_settings(actor, practice, {"name": "C"}, seen=1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, "Écrivez le nom"),
        ({"name": "x" * 121}, "120"),
        ({"people": "-1"}, "de 1 à 500"),
        ({"insurer_contract": "9" * 61}, "60 caractères"),
        ({"version": "99999999999999999999"}, ""),
        ({"version": "un"}, ""),
    ],
)
def test_faulty_settings_change_nothing(holder: Client, practice: Practice, change: dict[str, str], told: str) -> None:
    response = holder.post(SETTINGS, {**GOOD, **change})
    assert response.status_code == 422
    assert told in text(response)
    practice.refresh_from_db()
    assert practice.version == 1


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_changes_settings(client_for: Callable[[Role], Client], role: Role) -> None:
    client = client_for(role)
    seen = role in (Role.HOLDER, Role.PARTNER, Role.SECRETARY, Role.AUDITOR)
    assert client.get(SETTINGS).status_code == (200 if seen else 403)
    assert client.post(SETTINGS, GOOD).status_code == (302 if role is Role.HOLDER else 403)


def test_nothing_leaves_at_first_and_the_page_says_so(holder: Client) -> None:
    page = text(holder.get(SHARING))
    assert "Rien ne sort du cabinet." in page
    for outflow in outflows().outflow:
        assert outflow.title.replace("'", "’") in page
    assert "Ouvert en ce moment" not in page


def test_the_switch_opens_and_closes_and_each_is_told(holder: Client, practice: Practice) -> None:
    ready(practice)
    holder.post(f"{SHARING}mail/", {"on": "1"})
    page = text(holder.get(SHARING))
    assert "Une seule chose sort du cabinet" in page
    assert "a@exemple.example, par le serveur smtp.exemple.example" in page
    assert "décidé par Dr Hélène Fontaine" in page
    holder.post(f"{SHARING}mail/", {"on": "0"})
    assert "Rien ne sort du cabinet." in text(holder.get(SHARING))
    assert [kind for kind, _ in lines(practice)] == ["sharing.switched"] * 2


def test_switching_twice_changes_nothing(practice: Practice, members: dict[Role, Member]) -> None:
    ready(practice)
    actor, now = Actor.of(members[Role.HOLDER]), timezone.now()
    first = flows.switch_mail(actor, practice, on=True, now=now)
    again = flows.switch_mail(actor, practice, on=True, now=now + timedelta(hours=1))
    assert again.enabled_at == first.enabled_at
    assert len(lines(practice)) == 1


def test_mail_that_is_not_set_does_not_switch_on(practice: Practice, members: dict[Role, Member]) -> None:
    with pytest.raises(MailNotReady) as refused:
        flows.switch_mail(Actor.of(members[Role.HOLDER]), practice, on=True, now=timezone.now())
    assert isinstance(refused.value, Refused)
    assert not flows.mail_of(practice).enabled


def test_nothing_ever_leaves_an_example(db: None) -> None:
    demo = make_practice("Exemple", demo=True)
    ready(demo)
    with pytest.raises(NothingLeavesAnExample):
        flows.switch_mail(Actor.system(demo.pk), demo, on=True, now=timezone.now())


def test_open_links_are_counted_and_closed_together(
    holder: Client, practice: Practice, other_practice: Practice
) -> None:
    now = timezone.now()

    def question(owner: Practice, digest: str, hours: int) -> Question:
        return Question.objects.create(
            practice=owner, asked_to="Perrin Informatique", owner="it_provider", asked_by="x", asked_at=now,
            digest=digest, expires_at=now + timedelta(hours=hours),
        )  # fmt: skip

    mine, old, theirs = question(practice, "a", 5), question(practice, "b", -5), question(other_practice, "c", 5)
    page = text(holder.get(SHARING))
    assert "1 lien ouvert" in page
    assert "Perrin Informatique" in page
    holder.post(f"{SHARING}question_links/")
    for row in (mine, old, theirs):
        row.refresh_from_db()
    assert (mine.digest, old.digest, theirs.digest) == (None, "b", "c")
    assert "lien ouvert" not in text(holder.get(SHARING))
    assert mine.closed_at is None  # the question itself stays


def test_links_of_telephones_are_closed_too(holder: Client, practice: Practice) -> None:
    now = timezone.now()
    device = Device.objects.create(practice=practice, name="Téléphone de garde", kind="phone")
    DeviceLink.objects.create(practice=practice, device=device, digest="d" * 64, expires_at=now + timedelta(hours=20))
    assert "Téléphone de garde" in text(holder.get(SHARING))
    holder.post(f"{SHARING}device_links/")
    assert DeviceLink.objects.get().expires_at <= timezone.now()
    assert holder.post(f"{SHARING}device_links/").status_code == 302
    assert len([kind for kind, _ in lines(practice) if kind == "sharing.switched"]) == 1


def test_computers_that_joined_are_listed_as_staying_inside(holder: Client, practice: Practice) -> None:
    device = Device.objects.create(practice=practice, name="Bureau 2", kind="desktop")
    Workstation.objects.create(
        practice=practice, device=device, public_key=uuid4().hex, enrolled_at=timezone.now() - timedelta(days=3)
    )
    page = text(holder.get(SHARING))
    assert "Bureau 2" in page
    assert "Reste au cabinet" in page
    assert "Rien ne sort du cabinet." in page


@pytest.mark.parametrize("outflow", ["hub", "telemetry", "documents", "nothing"])
def test_what_has_no_switch_is_not_found(holder: Client, outflow: str) -> None:
    assert holder.post(f"{SHARING}{outflow}/").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_switches(client_for: Callable[[Role], Client], practice: Practice, role: Role) -> None:
    ready(practice)
    client = client_for(role)
    seen = role in (Role.HOLDER, Role.PARTNER, Role.SECRETARY, Role.AUDITOR)
    assert client.get(SHARING).status_code == (200 if seen else 403)
    assert client.post(f"{SHARING}mail/", {"on": "1"}).status_code == (302 if role is Role.HOLDER else 403)
    if seen and role is not Role.HOLDER:
        assert "<form" not in text(client.get(SHARING)).split("<main")[1].split("</main>")[0]


def test_another_practice_is_neither_shown_nor_switched(holder: Client, other_practice: Practice) -> None:
    ready(other_practice, recipients="b@exemple.example")
    other = client_of(make_member(other_practice, Role.HOLDER))
    other.post(f"{SHARING}mail/", {"on": "1"})
    assert "Rien ne sort du cabinet." in text(holder.get(SHARING))
    holder.post(f"{SHARING}mail/", {"on": "0"})
    assert Mail.objects.get(practice=other_practice).enabled


def test_without_its_token_a_switch_is_refused(members: dict[Role, Member], practice: Practice) -> None:
    ready(practice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(members[Role.HOLDER].user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(f"{SHARING}mail/", {"on": "1"}).status_code == 403
    assert not flows.mail_of(practice).enabled
