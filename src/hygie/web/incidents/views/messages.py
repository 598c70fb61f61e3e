"""Messages to the host, the software vendor, the internet provider and the team: ready to copy, sent by a person.

Nothing leaves by itself, and no content stands in an address: a mailbox's history would keep it.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from hygie.core.clock import PARIS
from hygie.documents.incident_papers import FILES, PAPERS
from hygie.documents.paper_words import party
from hygie.incident.dossier import Dossier, Party
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.incidents import flows_papers
from hygie.web.incidents.dossier import dossier_of
from hygie.web.incidents.pages_papers import MESSAGES, text_of
from hygie.web.incidents.views.paper_base import attachment, incident_of, page
from hygie.web.journal.flows import Actor


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its words, and whoever receives it."""

    id: str
    title: str
    subject: str
    text: str
    to: Party | None
    rows: int


@allowed(Action.SEE_INCIDENT_PAPERS)
@require_safe
def messages_page(request: Any, pk: UUID) -> HttpResponse:
    """The four messages."""
    incident = incident_of(request, pk, Action.SEE_INCIDENT_PAPERS)
    dossier = dossier_of(incident, timezone.localtime())
    context = {"list": [message_of(dossier, name) for name in MESSAGES]}
    return page(request, incident, "messages", context)


@allowed(Action.SEE_INCIDENT_PAPERS)
@require_GET
def download(request: Any, pk: UUID, message: str, form: str) -> HttpResponse:
    """One message as a text file, or as a draft that a mailbox opens."""
    incident, now = incident_of(request, pk, Action.SEE_INCIDENT_PAPERS), timezone.localtime()
    if message not in MESSAGES or form not in ("txt", "eml"):
        raise Http404
    made = message_of(dossier_of(incident, now), message)
    content, media = (made.text.encode(), "text/plain; charset=utf-8") if form == "txt" else _draft(made, now)
    flows_papers.note_document(Actor.of(request.member), incident, message, form, now=now)
    return attachment(content, media, f"{FILES[message]}-{incident.reference}.{form}")


def message_of(dossier: Dossier, name: str) -> Message:
    """One of the messages, from the incident's facts."""
    title, make = PAPERS[name]
    paper = make(dossier)
    text = text_of(paper)
    subject = f"{paper.title} (incident {dossier.reference})"
    to = party(dossier, MESSAGES[name]) if MESSAGES[name] else None
    return Message(name, title, subject, text, to, min(max(text.count("\n") + 2, 8), 24))


def _draft(made: Message, now: datetime) -> tuple[bytes, str]:
    """A draft: mailboxes open it ready to be read again and sent."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = made.subject
    mail["Date"] = now.astimezone(PARIS)
    if made.to is not None and made.to.email.isprintable():
        mail["To"] = made.to.email
    mail["X-Unsent"] = "1"
    mail.set_content(made.text)
    return mail.as_bytes(), "message/rfc822"
