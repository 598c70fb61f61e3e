"""Thunderbird's settings: who carries the mail, is it encrypted, does a rule send it away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import MailAccount, MailHost
from hygie.probes.thunderbird import accounts_of, fetches_images, forwards_outside, host_of, own_domains, parse_prefs


def prefs(**values: object) -> str:
    """A prefs.js whose keys are written with __ for each dot."""
    shown = {key: f'"{value}"' if isinstance(value, str) else str(value).lower() for key, value in values.items()}
    lines = [f'user_pref("{key.replace("__", ".")}", {value});' for key, value in shown.items()]
    return "// Mozilla User Preferences\n\n" + "\n".join(lines) + "\n"


def account(user: str, host: str, socket: int = 3, kind: str = "imap", smtp: int = 3) -> str:
    return prefs(
        mail__server__server1__type=kind, mail__server__server1__hostname=host, mail__server__server1__userName=user,
        mail__server__server1__socketType=socket, mail__smtpserver__smtp1__hostname="smtp.example",
        mail__smtpserver__smtp1__try_ssl=smtp,
    )  # fmt: skip


def test_settings_of_every_kind_are_read() -> None:
    text = prefs(a="text", b=-3, c=True) + 'user_pref("q", "a \\"quote\\"");\nuser_pref( "not fitting" );\n'
    assert parse_prefs(text) == {"a": "text", "b": "-3", "c": "true", "q": 'a \\"quote\\"'}


def test_the_last_value_of_a_setting_wins() -> None:
    assert parse_prefs(prefs(a=1) + prefs(a=2)) == {"a": "2"}


def test_a_setting_in_a_comment_does_not_count() -> None:
    assert parse_prefs('// user_pref("a", 1);\n# user_pref("b", 2);\n') == {}


@pytest.mark.parametrize(
    ("address", "host"),
    [("a@orange.fr", MailHost.CONSUMER), ("a@GMAIL.com.", MailHost.CONSUMER),
     ("a@medecin.mssante.fr", MailHost.MSSANTE),
     ("a@mssante.fr", MailHost.MSSANTE), ("a@fauxmssante.fr", MailHost.OTHER), ("a@mssante.fr.example", MailHost.OTHER),
     ("a@cabinet.example", MailHost.OTHER), ("a@notorange.fr", MailHost.OTHER), ("", MailHost.OTHER)],
)  # fmt: skip
def test_an_address_belongs_to_whoever_carries_its_domain(address: str, host: MailHost) -> None:
    assert host_of(address) is host


@pytest.mark.parametrize(
    ("user", "server", "host"),
    [("cabinet", "imap.orange.fr", MailHost.CONSUMER), ("cabinet@orange.fr", "mail.example", MailHost.CONSUMER),
     ("jean", "imap.medecin.mssante.fr", MailHost.MSSANTE), ("jean@cabinet.example", "imap.gmail.com", MailHost.OTHER)],
)  # fmt: skip
def test_an_account_belongs_to_its_address_else_to_its_server(user: str, server: str, host: MailHost) -> None:
    assert accounts_of(account(user, server)) == [MailAccount(host, encrypted=True)]


@pytest.mark.parametrize(
    ("socket", "smtp", "encrypted"),
    [(3, 3, True), (2, 2, True), (0, 3, False), (3, 0, False), (1, 3, False), (3, 1, False)],
)
def test_encryption_must_be_demanded_to_read_and_to_send(socket: int, smtp: int, *, encrypted: bool) -> None:
    assert accounts_of(account("a@b.example", "c.example", socket, smtp=smtp)) == [
        MailAccount(MailHost.OTHER, encrypted)
    ]


def test_encryption_that_is_not_said_is_none() -> None:
    text = prefs(mail__server__server1__type="imap", mail__server__server1__hostname="imap.example")
    assert accounts_of(text) == [MailAccount(MailHost.OTHER, encrypted=False)]


@pytest.mark.parametrize("kind", ["none", "rss", "nntp", "im"])
def test_local_folders_and_news_are_not_mail_accounts(kind: str) -> None:
    assert accounts_of(account("nobody", "Local Folders", kind=kind)) == []


def test_a_pop_account_counts() -> None:
    assert len(accounts_of(account("a@free.fr", "pop.free.fr", kind="pop3"))) == 1


# ------------------------------------------------------------------ rules


def rule(address: str, enabled: str = "yes", ending: str = "\n") -> str:
    lines = [
        'name="règle"',
        f'enabled="{enabled}"',
        'type="17"',
        'action="Forward"',
        f'actionValue="{address}"',
        'condition="ALL"',
    ]
    return ending.join(['version="9"', 'logging="no"', *lines, ""])


def identity(address: str) -> set[str]:
    return own_domains(prefs(mail__identity__id1__useremail=address))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_rule_that_sends_mail_elsewhere_is_seen(ending: str) -> None:
    assert forwards_outside(rule("copie@ailleurs.example", ending=ending), identity("accueil@cabinet.example")) == 1


def test_a_rule_that_sends_mail_to_a_colleague_is_not_outside() -> None:
    assert forwards_outside(rule("Medecin@Cabinet.example"), identity("accueil@cabinet.example")) == 0


def test_a_consumer_domain_is_nobodys_own() -> None:
    own = identity("cabinet@gmail.com")
    assert forwards_outside(rule("voleur@gmail.com"), own) == 1
    assert forwards_outside(rule("cabinet@gmail.com"), own) == 0


def test_a_rule_that_is_off_sends_nothing() -> None:
    text = rule("copie@ailleurs.example", "no") + rule("autre@ailleurs.example")
    assert forwards_outside(text, set()) == 1


def test_each_address_of_a_rule_counts() -> None:
    assert forwards_outside(rule("a@x.example, moi@cabinet.example,b@y.example"), identity("moi@cabinet.example")) == 2


@pytest.mark.parametrize(("value", "fetches"), [(False, True), (True, False)])
def test_remote_images_are_fetched_only_when_the_safe_default_was_changed(*, value: bool, fetches: bool) -> None:
    assert fetches_images(prefs(mailnews__message_display__disable_remote_image=value)) is fetches
    assert not fetches_images("")


@given(st.text())
def test_whatever_a_file_holds_there_is_an_answer(text: str) -> None:
    for body in (
        text,
        f'user_pref("mail.server.server1.{text}", "{text}");',
        f'action="Forward"\nactionValue="{text}"',
    ):
        assert all(isinstance(one, MailAccount) for one in accounts_of(body))
        assert forwards_outside(body, own_domains(body)) >= 0
        assert fetches_images(body) in (True, False)


def test_a_long_line_of_backslashes_is_read_in_no_time() -> None:
    assert parse_prefs('user_pref("' + "\\" * 200_000) == {}
