"""The last way back in: from a terminal, for whoever owns the data folder and lost everything that opens the app."""

from datetime import datetime

from django.db import transaction

from hygie.core.errors import UsageError
from hygie.web.accounts.flows import invite, remove_factors
from hygie.web.accounts.models import Member
from hygie.web.journal.flows import Actor


class NobodyByThatName(UsageError):  # noqa: N818 - named after what happened
    """No account in activity has this identifier."""

    code = "nobody"

    def __init__(self) -> None:
        """The identifier itself is not repeated."""
        super().__init__(
            "Personne n’entre ici avec cet identifiant.", "Vérifiez-le : il figure sur la feuille d’entrée."
        )


@transaction.atomic
def let_back_in(username: str, now: datetime) -> tuple[str, str]:
    """Forget the second factors of this person and give (name, one-time code). NobodyByThatName; the journal tells."""
    member = Member.objects.filter(user__username=username.strip().lower(), left_on=None).first()
    if member is None:
        raise NobodyByThatName
    actor = Actor.system(member.practice_id)
    remove_factors(actor, member)
    return member.name, invite(actor, member, now)
