"""Outlook by its settings; Thunderbird by the reader shared with the other systems."""

import pytest

from hygie.probes.facts import MailAccount, MailForwarding, MailHost, MailRemoteContent
from hygie.probes.machine import NotThere
from hygie.probes.windows import mail

PROFILE = "Users/medecin/AppData/Roaming/Thunderbird/Profiles/abcd.default-release"


def test_outlook_accounts_have_their_host_and_their_protection(sample):
    assert mail.outlook_accounts(sample("outlook")) == [
        MailAccount(MailHost.CONSUMER, encrypted=False),
        MailAccount(MailHost.MSSANTE, encrypted=True),
        MailAccount(MailHost.OTHER, encrypted=True),
    ]


def test_outlook_shows_images_only_when_told_to(sample):
    assert mail.outlook_fetching(sample("outlook_images")) == 1


def test_thunderbird_is_read_in_the_session_folder(windows, text):
    machine = windows({f"{PROFILE}/prefs.js": text("thunderbird_prefs")}, outlook=[])
    assert mail.probe_accounts(machine).accounts == (
        MailAccount(MailHost.CONSUMER, encrypted=True),
        MailAccount(MailHost.MSSANTE, encrypted=False),
    )


def test_accounts_of_both_programs_are_gathered(windows, sample, text):
    rows = [dict(row.values) for row in sample("outlook")]
    machine = windows({f"{PROFILE}/prefs.js": text("thunderbird_prefs")}, outlook=rows)
    assert len(mail.probe_accounts(machine).accounts) == 5


def test_no_account_is_nothing_to_look_at(windows):
    with pytest.raises(NotThere, match="nouvel Outlook"):
        mail.probe_accounts(windows(outlook=[]))


def test_rules_are_read_in_every_account_of_a_profile(windows, text):
    rules = text("thunderbird_rules")
    machine = windows({
        f"{PROFILE}/prefs.js": text("thunderbird_prefs"), f"{PROFILE}/Mail/b/msgFilterRules.dat": "",
        f"{PROFILE}/ImapMail/imap.a/msgFilterRules.dat": rules,
    })  # fmt: skip
    assert mail.probe_forwarding(machine) == MailForwarding(outside=1, examined=1)


def test_no_profile_is_nothing_to_look_at(windows):
    with pytest.raises(NotThere):
        mail.probe_forwarding(windows())


def test_profiles_that_show_images_are_counted(windows, text):
    machine = windows({f"{PROFILE}/prefs.js": text("thunderbird_prefs")}, outlook_images=[{"BlockExtContent": None}])
    assert mail.probe_remote_content(machine) == MailRemoteContent(fetching=1, profiles=2)
