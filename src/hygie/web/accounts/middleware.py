"""Puts on each request the person who makes it and their practice; closes sessions that slept, or lasted, too long.

A session lasts 12 hours from the login and 30 minutes without a request. A person whose password must change, or who
must add a second factor (rules.due_on), is led there before anything else.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from hygie.web.accounts import resume, rules
from hygie.web.accounts.access import Action, Role

SEEN = "hygie-seen"
ENTERED = "hygie-entered"
STEP = 60


class CurrentMember:
    """`request.member` (None for a stranger) and `request.practice`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Django's convention."""
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Find the member; one whose time is over, or who slept, is logged out."""
        request.member, request.practice = None, None
        if request.user.is_authenticated:
            member = self._member(request.user)
            if member is None or not member.may_enter(timezone.localdate()) or _over(request):
                logout(request)
            else:
                request.member, request.practice = member, member.practice
        response = self.get_response(request)
        if request.user.is_authenticated:
            resume.remember_who(request, response)
        return response

    @staticmethod
    def process_view(request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """First the password or the second factor that is due, on any page but those that serve to give it."""
        del args, kwargs
        if request.member is None or getattr(view, "action", Action.SEE_OWN_ACCOUNT) is Action.SEE_OWN_ACCOUNT:
            return None
        owed = owes(request)
        return redirect(owed) if owed else None

    @staticmethod
    def _member(user: Any) -> Any:
        from hygie.web.accounts.models import Member

        return Member.objects.select_related("practice", "user").filter(user=user).first()


def owes(request: Any) -> str:
    """The page that this person must pass by before any other, "" when there is none."""
    if request.user.must_change_password:
        return "account_change_password"
    return "mfa_index" if must_enrol(request) else ""


def must_enrol(request: Any) -> bool:
    """Whether this person may open nothing more before a second factor is added: see rules.due_on."""
    from allauth.mfa.utils import is_mfa_enabled

    opened_on = timezone.localdate(request.user.created_at)
    due = rules.due_on(Role(request.user.member.role), opened_on, on_network=settings.HYGIE_TLS)
    return due is not None and due <= timezone.localdate() and not is_mfa_enabled(request.user)


def _over(request: Any) -> bool:
    """Too long since the login, or since the last request.

    The hour is written at most once a minute, so that reading stays reading. A page that refreshes itself is nobody's
    presence.
    """
    now = timezone.now().timestamp()
    entered = request.session.setdefault(ENTERED, now)
    seen = request.session.get(SEEN, now)
    if abs(now - seen) > settings.HYGIE_IDLE_MINUTES * 60 or abs(now - entered) > settings.SESSION_COOKIE_AGE:
        return True
    by_itself = request.method == "GET" and request.headers.get("HX-Request") == "true"
    if (now - seen >= STEP and not by_itself) or SEEN not in request.session:
        request.session[SEEN] = now
    return False
