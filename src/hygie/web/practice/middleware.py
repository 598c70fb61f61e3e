"""Shows the fictitious practice to the person who visits it, in place of their own; everything else stays theirs."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from hygie.web.accounts.access import Action, can
from hygie.web.practice import demonstration


class Demonstration:
    """`request.member` is the example's doctor while the session visits it; `request.visitor` is the real person."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        """Django's convention."""
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """One query more, for a visitor only. An example that was removed is left without a word."""
        request.visitor = request.member
        if request.member is not None and request.session.get(demonstration.SESSION):
            _enter(request)
        return self.get_response(request)


def _enter(request: Any) -> None:
    """Only who may still visit does; a role may have changed since."""
    found = demonstration.stand_in(request.member) if can(request.member, Action.CHANGE_DEMONSTRATION) else None
    if found is None:
        request.session.pop(demonstration.SESSION)
        return
    request.member, request.practice = found, found.practice
