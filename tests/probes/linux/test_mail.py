"""Mail programs of fake people: Thunderbird, Evolution, and rules that send mail away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Absent, MailAccount, MailAccounts, MailForwarding, MailHost, MailRemoteContent, Unknown
from hygie.probes.linux import mail

PREFS = """user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.hostname", "imap.cabinet.example");
user_pref("mail.server.server1.userName", "accueil@cabinet.example");
user_pref("mail.server.server1.socketType", 3);
user_pref("mail.identity.id1.useremail", "accueil@cabinet.example");
"""
RULE = 'version="9"\nname="r"\nenabled="yes"\naction="Forward"\nactionValue="copie@ailleurs.example"\n'


def source(
    host: str, user: str, method: str = "ssl-on-alternate-port", backend: str = "imapx", kind: str = "Mail Account"
) -> str:
    head = f"[Data Source]\nDisplayName=x\n\n[{kind}]\nBackendName={backend}\n\n"
    return head + f"[Security]\nMethod={method}\n\n[Authentication]\nHost={host}\nUser={user}\n"


def evolution(box, *texts: str):
    home = box.person()
    for number, text in enumerate(texts):
        box.write(f"{home}/.config/evolution/sources/{number}.source", text)
    return box.ask(mail.mail_accounts)


@pytest.mark.parametrize(
    "base", [".thunderbird", "snap/thunderbird/common/.thunderbird", ".var/app/org.mozilla.Thunderbird/.thunderbird"]
)
def test_thunderbird_is_found_wherever_it_was_installed_from(box, base: str) -> None:
    home = box.person()
    box.write(f"{home}/{base}/ab.default/prefs.js", PREFS)
    box.write(f"{home}/{base}/profiles.ini", "[Profile0]\n")
    assert box.ask(mail.mail_accounts) == MailAccounts((MailAccount(MailHost.OTHER, encrypted=True),))


def test_without_a_mail_program_there_is_nothing_to_look_at(box) -> None:
    box.person()
    for probe in (mail.mail_accounts, mail.mail_forwarding, mail.mail_remote_content):
        assert isinstance(box.ask(probe), Absent)


def test_folders_closed_to_us_are_unknown(box, as_nobody) -> None:
    box.person()
    box.root.chmod(0o755)
    code = (
        "from hygie.probes.linux import mail as m\n"
        "for probe in (m.mail_accounts, m.mail_forwarding, m.mail_remote_content): print(ask(probe, machine))"
    )
    assert all(line.startswith("Unknown") for line in as_nobody(box.root, code).splitlines())


# ------------------------------------------------------------------ Evolution


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (source("imap.orange.fr", "cabinet"), MailAccount(MailHost.CONSUMER, encrypted=True)),
        (source("imap.cabinet.example", "a@gmail.com"), MailAccount(MailHost.CONSUMER, encrypted=True)),
        (source("imap.cabinet.example", "a", "none"), MailAccount(MailHost.OTHER, encrypted=False)),
        (source("imap.cabinet.example", "a", ""), MailAccount(MailHost.OTHER, encrypted=False)),
        (
            source("pop.cabinet.example", "a", "starttls-on-standard-port", "pop"),
            MailAccount(MailHost.OTHER, encrypted=True),
        ),
        (source("imap.medecin.mssante.fr", "a"), MailAccount(MailHost.MSSANTE, encrypted=True)),
    ],
)
def test_an_account_of_evolution_is_classed(box, text: str, account: MailAccount) -> None:
    assert evolution(box, text) == MailAccounts((account,))


def test_what_evolution_sends_in_clear_counts_for_all_accounts(box) -> None:
    sending = source("smtp.cabinet.example", "a", "none", "smtp", "Mail Transport")
    assert evolution(box, source("imap.cabinet.example", "a"), sending) == MailAccounts(
        (MailAccount(MailHost.OTHER, encrypted=False),)
    )


@pytest.mark.parametrize(
    "text", [source("x", "a", backend="maildir"), source("x", "a", kind="Calendar"), "noise", "[Mail Account\n", ""]
)
def test_other_sources_are_not_mail_accounts(box, text: str) -> None:
    assert isinstance(evolution(box, text), Absent)


# ------------------------------------------------------------------ forwarding


def forwarding(box, **files: str):
    home = box.person()
    for name, text in files.items():
        box.write(f"{home}/{NAMES[name]}", text)
    return box.ask(mail.mail_forwarding)


NAMES = {
    "forward": ".forward", "sieve": ".dovecot.sieve", "prefs": ".thunderbird/p/prefs.js",
    "rules": ".thunderbird/p/ImapMail/imap.x/msgFilterRules.dat",
    "local": ".thunderbird/p/Mail/Local Folders/msgFilterRules.dat", "main": "sieve/main.sieve",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "outside"),
    [("copie@ailleurs.example\n", 1), ("\\helene, copie@ailleurs.example\n", 1), ("a@x.example,b@y.example\n", 2),
     ("# a@x.example\nkarim\n", 0),
     ('"|/usr/bin/vacation helene@x"\n', 0), ("/var/mail/h@x\n", 0)],
)  # fmt: skip
def test_addresses_of_a_forward_file_are_told(box, text: str, outside: int) -> None:
    assert forwarding(box, forward=text) == MailForwarding(outside, 1)


@pytest.mark.parametrize(
    ("text", "outside"),
    [('redirect "a@x.example";\n', 1), ('require ["copy"];\nif true { redirect :copy "a@x.example"; }\n', 1),
     ("keep;\n", 0),
     ('# redirect "a@x.example";\nkeep;\n', 0), ('/* redirect "a@x.example"; */ keep;\n', 0),
     ('if header "a#b" "c" { redirect "a@x.example"; }\n', 1),
     ('REDIRECT "a@x.example"; redirect "b@y.example";\n', 2)],
)  # fmt: skip
def test_redirections_of_a_sieve_script_are_told(box, text: str, outside: int) -> None:
    assert forwarding(box, sieve=text) == MailForwarding(outside, 1)


def test_rules_of_thunderbird_are_told_in_each_account(box) -> None:
    assert forwarding(box, prefs=PREFS, rules=RULE, local=RULE) == MailForwarding(2, 1)


def test_a_rule_towards_the_practice_is_not_outside(box) -> None:
    assert forwarding(box, prefs=PREFS, rules=RULE.replace("ailleurs", "cabinet")) == MailForwarding(0, 1)


def test_everything_that_was_read_is_counted(box) -> None:
    assert forwarding(box, forward="a@x.example\n", main='redirect "b@y.example";', prefs=PREFS) == MailForwarding(2, 3)


def test_an_empty_forward_file_is_nothing(box) -> None:
    assert isinstance(forwarding(box, forward=" \n"), Absent)


# ------------------------------------------------------------------ images


def test_profiles_that_fetch_remote_images_are_counted(box) -> None:
    home = box.person()
    box.write(
        f"{home}/.thunderbird/a/prefs.js",
        PREFS + 'user_pref("mailnews.message_display.disable_remote_image", false);\n',
    )
    box.write(f"{home}/.thunderbird/b/prefs.js", PREFS)
    assert box.ask(mail.mail_remote_content) == MailRemoteContent(1, 2)


@given(text=st.text(max_size=300) | st.text('[Mail Account]=\nredirect"@;#/*', max_size=200))
def test_whatever_the_files_there_is_an_answer(text: str, boxes) -> None:
    box = boxes()
    assert isinstance(evolution(box, text, source("imap.x", "a") + text), MailAccounts)
    for name in NAMES.values():
        box.write(f"/home/helene/{name}", text)
    assert isinstance(box.ask(mail.mail_forwarding), MailForwarding | Absent | Unknown)
