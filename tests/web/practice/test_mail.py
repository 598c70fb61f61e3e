"""Reminders by e-mail, through a real server: encrypted, without detail, and harmless when it fails."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.inventory.models import Card
from hygie.web.journal.flows import Actor, journal
from hygie.web.journal.models import JournalEntry
from hygie.web.practice import flows, mail
from hygie.web.practice.errors import NothingLeavesAnExample
from hygie.web.practice.models import Mail, Practice
from tests.web.conftest import make_practice
from tests.web.practice.smtp_server import SmtpServer, make_certificate, silent_server, smtp_server

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ADDRESS = "https://hygie.cabinet.example/"
PASSWORD = "Un-mot-de-passe-7"
PAGE = "/rappels/e-mail/"
GOOD = {
    "host": "smtp.messagerie.example", "port": "465", "username": "cabinet", "password": PASSWORD,
    "sender": "cabinet@messagerie.example", "recipients": "docteur@messagerie.example", "version": "1",
}  # fmt: skip


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    trusted, context = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with smtp_server(context) as running:
        yield running


def switched_on(practice: Practice, port: int, **fields: Any) -> Mail:
    row = flows.mail_of(practice)
    values = {
        "host": "localhost", "port": port, "username": "cabinet", "password": PASSWORD, "enabled": True,
        "sender": "cabinet@messagerie.example", "enabled_at": NOW,
        "recipients": "docteur@messagerie.example, secretaire@messagerie.example",
    }  # fmt: skip
    for name, value in {**values, **fields}.items():
        setattr(row, name, value)
    row.save()
    return row


def card(practice: Practice, days: int, holder: Member | None = None) -> Card:
    """A card whose reminder falls so many days after NOW."""
    return Card.objects.create(
        practice=practice, kind="cps", holder=holder, expires_on=NOW.date() + timedelta(days=60 + days)
    )


def test_a_reminder_leaves_encrypted_and_says_only_how_many(
    practice: Practice, members: dict[Role, Member], server: SmtpServer
) -> None:
    card(practice, 0, members[Role.PARTNER])
    card(practice, -3)
    card(practice, 20)
    switched_on(practice, server.port)
    assert mail.send_due_reminders(NOW, ADDRESS) == 1
    ((secure, raw),) = server.messages
    assert secure
    assert [ciphered for ciphered, _ in server.secrets] == [True]
    message = message_from_bytes(raw)
    body = message.get_payload(decode=True).decode()
    assert message["Subject"] == "Hygie"
    assert "2 rappels vous attendent dans Hygie." in body
    assert ADDRESS in body
    assert b"Belkacem" not in raw
    assert "CPS" not in body
    assert practice.name.encode() not in raw
    assert server.verbs.count("RCPT") == 2


def test_a_day_without_anything_new_sends_nothing(practice: Practice, server: SmtpServer) -> None:
    card(practice, 0)
    switched_on(practice, server.port)
    assert mail.send_due_reminders(NOW) == 1
    assert mail.send_due_reminders(NOW + timedelta(minutes=1)) == 0
    assert mail.send_due_reminders(NOW + timedelta(days=5)) == 0
    card(practice, 6)
    assert mail.send_due_reminders(NOW + timedelta(days=6)) == 1
    assert "Un rappel vous attend" in message_from_bytes(server.messages[-1][1]).get_payload(decode=True).decode()


def test_what_was_sent_is_told_in_the_journal(practice: Practice, server: SmtpServer) -> None:
    card(practice, 0)
    switched_on(practice, server.port)
    mail.send_due_reminders(NOW)
    line = JournalEntry.objects.get(practice=str(practice.pk))
    assert (line.kind, line.actor) == ("mail.sent", "system")
    assert journal().verify(str(practice.pk)).ok


def test_switched_off_or_for_an_example_nothing_leaves(practice: Practice, server: SmtpServer) -> None:
    demo = make_practice("Exemple", demo=True)
    for owner in (practice, demo):
        card(owner, 0)
    switched_on(practice, server.port, enabled=False)
    switched_on(demo, server.port)
    assert mail.send_due_reminders(NOW) == 0
    assert server.verbs == []


def test_a_server_that_does_not_encrypt_gets_neither_message_nor_password(practice: Practice) -> None:
    card(practice, 0)
    with smtp_server(None) as plain:
        switched_on(practice, plain.port)
        assert mail.send_due_reminders(NOW) == 0
        assert plain.messages == []
        assert plain.secrets == []
    assert Mail.objects.get().last_error == "Le serveur d’envoi ne chiffre pas : Hygie n’y envoie rien."


def test_a_server_nobody_vouches_for_gets_nothing(practice: Practice, tmp_path: Path) -> None:
    card(practice, 0)
    _, context = make_certificate(tmp_path)
    with smtp_server(context) as impostor:
        switched_on(practice, impostor.port)
        assert mail.send_due_reminders(NOW) == 0
        assert impostor.secrets == []
    assert "son certificat n’est pas reconnu" in Mail.objects.get().last_error


@pytest.mark.parametrize(
    ("attribute", "reply", "told"),
    [
        ("auth", "535 non", "identifiant ou le mot de passe"),
        ("rcpt", "550 inconnu", "l’adresse de destination"),
        ("greeting", "554 passez votre chemin", "pas accepté"),
    ],
)
def test_a_refusal_is_said_in_words_and_breaks_nothing(
    practice: Practice, server: SmtpServer, attribute: str, reply: str, told: str
) -> None:
    card(practice, 0)
    row = switched_on(practice, server.port)
    setattr(server, attribute, reply)
    assert mail.send_due_reminders(NOW) == 0
    row.refresh_from_db()
    assert told in row.last_error
    assert row.last_sent_at is None
    setattr(server, attribute, {"auth": "235 entrez", "rcpt": "250 bien", "greeting": "220 essai"}[attribute])
    assert mail.send_due_reminders(NOW + timedelta(days=1)) == 1  # nothing was lost: it leaves the next time
    row.refresh_from_db()
    assert row.last_error == ""


def test_nobody_answers(practice: Practice) -> None:
    card(practice, 0)
    switched_on(practice, 1)
    assert mail.send_due_reminders(NOW) == 0
    assert "ne se joint pas" in Mail.objects.get().last_error


def test_a_silent_server_is_left_after_the_delay(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.5)
    card(practice, 0)
    with silent_server() as port:
        switched_on(practice, port)
        assert mail.send_due_reminders(NOW) == 0
    assert Mail.objects.get().last_error == "Le serveur d’envoi ne répond pas."
    assert mail.server(Mail.objects.get()).timeout == 0.5


def test_a_server_that_drips_is_left_too(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "MOST_SECONDS", 1)
    card(practice, 0)
    with silent_server(drip=b"2") as port:
        switched_on(practice, port)
        assert mail.send_due_reminders(NOW) == 0
    assert Mail.objects.get().last_error == "Le serveur d’envoi ne répond pas."


def test_one_practice_that_fails_does_not_stop_the_next(
    practice: Practice, other_practice: Practice, server: SmtpServer
) -> None:
    for owner in (practice, other_practice):
        card(owner, 0)
    switched_on(practice, 1)
    switched_on(other_practice, server.port)
    assert mail.send_due_reminders(NOW) == 1


def test_the_usual_port_is_encrypted_from_the_first_byte() -> None:
    assert (mail.server(Mail(port=465)).use_ssl, mail.server(Mail(port=465)).use_tls) == (True, False)
    assert (mail.server(Mail(port=587)).use_ssl, mail.server(Mail(port=587)).use_tls) == (False, True)
    assert mail.server(Mail(port=465)).timeout == 10


def test_no_transaction_waits_for_the_server(practice: Practice, server: SmtpServer) -> None:
    """Waiting inside a transaction would hold the database of the whole practice for ten seconds."""
    card(practice, 0)
    switched_on(practice, server.port)
    depths = []

    def connect(row: Mail) -> Any:
        depths.append(len(connection.savepoint_ids))
        return mail.server(row)

    before = len(connection.savepoint_ids)
    mail.send_due_reminders(NOW, connect=connect)
    assert depths == [before]


def test_the_password_is_sealed_in_the_database_and_never_shown(holder: Client, practice: Practice) -> None:
    assert holder.post(PAGE, GOOD).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT password, recipients FROM practice_mail")
        stored = cursor.fetchone()
    assert PASSWORD not in stored[0]
    assert stored[0].startswith("h1.")
    assert "docteur@" not in stored[1]
    assert Mail.objects.get().password == PASSWORD
    assert PASSWORD not in holder.get(PAGE).content.decode()
    assert PASSWORD not in str(list(JournalEntry.objects.values_list("data", "summary")))


def test_an_empty_password_keeps_the_former_one_but_never_for_another_server(holder: Client) -> None:
    holder.post(PAGE, GOOD)
    holder.post(PAGE, {**GOOD, "password": "", "port": "587", "version": "2"})
    assert Mail.objects.get().password == PASSWORD
    holder.post(PAGE, {**GOOD, "password": "", "host": "smtp.ailleurs.example", "version": "3"})
    assert Mail.objects.get().password == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"host": "127.0.0.1"}, "un nom de serveur"),
        ({"host": "http://exemple.example/"}, "un nom de serveur"),
        ({"host": "a\r\nb.example"}, "un nom de serveur"),
        ({"port": "25"}, "465 ou 587"),
        ({"port": "-1"}, ""),
        ({"sender": "cabinet"}, "cabinet@messagerie.example"),
        ({"sender": ""}, "l’adresse d’où partent"),
        ({"recipients": ""}, "de une à 5"),
        ({"recipients": ",".join(f"a{n}@x.example" for n in range(6))}, "de une à 5"),
        ({"recipients": "a@x.example\nBcc: b@y.example"}, "mal écrite"),
        ({"recipients": "pas une adresse"}, "mal écrite"),
    ],
)
def test_faulty_settings_are_said_and_kept(holder: Client, change: dict[str, str], told: str) -> None:
    response = holder.post(PAGE, {**GOOD, **change})
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Mail.objects.get().host


def test_two_people_at_once_keep_both_texts(holder: Client) -> None:
    holder.post(PAGE, GOOD)
    response = holder.post(PAGE, {**GOOD, "host": "smtp.autre.example"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "smtp.messagerie.example" in page
    assert 'value="smtp.autre.example"' in page
    assert PASSWORD not in page


def test_the_test_button_sends_one_message_and_says_so(holder: Client, practice: Practice, server: SmtpServer) -> None:
    switched_on(practice, server.port, enabled=False)
    page = holder.post(f"{PAGE}essai/", follow=True).content.decode()
    assert "Message d’essai parti" in page
    assert len(server.messages) == 1
    server.auth = "535 non"
    assert "l’identifiant ou le mot de passe" in holder.post(f"{PAGE}essai/", follow=True).content.decode()


def test_a_test_is_told_with_its_outcome(practice: Practice, members: dict[Role, Member], server: SmtpServer) -> None:
    switched_on(practice, server.port, enabled=False)
    actor = Actor.of(members[Role.HOLDER])
    assert mail.send_test_mail(actor, practice, now=NOW, address=ADDRESS) == ""
    server.rcpt = "550 non"
    assert mail.send_test_mail(actor, practice, now=NOW, address=ADDRESS)
    told = JournalEntry.objects.filter(practice=str(practice.pk)).order_by("seq").values_list("summary", flat=True)
    assert list(told) == ["Message d’essai envoyé.", "Message d’essai non parti."]


def test_an_example_sends_no_test(holder: Client) -> None:
    holder.post(reverse("practice:demonstration_visit"))
    response = holder.post(f"{PAGE}essai/", follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "Dans l’exemple, ce geste ne fait rien" in response.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.HOLDER])
def test_only_the_doctor_sets_it(client_for: Callable[[Role], Client], role: Role) -> None:
    client = client_for(role)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, GOOD).status_code == 403
    assert client.post(f"{PAGE}essai/").status_code == 403


def test_nothing_is_sent_for_an_example_whoever_asks(practice: Practice) -> None:
    """The page is not the only guard: the verb itself refuses."""
    practice.demo = True
    practice.save()
    with pytest.raises(NothingLeavesAnExample):
        mail.send_test_mail(Actor.system(practice.pk), practice, now=NOW, address=ADDRESS)
