"""Sends reminders by e-mail: the only code of the app that talks to another machine, and only when switched on.

A message holds a number and an address, never what the reminder is about. A failure is kept in words and shown; it
breaks nothing, since every reminder is also on its page.
"""

import logging
import smtplib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.utils.timezone import localdate

from hygie.reference.catalogue import catalogue
from hygie.web.journal.flows import Actor, record
from hygie.web.practice import rules
from hygie.web.practice.errors import NothingLeavesAnExample
from hygie.web.practice.flows import mail_of
from hygie.web.practice.models import Mail, Practice
from hygie.web.practice.selectors import known

SECONDS = 10
MOST_SECONDS = 60
IMPLICIT_TLS = 465
NO_ANSWER = "Le serveur d’envoi ne répond pas."
LOG = logging.getLogger("hygie.web")
Connect = Callable[[Mail], Any]


def server(mail: Mail) -> EmailBackend:
    """The practice's server, always through TLS: from the first byte on 465, by STARTTLS elsewhere."""
    implicit = mail.port == IMPLICIT_TLS
    return EmailBackend(
        host=mail.host, port=mail.port, username=mail.username, password=mail.password,
        use_ssl=implicit, use_tls=not implicit, timeout=SECONDS, fail_silently=False,
    )  # fmt: skip


def send_due_reminders(now: datetime, address: str = "", connect: Connect = server) -> int:
    """Tell each practice that switched it on how many reminders became due since its last message.

    `address` is where the app opens, put in the message when known. Gives how many messages left; never raises for a
    server that fails. Called by the scheduler, out of any transaction: waiting for a server must not hold the database.
    """
    waiting = Mail.objects.filter(enabled=True, practice__demo=False).select_related("practice")
    return sum(_remind(mail, now, address, connect) for mail in waiting)


def _remind(mail: Mail, now: datetime, address: str, connect: Connect) -> bool:
    today = localdate(now)
    found = rules.reminders(known(mail.practice), catalogue().checks, today)
    due = rules.due_since(found, localdate(mail.last_sent_at) if mail.last_sent_at else None, today)
    if not due:
        return False
    failure = _send(mail, rules.message(len(due)), address, connect)
    _note(mail, failure, len(due), now)
    return not failure


def send_test_mail(actor: Actor, practice: Practice, *, now: datetime, address: str, connect: Connect = server) -> str:
    """Send one message now, whether reminders are on or not. Gives the French sentence of the failure, or "".

    NothingLeavesAnExample for the fictitious practice.
    """
    if practice.demo:
        raise NothingLeavesAnExample
    mail = mail_of(practice)
    failure = _send(mail, "Ce message montre que les rappels d’Hygie arrivent.", address, connect)
    with transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(last_error=failure)
        words = "Message d’essai non parti." if failure else "Message d’essai envoyé."
        record(actor, "mail.tested", words, subject="mail", data={"host": mail.host}, occurred_at=now)
    return failure


def recipients_of(mail: Mail) -> list[str]:
    """The addresses written to."""
    return [address.strip() for address in mail.recipients.split(",") if address.strip()]


def _send(mail: Mail, sentence: str, address: str, connect: Connect) -> str:
    """Send one message; what went wrong, in words, or ""."""
    where = f"Ouvrez Hygie : {address}" if address else "Ouvrez Hygie sur l’ordinateur du cabinet."
    text = f"{sentence}\n\n{where}\n\nCe message ne contient aucun détail : tout reste au cabinet.\n"
    told = [NO_ANSWER]
    message = EmailMessage("Hygie", text, mail.sender, recipients_of(mail), connection=connect(mail))
    # Each answer has SECONDS; a server that gives one byte at a time would still hold us for hours: a thread bounds it.
    sending = threading.Thread(target=lambda: told.__setitem__(0, _sent(message)), daemon=True)
    sending.start()
    sending.join(MOST_SECONDS)
    return told[0]


def _sent(message: EmailMessage) -> str:
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        LOG.warning("reminders: %s", type(error).__name__)
        return _words(error)
    return ""


def _words(error: Exception) -> str:
    """The failure for a person; nothing of what the server said, which is not ours to show."""
    for kinds, words in _FAILURES:
        if isinstance(error, kinds):
            return words
    return "Le serveur d’envoi n’a pas accepté le message."


_FAILURES: Sequence[tuple[tuple[type[Exception], ...], str]] = (
    ((smtplib.SMTPAuthenticationError,), "Le serveur d’envoi refuse l’identifiant ou le mot de passe."),
    ((smtplib.SMTPRecipientsRefused,), "Le serveur d’envoi refuse l’adresse de destination."),
    ((smtplib.SMTPSenderRefused,), "Le serveur d’envoi refuse l’adresse d’envoi."),
    ((smtplib.SMTPNotSupportedError,), "Le serveur d’envoi ne chiffre pas : Hygie n’y envoie rien."),
    ((smtplib.SMTPServerDisconnected,), NO_ANSWER),
    ((smtplib.SMTPException,), "Le serveur d’envoi n’a pas accepté le message."),
    ((TimeoutError,), NO_ANSWER),
    ((OSError,), "Le serveur d’envoi ne se joint pas, ou son certificat n’est pas reconnu."),
    ((ValueError,), "Une adresse du message est mal formée."),
)


@transaction.atomic
def _note(mail: Mail, failure: str, count: int, now: datetime) -> None:
    """Keep the outcome, on the columns of sending only: somebody may be changing the others."""
    rows = Mail.objects.filter(pk=mail.pk)
    if failure:
        rows.update(last_error=failure)
        return
    rows.update(last_error="", last_sent_at=now)
    words = f"Rappel envoyé par e-mail : {count} à traiter."
    record(Actor.system(mail.practice_id), "mail.sent", words, subject="mail", data={"count": count}, occurred_at=now)
