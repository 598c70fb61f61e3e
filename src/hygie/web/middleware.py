"""What every answer goes through: headers of safety, calm words when something fails, logs without data."""

import logging
import sqlite3
from collections.abc import Callable
from traceback import format_tb
from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hygie.core.errors import HygieError, Refused

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LOG = logging.getLogger("hygie.web")


class Headers:
    """The same headers on every answer, files included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Django's convention."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """No script but ours, no frame, no sensor, nothing remembered by a proxy."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), usb=(), payment=()"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Calm:
    """A busy database or a full disk is told in words, with what was typed kept on the page to be sent again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Django's convention."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for the failures that are nobody's fault; the rest is Django's."""
        if isinstance(error, OperationalError | sqlite3.OperationalError | OSError):
            LOG.error("refused: %s", type(error).__name__)
            return _kept(request, "503.html", 503, None)
        if isinstance(error, HygieError):
            return _kept(request, "refused.html", 409 if isinstance(error, Refused) else 500, error)
        return None


def _kept(request: HttpRequest, template: str, status: int, error: HygieError | None) -> HttpResponse:
    from hygie.web.accounts.resume import keepable

    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    sealed = [(name, value) for name, value in sent if name == "kept"]  # sealed already: see accounts/resume.py
    context = {"typed": [*keepable(sent), *sealed], "path": request.get_full_path(), "error": error}
    return render(request, template, context, status=status)


class Sessions(SessionMiddleware):
    """Sessions as Django keeps them; a page that was read, or a change that was made, is not lost for the hour of it.

    Entering and leaving write the session inside their own view: there, a failure is still told.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer, also when the session cannot be written now: held database, full disk."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted as interrupted:
            update = interrupted.__context__
            if update is None or not isinstance(update.__context__, OperationalError):
                raise
            LOG.warning("session not written: %s", type(update.__context__).__name__)
            return response


class BareRecord(logging.Filter):
    """Removes from a log line what may hold something typed: the request, its address, arguments, words of errors.

    An address may hold the secret of a link. What is left: which page, which kind of error, at which lines of code.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the line, without what it carries."""
        request = record.__dict__.pop("request", None)
        for name in ("sql", "params"):
            record.__dict__.pop(name, None)
        if record.name.startswith("django."):
            page = getattr(getattr(request, "resolver_match", None), "view_name", "")
            status = record.__dict__.get("status_code", "")
            record.msg, record.args = " ".join(filter(None, (record.name, str(status), page))), ()
        if record.exc_info:
            record.exc_text, record.exc_info = _places(record.exc_info[1]), None
        return True


def _places(error: BaseException | None) -> str:
    """Where an error happened, and the kinds of errors that led to it; never their words."""
    if error is None:
        return ""
    before = _places(error.__cause__ or error.__context__)
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{before}{''.join(format_tb(error.__traceback__))}{kind}\n"


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: usually a page left open too long; what was typed is kept."""
    del reason
    if not _from_here(request):
        return render(request, "403_csrf.html", {"typed": []}, status=403)
    return _kept(request, "403_csrf.html", 403, None)


def _from_here(request: HttpRequest) -> bool:
    """Whether the form was on a page of ours: another site's is never offered again with a good token."""
    own = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin")
    return origin == own if origin else request.headers.get("Referer", "").startswith(f"{own}/")


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    del exception
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    del exception
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    del exception
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: the page needs no database and no session."""
    return render(request, "500.html", status=500)
