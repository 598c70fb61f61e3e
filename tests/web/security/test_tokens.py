"""What opens something by being known is long, drawn, kept as a digest; what people type is short and counted."""

import base64
import re
from datetime import timedelta
from math import log2

import pytest
from django.test import Client
from django.utils import timezone

from hygie.fleetlink.enrolment import ALPHABET
from hygie.web.accounts import codes, flows
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Invitation, SetupCode, User
from hygie.web.dashboard.models import Proof, Question
from hygie.web.inventory.models import DeviceLink
from hygie.web.journal.flows import Actor
from tests.web.security.world import World


def bits(token: str) -> int:
    return len(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))) * 8


def test_the_secret_of_a_question_is_long_and_kept_as_a_digest(ours: World, doctor: Client) -> None:
    drawn = set()
    for _ in range(5):
        page = doctor.post(f"/questions/{ours.rows['question'].pk}/lien/", follow=True).content.decode()
        drawn.add(re.search(r"/question/([\w-]+)/", page)[1])
    assert len(drawn) == 5
    for token in drawn:
        assert bits(token) >= 128
    assert not Question.objects.filter(digest__in=drawn).exists()
    assert len([token for token in drawn if Client().get(f"/question/{token}/").status_code == 200]) == 1, (
        "the last one"
    )


def test_the_secret_of_a_telephone_is_long_and_kept_as_a_digest(ours: World, doctor: Client) -> None:
    drawn = set()
    for _ in range(5):
        page = doctor.post(f"/materiel/{ours.rows['phone'].pk}/lien/ouvrir/", follow=True).content.decode()
        drawn.add(re.search(r"/telephone/([\w-]+)/", page)[1])
    assert len(drawn) == 5
    for token in drawn:
        assert bits(token) >= 128
    assert not DeviceLink.objects.filter(digest__in=drawn).exists()
    assert len([token for token in drawn if Client().get(f"/telephone/{token}/").status_code == 200]) == 1


@pytest.mark.parametrize(("length", "life"), [
    (codes.SETUP_LENGTH, flows.SETUP_LIFE), (codes.INVITATION_LENGTH, flows.INVITATION_LIFE),
])  # fmt: skip
def test_a_code_that_is_typed_dies_long_before_it_is_guessed(length: int, life: timedelta) -> None:
    chance = codes.MOST_ATTEMPTS / 2 ** (length * log2(len(ALPHABET)))
    assert chance < 1e-10
    assert life <= timedelta(days=3)
    assert len({codes.draw(length) for _ in range(200)}) == 200


def test_a_code_is_dead_after_ten_tries_even_if_the_right_one_comes(ours: World) -> None:
    holder, guest = ours.members[Role.HOLDER], ours.rows["guest"]
    code = flows.invite(Actor.of(holder), guest, timezone.now())
    wrong = code[:5] + ("0000-0001" if not code.endswith("0000-0001") else "0000-0002")
    for _ in range(codes.MOST_ATTEMPTS):
        assert flows.spend_invitation(wrong, timezone.now()) is None
    assert flows.spend_invitation(code, timezone.now()) is None


def test_what_is_kept_of_a_code_is_slow_and_salted(ours: World) -> None:
    holder, guest = ours.members[Role.HOLDER], ours.rows["guest"]
    code = flows.invite(Actor.of(holder), guest, timezone.now())
    kept = Invitation.objects.get(member=guest).digest
    assert kept.startswith("scrypt$")
    assert code.replace("-", "") not in kept
    User.objects.all().delete()
    setup = flows.issue_setup_code(timezone.now())
    assert SetupCode.objects.get().digest.startswith("scrypt$")
    assert setup.replace("-", "") not in SetupCode.objects.get().digest


def test_the_name_of_a_proof_s_file_tells_nothing(ours: World) -> None:
    names = set(Proof.objects.values_list("stored_as", flat=True))
    assert len(names) == Proof.objects.count()
    assert {name.version for name in names} == {4}
