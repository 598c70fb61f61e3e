"""The door of every view: `@allowed(Action.X)` for a person's page, `@public` for the few that need no account.

A test walks every address and fails when a view has neither. Objects are fetched by `owned`, never by a bare query.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from hygie.web.accounts.access import Action, can

NOT_IN_EXAMPLE = frozenset({Action.CHANGE_TEAM, Action.CHANGE_WORKSTATIONS, Action.CHANGE_SHARING})
"""What would open a real door from a fictitious practice."""
View = Callable[..., HttpResponseBase]
V = TypeVar("V", bound=View)


def allowed(action: Action) -> Callable[[View], View]:
    """Only for members who may do this; a stranger is led to the login, nothing typed being lost."""

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.member is None:
                return _to_login(request)
            if not can(request.member, action):
                raise PermissionDenied
            if request.method == "POST" and request.practice.demo and action in NOT_IN_EXAMPLE:
                messages.info(request, "Dans l’exemple, ce geste ne fait rien.")
                return redirect("dashboard:today")
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return gate


def public(reason: str) -> Callable[[V], V]:
    """A view without account, and why."""

    def mark(view: V) -> V:
        view.public = reason  # type: ignore[attr-defined]
        return view

    return mark


def confirmed(view: View) -> View:
    """For what would let somebody at an open session take an account: the person gave a secret less than 5 minutes ago.

    Otherwise it is asked for, and what was being sent goes on. 5 minutes: ACCOUNT_REAUTHENTICATION_TIMEOUT.
    """
    gate: View = reauthentication_required(view, enabled=_asks)
    return gate


def _asks(request: HttpRequest) -> bool:
    """Looking asks for nothing; doing does, unless the person has just entered."""
    return request.method == "POST" and not _just_entered(request)


def _just_entered(request: HttpRequest) -> bool:
    from hygie.web.accounts.middleware import ENTERED

    since = timezone.now().timestamp() - request.session.get(ENTERED, 0)
    return bool(0 <= since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def owned(request: Any, model: Any, action: Action, **where: Any) -> Any:
    """The object of the person's own practice, or 404; 403 when it is there and they may not."""
    found = model.objects.for_practice(request.practice).filter(**where).first()
    if found is None:
        raise Http404
    require(request, action, found)
    return found


def require(request: Any, action: Action, target: object | None = None) -> None:
    """PermissionDenied unless the person may do this to this object."""
    if not can(request.member, action, target):
        raise PermissionDenied


def _to_login(request: HttpRequest) -> HttpResponse:
    """The login page; what was being sent is kept sealed in it (accounts/resume.py)."""
    if request.method == "POST":
        from hygie.web.accounts.resume import keep_and_login

        return keep_and_login(request)
    from hygie.web.accounts.flows import is_set_up

    return redirect_to_login(request.get_full_path()) if is_set_up() else redirect("accounts:installation")
