"""A form changes what it shows, and nothing else: fields nobody offered are ignored, in every form of the app."""

from typing import Any
from uuid import uuid4

from django.apps import apps
from django.test import Client

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member, User
from hygie.web.inventory.models import Device
from hygie.web.practice.models import Practice
from hygie.web.tenancy import Owned
from tests.web.security.test_hostile import LEAVES
from tests.web.security.walk import Form, forms
from tests.web.security.world import World


def offered_by_nobody(theirs: World, form: Form) -> dict[str, Any]:
    """Every column of every table, with the other practice's values, but what the form itself asks."""
    wanted = {
        "practice": str(theirs.practice.pk), "practice_id": str(theirs.practice.pk), "demo": "on", "id": "1", "pk": "1",
        "user": str(theirs.members[Role.HOLDER].user.pk), "user_id": str(theirs.members[Role.HOLDER].user.pk),
        "member": str(theirs.members[Role.HOLDER].pk), "is_active": "", "is_staff": "1", "is_superuser": "1",
        "session_epoch": "99", "must_change_password": "", "role": "holder", "left_on": "2026-01-01", "owner": "doctor",
        "answered_by": "Usurpateur", "decided_by": "Usurpateur", "added_by": "Usurpateur", "asked_by": "Usurpateur",
        "enabled_by": "Usurpateur", "revoked_by": "Usurpateur", "created_by": "Usurpateur", "actor": "Usurpateur",
        "this_machine": "on", "encrypted_origin": "measured", "last_seen_at": "2030-01-01", "created_at": "2001-01-01",
        "answered_on": "2030-01-01", "check_id": "zzz", "digest": "0", "expires_at": "2099-01-01",
        "closed_at": "2001-01-01",
        "disposed_on": "2001-01-01", "first_run_done_at": "2001-01-01", "stored_as": str(uuid4()), "sha256": "0" * 64,
        "media_type": "text/html", "size": "1", "latest": "", "public_key": "x", "last_error": "Usurpateur",
    }  # fmt: skip
    asked = {one.name for one in form.fields}
    return {name: value for name, value in wanted.items() if name not in asked}


def belongings(world: World) -> dict[str, list[Any]]:
    models = [model for model in apps.get_models() if issubclass(model, Owned)]
    return {
        model.__name__: list(model.objects.for_practice(world.practice).order_by("pk").values_list())
        for model in models
    }


def test_no_form_takes_what_it_does_not_ask(ours: World, theirs: World) -> None:
    client, before = ours.client(Role.HOLDER), belongings(theirs)
    users = dict(User.objects.values_list("pk", "is_active"))
    client.raise_request_exception = False
    tried = 0
    for form in forms(client, ours):
        if not any(word in form.action for word in LEAVES):
            fresh = {one.name: str(uuid4()) for one in form.fields if one.name == "creation_key"}
            answer = client.post(form.action, form.filled(**fresh) | offered_by_nobody(theirs, form))
            assert answer.status_code < 500, form.action
            tried += 1
    assert tried > 20
    assert belongings(theirs) == before, "the other practice's"
    assert not Practice.objects.filter(demo=True).exists()
    assert dict(User.objects.filter(pk__in=users).values_list("pk", "is_active")) == users
    assert_nobody_else_signed(ours)
    assert not Device.objects.for_practice(ours.practice).filter(this_machine=True).exists()
    assert not Device.objects.for_practice(ours.practice).filter(encrypted_origin="measured").exists()
    assert {role: Member.objects.get(pk=one.pk).role for role, one in ours.members.items()} == {
        r: r.value for r in Role
    }


def assert_nobody_else_signed(world: World) -> None:
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.name.endswith(("_by", "actor_name", "last_error")):
                written = set(model._base_manager.values_list(column.name, flat=True))
                assert "Usurpateur" not in written, f"{model.__name__}.{column.name}"


def test_the_number_of_another_practice_s_row_is_no_choice(ours: World, theirs: World, doctor: Client) -> None:
    """Lists of choices are those of one's own practice: another's person or provider is not one."""
    stranger, provider = theirs.members[Role.HOLDER], theirs.rows["provider"]
    device = {"name": "Portable", "kind": "laptop", "encrypted": "unknown", "holder": stranger.pk}
    card = {"kind": "cps", "holder": stranger.pk, "state": "held"}
    account = {"name": "Boîte", "second_factor": "no", "provider": provider.pk, "users": [stranger.pk]}
    for url, form in (("materiel", device), ("materiel/cartes", card), ("materiel/comptes", account)):
        answer = doctor.post(f"/{url}/ajouter/", {**form, "creation_key": str(uuid4())})
        assert answer.status_code == 422, url
    assert not Device.objects.filter(name="Portable").exists()


def test_a_key_of_creation_taken_by_another_practice_gives_nothing_of_it(
    ours: World, theirs: World, doctor: Client
) -> None:
    taken = theirs.rows["phone"].creation_key
    form = {"name": "Portable", "kind": "laptop", "encrypted": "unknown", "creation_key": str(taken)}
    answer = doctor.post("/materiel/ajouter/", form)
    assert answer.status_code == 302
    assert Device.objects.get(creation_key=taken).practice_id == theirs.practice.pk
    made = Device.objects.for_practice(ours.practice).get(name="Portable")
    assert answer["Location"] == f"/materiel/{made.pk}/"


def test_a_version_nobody_saw_writes_nothing(ours: World, doctor: Client) -> None:
    row = ours.rows["phone"]
    for version in ("", "0", "-1", "99", "abc", "1e9", str(2**70)):
        form = {"name": "Autre", "kind": "phone", "encrypted": "unknown", "version": version}
        answer = doctor.post(f"/materiel/{row.pk}/modifier/", {**form, "creation_key": str(row.creation_key)})
        assert answer.status_code in {409, 422}, version
    assert Device.objects.get(pk=row.pk).name == "Téléphone"
