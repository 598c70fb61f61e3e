"""What django-allauth tells while people enter: hours on the session, lines of the journal."""

from typing import Any

from allauth.account.signals import user_logged_in as entered
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed, authenticator_used
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from hygie.core.french import plural, typeset
from hygie.web.accounts.middleware import ENTERED, SEEN
from hygie.web.journal.flows import Actor, record

NAMES = {
    Authenticator.Type.TOTP: "l'application de codes",
    Authenticator.Type.WEBAUTHN: "une clé",
    Authenticator.Type.RECOVERY_CODES: "les codes de secours",
}


@receiver(user_logged_in)
def start_session(request: Any, **kwargs: Any) -> None:
    """The twelve hours begin now."""
    del kwargs
    request.session.set_expiry(None)
    request.session[ENTERED] = request.session[SEEN] = timezone.now().timestamp()


@receiver(entered)
def tell_entry(request: Any, user: Any, **kwargs: Any) -> None:
    """Who entered, from where, after how many refusals."""
    del kwargs
    from allauth.account.adapter import get_adapter

    refused = getattr(request, "refused_before", 0)
    address = get_adapter().get_client_ip(request)
    after = f" après {plural(refused, 'essai refusé', 'essais refusés')}" if refused else ""
    _tell(user, "account.entered", f"Entrée de {user.member.name} depuis {address}{after}.", refused=refused)


@receiver(post_save, sender=Authenticator)
def tell_added(instance: Authenticator, *, created: bool, **kwargs: Any) -> None:
    """A second factor, or new recovery codes: told in the transaction that keeps it."""
    del kwargs
    if created:
        _tell(instance.user, "account.factor_added", f"{instance.user.member.name} a ajouté {NAMES[instance.type]}.")


@receiver(authenticator_removed)
def tell_removed(user: Any, authenticator: Any, **kwargs: Any) -> None:
    """One less."""
    del kwargs
    _tell(user, "account.factor_removed", f"{user.member.name} a retiré {NAMES[authenticator.type]}.")


@receiver(authenticator_used)
def tell_recovery_code(user: Any, authenticator: Any, **kwargs: Any) -> None:
    """A recovery code served: worth a line, since it usually means a lost telephone."""
    del kwargs
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        left = len(authenticator.wrap().get_unused_codes())
        text = f"{user.member.name} a utilisé un code de secours : il en reste {left}."
        _tell(user, "account.recovery_code_used", text, left=left)


@transaction.atomic
def _tell(user: Any, kind: str, text: str, **data: Any) -> None:
    member = getattr(user, "member", None)
    if member is not None:
        record(Actor.of(member), kind, typeset(text), subject=f"member:{member.pk}", data=data)
