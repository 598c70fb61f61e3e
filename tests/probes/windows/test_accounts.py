"""People, administrators, sleepers, passwords, locks: by SID and by number, never by a translated word."""

import pytest

from hygie.probes.facts import (
    Administrators,
    AutoLogin,
    DailyAccount,
    DormantAccounts,
    ElevationWithoutPassword,
    GuestAccount,
    Lockout,
    PasswordPolicy,
    ScreenLock,
)
from hygie.probes.machine import CannotTell
from hygie.probes.windows import accounts
from hygie.probes.windows.answers import Row


def test_the_guest_is_known_by_its_identifier(sample):
    assert accounts.guest(sample("users_builtin")) == GuestAccount(enabled=False)


def test_an_open_guest_is_seen():
    row = Row({"SID": "S-1-5-21-1-2-3-501", "Enabled": True})
    assert accounts.guest([row]) == GuestAccount(enabled=True)


def test_accounts_that_windows_keeps_for_itself_are_nobody(sample):
    assert not any(accounts.is_person(row) for row in sample("users_builtin"))


def test_only_open_accounts_of_people_count_as_administrators(sample):
    found = accounts.administrators(sample("users_practice"), sample("administrators"))
    assert found == Administrators(people=4, administrators=1, root_twins=0)


def test_domain_administrators_do_not_hide_local_ones(sample):
    members = [*sample("administrators"), Row({"SID": "S-1-5-21-9-9-9-512"})]
    assert accounts.administrators(sample("users_practice"), members).administrators == 1


def test_other_foreign_members_cannot_be_counted(sample):
    members = [*sample("administrators"), Row({"SID": "S-1-12-1-1-2-3-4"})]
    with pytest.raises(CannotTell):
        accounts.administrators(sample("users_practice"), members)


def test_the_asking_account_is_administrator_when_it_is_a_member(sample):
    assert accounts.daily_account(sample("me"), sample("administrators")) == DailyAccount(administrator=True)


def test_the_asking_account_is_not_when_it_is_no_member(sample):
    assert accounts.daily_account(sample("me"), []) == DailyAccount(administrator=False)


def test_an_elevated_session_needs_no_list():
    assert accounts.daily_account([Row({"SID": "S-1", "Elevated": True})], None).administrator


def test_without_list_a_plain_session_cannot_tell(sample):
    with pytest.raises(CannotTell):
        accounts.daily_account(sample("me"), None)


def test_sleepers_are_those_not_seen_for_90_days_and_never_the_asking_account(sample, now):
    found = accounts.dormant(sample("users_practice"), sample("me"), now)
    assert found == DormantAccounts(dormant=2, people=4, days=90)


def test_a_microsoft_account_is_not_said_to_sleep(sample, now):
    row = Row({**sample("users_practice")[6].values, "PrincipalSource": "MicrosoftAccount"})
    assert accounts.dormant([row], sample("me"), now).dormant == 0


def test_automatic_logon_is_the_string_one(sample):
    assert accounts.auto_login(sample("winlogon_auto")) == AutoLogin(enabled=True)


@pytest.mark.parametrize("value", ["0", "", None])
def test_anything_else_opens_nothing(value):
    assert accounts.auto_login([Row({"AutoAdminLogon": value})]) == AutoLogin(enabled=False)


def test_account_control_off_is_one_rule(sample):
    assert accounts.elevation(sample("uac_off")) == ElevationWithoutPassword(1)


def test_account_control_on_is_none():
    row = Row({"EnableLUA": 1, "ConsentPromptBehaviorAdmin": None})
    assert accounts.elevation([row]) == ElevationWithoutPassword(0)


def test_account_control_untold_is_not_guessed():
    with pytest.raises(CannotTell):
        accounts.elevation([Row({"EnableLUA": None})])


def test_ten_wrong_passwords_lock_the_account(sample):
    assert accounts.lockout(sample("password_rules")) == Lockout(10)


def test_zero_means_never():
    assert accounts.lockout([Row({"MaxBadPasswordsAllowed": 0})]) == Lockout(None)


def test_a_short_password_accepted_is_told_whatever_its_complexity(sample):
    assert accounts.password_policy(sample("password_rules")) == PasswordPolicy(0, 0)


def test_from_twelve_characters_the_complexity_would_matter_and_is_not_guessed():
    with pytest.raises(CannotTell, match="14"):
        accounts.password_policy([Row({"MinPasswordLength": 14})])


@pytest.mark.parametrize(("name", "after"), [("lock_none", None), ("lock_inactivity", 600), ("lock_saver", 300)])
def test_a_session_locks_by_policy_or_by_screen_saver(sample, name, after):
    assert accounts.screen_lock(sample(name)) == ScreenLock(after is not None, after, 1)


def test_a_session_locks_when_the_computer_sleeps_and_asks_the_password(sample):
    row = Row({**sample("lock_none")[0].values, "SleepAfter": 1800})
    assert accounts.screen_lock([row]).after_seconds == 1800


def test_sleep_that_asks_nothing_locks_nothing(sample):
    row = Row({**sample("lock_none")[0].values, "SleepAfter": 1800, "ConsoleLock": 0})
    assert accounts.screen_lock([row]).locks is False


@pytest.mark.parametrize("change", [{"Program": None}, {"ScreenSaverIsSecure": "0"}, {"ScreenSaveActive": "0"}])
def test_a_screen_saver_must_exist_be_on_and_ask_the_password(sample, change):
    row = Row({**sample("lock_saver")[0].values, **change})
    assert accounts.screen_lock([row]).locks is False
