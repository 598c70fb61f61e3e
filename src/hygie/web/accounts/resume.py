"""A form sent after the session ended loses nothing: its fields wait, sealed, in the login page, for the same person.

After login « Votre texte est encore là » sends them again in one click, never by itself. What is kept: names and
values of at most 200 kB, one hour, no password, no file; the seal binds them to the person whose session ended, known
by a signed cookie that opens nothing. Another person who logs in does not see them.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme

from hygie.core.french import typeset
from hygie.web.crypto.seal import seal, unseal
from hygie.web.errors import SealBroken

CONTEXT: Final = "accounts.resume"
KEPT: Final = "hygie-kept"
WHO: Final = "hygie-who"
WHO_DAYS: Final = 30
LIFE: Final = 3600
LIFE_ON_PAGE: Final = 12 * 3600
CLOCK_STEP: Final = 60
SEALED: Final = "hygie-sealed"
DROP: Final = "hygie-drop"
MOST_BYTES: Final = 200_000
LARGEST_SEALED: Final = 400_000
_SECRET: Final = re.compile(r"pass|mot_de_passe|secret|token|credential|^code$|^pin$|^kept$", re.IGNORECASE)
_PLUMBING: Final = re.compile(r"^(creation_key|version|next)$|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$")

LOST_FILES: Final = typeset("Le fichier joint n'a pas pu être gardé : choisissez-le de nouveau.")
TOO_LONG: Final = typeset("Votre texte était trop long pour être gardé. La page précédente le montre peut-être encore.")
STRANGER: Final = typeset("Hygie ne sait plus qui écrivait. La page précédente montre peut-être encore votre texte.")
KEPT_SAFE: Final = typeset("Votre texte est gardé. Il vous attend après l'entrée.")


@dataclass(frozen=True, slots=True)
class Kept:
    """What was being sent: by whom, where, which fields, when (POSIX seconds)."""

    user: str
    path: str
    fields: tuple[tuple[str, str], ...]
    at: float

    @property
    def texts(self) -> list[str]:
        """What the person typed and will recognise, without the form's own machinery."""
        return [value for name, value in self.fields if value.strip() and not _PLUMBING.search(name)]


def keep_and_login(request: HttpRequest) -> HttpResponse:
    """The login page, with what was being sent sealed in it, or the reason why it could not be."""
    from hygie.web.accounts.forms import LoginForm

    kept, sentences = _keep(request)
    context = {"form": LoginForm(request=request, initial={"kept": kept}), "sentences": sentences}
    response = render(request, "account/login.html", context)
    add_never_cache_headers(response)
    return response


def _keep(request: HttpRequest) -> tuple[str, list[str]]:
    sentences = [LOST_FILES] if request.FILES else []
    user = who(request)
    if not user:
        return "", [*sentences, STRANGER]
    kept = _sent(request, user)
    if sum(len(name.encode()) + len(value.encode()) for name, value in kept.fields) > MOST_BYTES:
        return "", [*sentences, TOO_LONG]
    return sealed(kept), [*sentences, KEPT_SAFE]


def _sent(request: HttpRequest, user: str) -> Kept:
    """What is being sent; lost once more on its way back from `resumed`, what was meant the first time."""
    now = timezone.now()
    first = _opened(request.POST.get(SEALED, ""))
    if first is not None and first.user == user:
        return replace(first, at=now.timestamp())
    fields = keepable((name, value) for name, values in request.POST.lists() for value in values)
    return Kept(user, request.get_full_path(), fields, now.timestamp())


def keepable(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The fields without the form's token nor anything that may be a password."""
    return tuple((n, v) for n, v in fields if n != "csrfmiddlewaretoken" and not _SECRET.search(n))


def sealed(kept: Kept) -> str:
    """As it waits in the page."""
    content = {"user": kept.user, "path": kept.path, "fields": kept.fields, "at": kept.at}
    return seal(settings.HYGIE_KEYS.ring, json.dumps(content).encode(), CONTEXT)


def opened(text: str, user: Any, now: datetime, life: float = LIFE) -> Kept | None:
    """What was sealed, for the same person, within `life` seconds, to a path of this site; None for anything else."""
    kept = _opened(text)
    if kept is None or not -CLOCK_STEP <= now.timestamp() - kept.at <= life:
        return None
    return kept if kept.user == str(user.pk) and same_site(kept.path) else None


def _opened(text: str) -> Kept | None:
    if not text or len(text) > LARGEST_SEALED:
        return None
    try:
        content = json.loads(unseal(settings.HYGIE_KEYS.ring, text, CONTEXT))
    except SealBroken:
        return None
    fields = tuple((str(name), str(value)) for name, value in content["fields"])
    return Kept(content["user"], content["path"], fields, content["at"])


def same_site(path: str) -> bool:
    """Whether this is a path of this very site."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def stash(request: HttpRequest, user: Any, text: str) -> None:
    """Between the password and the end of the login, what was kept waits in the session. Not for another person."""
    request.session.pop(KEPT, None)
    if opened(text, user, timezone.now()):
        request.session[KEPT] = text


def waiting(request: HttpRequest) -> Kept | None:
    """What waits for the person who entered; a passkey brings it in the same request."""
    if text := request.POST.get("kept"):
        stash(request, request.user, text)
    return opened(request.session.get(KEPT, ""), request.user, timezone.now())


def who(request: HttpRequest) -> str:
    """Whose session this browser had last; empty when unknown or altered."""
    found = request.get_signed_cookie(_cookie(), default="", salt=WHO, max_age=WHO_DAYS * 86_400)
    return str(found or "")


def remember_who(request: Any, response: HttpResponse) -> None:
    """Keep in the browser, signed, whose session it was: it opens no door."""
    user = str(request.user.pk)
    if who(request) != user:
        response.set_signed_cookie(
            _cookie(), user, salt=WHO, max_age=WHO_DAYS * 86_400, httponly=True, secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )  # fmt: skip


def _cookie() -> str:
    """Over TLS, a name that no other host of the domain can write."""
    return f"__Host-{WHO}" if settings.SESSION_COOKIE_SECURE else WHO
