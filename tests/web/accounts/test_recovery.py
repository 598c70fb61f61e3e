import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from hygie.web.accounts import flows
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.accounts.recovery import NobodyByThatName, let_back_in
from hygie.web.journal.models import JournalEntry
from hygie.web.practice.models import Practice
from tests.web.accounts.conftest import add_app
from tests.web.conftest import make_member


def test_a_holder_who_lost_everything_comes_back(practice: Practice) -> None:
    holder = make_member(practice, Role.HOLDER)
    add_app(holder.user)
    name, code = let_back_in(f" {holder.user.username.upper()} ", timezone.now())
    assert name == holder.name
    assert not Authenticator.objects.filter(user=holder.user).exists()
    invitation = flows.spend_invitation(code, timezone.now())
    assert invitation is not None
    assert invitation.member == holder
    kinds = set(JournalEntry.objects.values_list("kind", flat=True))
    assert {"account.factors_removed", "account.invited"} <= kinds


def test_nobody_else_does(practice: Practice) -> None:
    gone = make_member(practice, Role.SECRETARY)
    Member.objects.filter(pk=gone.pk).update(left_on=timezone.localdate())
    for name in (gone.user.username, "personne", ""):
        with pytest.raises(NobodyByThatName):
            let_back_in(name, timezone.now())
