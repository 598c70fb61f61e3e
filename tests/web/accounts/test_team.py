"""Arrivals, changes, departures: who may, what happens at once, what is left, and who cannot go."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hygie.web.accounts import flows, team
from hygie.web.accounts.access import Role
from hygie.web.accounts.errors import LastHolder, NotYourself
from hygie.web.accounts.models import Arrival, Departure, Invitation, Member, User
from hygie.web.accounts.team import Person
from hygie.web.errors import Outdated
from hygie.web.inventory.models import Card, Device, OnlineAccount
from hygie.web.journal.flows import Actor
from tests.web.accounts.conftest import add_app, enter, entered, kinds, with_password
from tests.web.conftest import client_of, make_member, make_practice

TEAM = "/cabinet/equipe/"


@pytest.fixture
def holder(doctor):
    return client_of(doctor)


@pytest.fixture
def secretary(doctor):
    return with_password(make_member(doctor.practice, Role.SECRETARY))


def arrive(client, **changed):
    fields = {
        "name": "Dr Anne Roche",
        "role": "locum",
        "phone": "",
        "starts_on": "",
        "ends_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "account": "on",
        "username": "",
        "creation_key": str(uuid4()),
        **changed,
    }
    return client.post(f"{TEAM}ajouter/", fields)


def test_somebody_arrives_with_an_account_and_steps(holder, doctor):
    answer = arrive(holder)
    member = Member.objects.get(name="Dr Anne Roche")
    assert answer["Location"] == f"{TEAM}{member.pk}/arrivee/"
    assert member.user.username == "anne.roche"
    assert not member.user.has_usable_password()
    page = holder.get(answer["Location"]).content.decode()
    assert "Vérifier que sa carte CPS est là" in page
    assert kinds(doctor.practice) == ["team.added"]


def test_sent_twice_arrives_once(holder):
    key = str(uuid4())
    first, second = arrive(holder, creation_key=key), arrive(holder, creation_key=key)
    assert first["Location"] == second["Location"]
    assert Member.objects.filter(name="Dr Anne Roche").count() == 1
    named = str(uuid4())
    assert (
        arrive(holder, creation_key=named, username="anne")["Location"]
        == arrive(holder, creation_key=named, username="anne")["Location"]
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends_on": ""}, "Donnez le dernier jour"),
        ({"ends_on": "2020-01-01"}, "Donnez un jour à venir"),
        ({"starts_on": "2099-01-02", "ends_on": "2099-01-01"}, "avant le premier"),
        ({"ends_on": "demain"}, "06/11/2026"),
        ({"role": "king"}, "Sélectionnez un choix valide"),
        ({"name": ""}, "Remplissez cette ligne"),
        ({"username": "anne roche"}, "sans espace ni accent"),
        ({"creation_key": "x"}, "UUID"),
    ],
)
def test_what_is_to_mend_is_said(holder, changed, said):
    page = arrive(holder, **changed).content.decode()
    assert said in page
    assert Member.objects.count() == 1


def test_an_identifier_taken_elsewhere_is_told(holder, db):
    make_member(make_practice("Autre"), Role.HOLDER)
    taken = User.objects.last().username
    assert "déjà pris" in arrive(holder, username=taken.upper()).content.decode()


def test_two_people_of_one_name_get_two_identifiers(holder):
    arrive(holder)
    arrive(holder)
    assert set(Member.objects.filter(role="locum").values_list("user__username", flat=True)) == {
        "anne.roche",
        "anne.roche2",
    }


def test_a_person_without_an_account(holder):
    arrive(holder, account="")
    member = Member.objects.get(role="locum")
    assert member.user is None
    assert "account" not in [step["key"] for step in member.arrival.done["steps"]]


def tick(client, path, step, *, done=True):
    return client.post(path, {"step": step, **({"done": "on"} if done else {})})


def test_steps_are_ticked_left_and_taken_up_again(holder, doctor):
    path = arrive(holder)["Location"]
    keys = [step["key"] for step in Arrival.objects.get().done["steps"]]
    assert tick(holder, path, "rules")["Location"] == path
    assert "Fait par Dr Hélène Fontaine" in holder.get(path).content.decode()
    tick(holder, path, "rules", done=False)
    assert Arrival.objects.get().done["ticks"] == {}
    for key in keys:
        tick(holder, path, key)
    assert Arrival.objects.get().closed_at is not None
    assert "Tout est fait" in holder.get(path).content.decode()
    before = len(kinds())
    tick(holder, path, "rules")
    tick(holder, path, "unknown")
    tick(holder, path, "")
    assert len(kinds()) == before


def change(client, member, **changed):
    member.refresh_from_db()
    fields = {
        "name": member.name,
        "role": member.role,
        "phone": "",
        "starts_on": "",
        "ends_on": "",
        "version": member.version,
    }
    return client.post(f"{TEAM}{member.pk}/", {**fields, **changed})


def test_a_change_of_role_ends_the_sessions(holder, secretary):
    inside = Client()
    enter(inside, secretary.user.username)
    change(holder, secretary, name="Nadia L.")
    assert inside.get("/compte/").status_code == 200, "a name does not"
    change(holder, secretary, role="partner")
    assert inside.get("/compte/").status_code == 302
    assert kinds().count("team.changed") == 2


def test_two_people_change_the_same_one(holder, secretary):
    change(holder, secretary, name="Nadia L.")
    answer = change(holder, secretary, name="Autre", version=1)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Quelqu’un a modifié" in page
    assert "Autre" in page, "what was typed is kept"
    secretary.refresh_from_db()
    assert secretary.name == "Nadia L."
    with pytest.raises(Outdated):
        team.change_person(Actor.system(secretary.practice_id), secretary, Person("x", Role.SECRETARY), 1)


def test_nothing_changed_writes_nothing(holder, secretary):
    change(holder, secretary)
    secretary.refresh_from_db()
    assert secretary.version == 1
    assert "team.changed" not in kinds()


def test_the_last_holder_stays_a_holder(doctor, secretary):
    second = with_password(make_member(doctor.practice, Role.HOLDER, "Dr Karim Belkacem"))
    other = client_of(second)
    change(other, doctor, role="partner")
    doctor.refresh_from_db()
    assert doctor.role == "partner"
    with pytest.raises(LastHolder):
        team.change_person(Actor.of(doctor), second, Person(second.name, Role.PARTNER), 1)
    with pytest.raises(LastHolder):
        team.change_person(
            Actor.of(doctor), second, Person(second.name, Role.HOLDER, ends_on=timezone.localdate() + timedelta(1)), 1
        )
    with pytest.raises(LastHolder):
        team.begin_departure(Actor.of(doctor), second, now=timezone.now(), today=timezone.localdate())


def test_a_holder_who_never_entered_does_not_count(doctor):
    newcomer = make_member(doctor.practice, Role.HOLDER, "Dr Nouveau")
    newcomer.user.set_unusable_password()
    newcomer.user.save()
    with pytest.raises(LastHolder):
        team.begin_departure(Actor.of(newcomer), doctor, now=timezone.now(), today=timezone.localdate())


def test_nobody_removes_themselves(doctor, holder):
    with_password(make_member(doctor.practice, Role.HOLDER, "Dr Karim Belkacem"))
    with pytest.raises(NotYourself):
        team.begin_departure(Actor.of(doctor), doctor, now=timezone.now(), today=timezone.localdate())
    page = holder.post(f"{TEAM}{doctor.pk}/depart/", {"confirm": "yes"}).content.decode()
    assert "Demandez-le à un autre titulaire" in page
    page = change(holder, doctor, role="partner").content.decode()
    assert "Demandez-le à un autre titulaire" in page
    change(holder, doctor, name="Dr H. Fontaine")
    doctor.refresh_from_db()
    assert (doctor.name, doctor.role) == ("Dr H. Fontaine", "holder")


@pytest.mark.django_db(transaction=True)
def test_two_holders_who_remove_each_other_at_once_leave_one():
    practice = make_practice()
    pair = [with_password(make_member(practice, Role.HOLDER, name)) for name in ("Dr A", "Dr B")]
    results = []

    def remove(actor, member) -> None:
        try:
            team.begin_departure(Actor.of(actor), member, now=timezone.now(), today=timezone.localdate())
            results.append("left")
        except LastHolder:
            results.append("kept")
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["kept", "left"]


@pytest.fixture
def held(secretary):
    """A card, a device and a shared account."""
    practice = secretary.practice
    card = Card.objects.create(practice=practice, kind="cpe", holder=secretary)
    device = Device.objects.create(practice=practice, name="Portable", kind="laptop", holder=secretary)
    account = OnlineAccount.objects.create(practice=practice, name="Agenda en ligne")
    account.users.add(secretary)
    return card, device, account


def test_a_departure_removes_access_at_once_and_lists_the_rest(holder, secretary, held):
    inside = Client()
    enter(inside, secretary.user.username)
    add_app(secretary.user)
    flows.invite(Actor.system(secretary.practice_id), secretary, timezone.now())
    path = f"{TEAM}{secretary.pk}/depart/"
    assert "se ferme aussitôt" in holder.get(path).content.decode()
    holder.post(path, {})
    assert not Departure.objects.exists(), "a review first"
    assert holder.post(path, {"confirm": "yes"})["Location"] == path
    assert inside.get("/compte/").status_code == 302
    enter(inside, secretary.user.username)
    assert not entered(inside)
    user = User.objects.get(pk=secretary.user.pk)
    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert not Invitation.objects.exists()
    assert not user.authenticator_set.exists()
    page = holder.get(path).content.decode().replace("\u00a0", " ")
    for text in ("CPE (personnel d’établissement)", "Reprendre : Portable", "Agenda en ligne", "partagés", "clés"):
        assert text in page
    assert kinds().count("team.left") == 1


def test_ticks_change_the_inventory_and_can_be_taken_back(holder, secretary, held):
    card, device, account = held
    path = f"{TEAM}{secretary.pk}/depart/"
    holder.post(path, {"confirm": "yes"})
    for one, key in zip(held, ("card", "device", "account"), strict=True):
        tick(holder, path, f"{key}:{one.pk}")
    card.refresh_from_db()
    device.refresh_from_db()
    assert (card.state, card.returned_on, device.holder) == ("returned", timezone.localdate(), None)
    assert not account.users.exists()
    assert "Agenda en ligne" in holder.get(path).content.decode(), "the list stays"
    tick(holder, path, f"card:{card.pk}", done=False)
    tick(holder, path, f"device:{device.pk}", done=False)
    tick(holder, path, f"account:{account.pk}", done=False)
    card.refresh_from_db()
    device.refresh_from_db()
    assert (card.state, device.holder, account.users.count()) == ("held", secretary, 1)


def test_a_departure_ends_with_its_last_step(holder, secretary, held):
    path = f"{TEAM}{secretary.pk}/depart/"
    holder.post(path, {"confirm": "yes"})
    holder.post(path, {"confirm": "yes"})
    assert Departure.objects.count() == 1
    for step in Departure.objects.get().done["steps"]:
        tick(holder, path, step["key"])
    assert Departure.objects.get().closed_at is not None
    page = holder.get(TEAM).content.decode()
    assert "Parties" in page
    assert "Nadia Lemoine" in page


def test_a_forged_step_reaches_no_other_practice(holder, secretary, other_practice):
    card = Card.objects.create(practice=other_practice, kind="cps")
    path = f"{TEAM}{secretary.pk}/depart/"
    holder.post(path, {"confirm": "yes"})
    tick(holder, path, f"card:{card.pk}")
    card.refresh_from_db()
    assert card.state == "held"


def test_the_team_is_one_page_whatever_its_size(holder, doctor, django_assert_max_num_queries):
    for rank in range(25):
        make_member(doctor.practice, Role.SECRETARY, f"Personne {rank}")
    with django_assert_max_num_queries(9):
        page = holder.get(TEAM).content.decode()
    assert page.count("Personne ") == 25


def test_the_list_tells_each_account_and_second_factor(holder, doctor, secretary):
    add_app(secretary.user)
    make_member(doctor.practice, Role.PARTNER, account=False)
    newcomer = make_member(doctor.practice, Role.IT_PROVIDER)
    newcomer.user.set_unusable_password()
    newcomer.user.save()
    page = holder.get(TEAM).content.decode()
    for word in ("Ouvert", "Sans compte", "Feuille à utiliser", "Oui", "Pas encore"):
        assert word in page


PAGES = ["", "ajouter/", "{pk}/", "{pk}/depart/"]
POSTS = [
    "ajouter/",
    "{pk}/",
    "{pk}/depart/",
    "{pk}/feuille/",
    "{pk}/nouveau-mot-de-passe/",
    "{pk}/sans-deuxieme-verification/",
]


@pytest.mark.parametrize("role", list(Role))
def test_only_the_holder_changes_the_team(members, client_for, role):
    client, pk = client_for(role), members[Role.SECRETARY].pk
    seen = [client.get(TEAM + page.format(pk=pk)).status_code for page in PAGES]
    sent = [client.post(TEAM + page.format(pk=pk), {}).status_code for page in POSTS]
    if role is Role.HOLDER:
        assert set(seen) == {200}
        assert 403 not in sent
    elif role is Role.AUDITOR:
        assert seen == [200, 403, 403, 403]
        assert set(sent) == {403}
    else:
        assert set(seen + sent) == {403}


@pytest.mark.parametrize("page", [*PAGES[2:], "{pk}/arrivee/"])
def test_another_practices_person_is_not_found(holder, other_practice, page):
    stranger = make_member(other_practice, Role.HOLDER)
    assert holder.get(TEAM + page.format(pk=stranger.pk)).status_code == 404
    assert holder.post(TEAM + page.format(pk=stranger.pk), {"confirm": "yes"}).status_code == 404


@pytest.mark.parametrize("page", POSTS[3:])
def test_another_practices_account_is_not_touched(holder, other_practice, page):
    stranger = make_member(other_practice, Role.HOLDER)
    assert holder.post(TEAM + page.format(pk=stranger.pk)).status_code == 404
    assert not Invitation.objects.exists()


def test_a_hostile_name_is_text(holder):
    arrive(holder, name="<script>alert(1)</script>", role="secretary", ends_on="")
    page = holder.get(TEAM).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
