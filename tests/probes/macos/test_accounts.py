from collections.abc import Callable
from pathlib import Path

import pytest

from hygie.probes.facts import Administrators, PasswordPolicy, ScreenLock
from hygie.probes.machine import CannotTell
from hygie.probes.macos import accounts, session
from hygie.probes.macos.reading import parse_plist

Sample = Callable[[str], str]


def test_an_account_that_opens_alone_is_seen(sample: Sample) -> None:
    settings = dict(parse_plist(sample("login_window")))
    assert accounts.parse_auto_login(settings).enabled
    del settings["autoLoginUser"]
    assert not accounts.parse_auto_login(settings).enabled


def test_the_guest_account_is_told_by_sysadminctl(sample: Sample) -> None:
    assert not accounts.parse_guest(sample("guest")).enabled
    assert accounts.parse_guest("2026-11-24 sysadminctl[1:2] Guest account enabled.").enabled


def test_people_start_at_501_and_services_are_left_out(sample: Sample) -> None:
    found = accounts.parse_administrators(sample("users"), sample("admin_group"))
    assert found == Administrators(people=3, administrators=1, root_twins=0)


def test_a_second_account_with_the_number_of_root_is_a_twin(sample: Sample) -> None:
    twin = sample("users") + "toor                     0\n"
    assert accounts.parse_administrators(twin, sample("admin_group")).root_twins == 1


def test_the_daily_account_is_administrator_when_id_says_admin(sample: Sample) -> None:
    assert accounts.parse_daily(sample("id_admin")).administrator
    assert not accounts.parse_daily(sample("id_admin").replace(",80(admin)", "")).administrator
    assert not accounts.parse_daily("uid=501(pat) gid=20(staff) groups=20(staff),980(administrators)\n").administrator


def test_the_longest_length_asked_for_is_the_one_that_counts(sample: Sample) -> None:
    assert accounts.parse_password_policy(sample("pwpolicy")) == PasswordPolicy(7, 0)
    assert accounts.parse_password_policy(sample("pwpolicy_classes")) == PasswordPolicy(12, 2)


def test_no_policy_and_a_rule_that_accepts_nothing_ask_for_nothing(sample: Sample) -> None:
    assert accounts.parse_password_policy(sample("pwpolicy_none")) == PasswordPolicy(0, 0)
    assert accounts.parse_password_policy(sample("pwpolicy_default")) == PasswordPolicy(0, 0)


def test_letters_of_any_case_are_one_kind_and_not_two() -> None:
    rule = "policyAttributePassword matches '(?=.*[0-9])(?=.*[a-zA-Z]).+'"
    text = (
        '<?xml version="1.0"?><plist version="1.0"><dict><key>policyCategoryPasswordContent</key><array><dict>'
        f"<key>policyContent</key><string>{rule}</string></dict></array></dict></plist>"
    )
    assert accounts.parse_password_policy(text) == PasswordPolicy(0, 2)
    with pytest.raises(CannotTell):
        accounts.parse_password_policy(text.replace("(?=.*[0-9])", "(?=.*[0-9])|"))


def test_lockout_is_the_smallest_number_of_attempts(sample: Sample) -> None:
    assert accounts.parse_lockout(sample("pwpolicy")).attempts == 10
    assert accounts.parse_lockout(sample("pwpolicy_classes")).attempts is None
    assert accounts.parse_lockout(sample("pwpolicy_none")).attempts is None


def test_a_lockout_without_its_number_is_not_guessed(sample: Sample) -> None:
    with pytest.raises(CannotTell):
        accounts.parse_lockout(
            sample("pwpolicy").replace("policyAttributeMaximumFailedAuthentications</key>", "other</key>")
        )


def test_probes_of_accounts_ask_the_right_questions(mac: Callable[..., object], sample: Sample) -> None:
    machine = mac({
        "dscl . -list /Users UniqueID": sample("users"),
        "dscl . -read /Groups/admin GroupMembership": sample("admin_group"),
        "id pat": sample("id_admin"),
        "sysadminctl -guestAccount status": sample("guest"),
        "pwpolicy -getaccountpolicies": sample("pwpolicy"),
    }, {"/Library/Preferences/com.apple.loginwindow.plist": sample("login_window")})  # fmt: skip
    assert accounts.administrators(machine).administrators == 1
    assert accounts.daily_account(machine).administrator
    assert not accounts.guest_account(machine).enabled
    assert accounts.password_policy(machine).minimum_length == 7
    assert accounts.lockout(machine).attempts == 10
    assert accounts.auto_login(machine).enabled


def test_root_has_no_daily_account(mac: Callable[..., object]) -> None:
    with pytest.raises(CannotTell, match="session"):
        accounts.daily_account(mac(environment={"USER": "root"}))


def test_files_of_prints_are_judged_by_their_rights(mac: Callable[..., object], tmp_path: Path) -> None:
    machine = mac(files={"/private/etc/master.passwd": "", "/private/var/db/dslocal/nodes/Default/x": ""})
    (tmp_path / "private/etc/master.passwd").chmod(0o600)
    (tmp_path / "private/var/db/dslocal/nodes/Default").chmod(0o755)
    rights = accounts.secret_files_rights(machine)
    assert (rights.readable_by_all, rights.examined) == (1, 2)


def test_files_of_prints_that_are_not_there_say_nothing(mac: Callable[..., object]) -> None:
    with pytest.raises(CannotTell):
        accounts.secret_files_rights(mac())


def test_a_home_is_open_when_others_may_enter_it_and_read_the_desktop(
    mac: Callable[..., object], tmp_path: Path
) -> None:
    machine = mac(files={f"/Users/{name}/Desktop/x": "" for name in ("pat", "sam", "Shared")})
    for name, home, desktop in (("pat", 0o755, 0o700), ("sam", 0o755, 0o755)):
        (tmp_path / f"Users/{name}/Desktop").chmod(desktop)
        (tmp_path / f"Users/{name}").chmod(home)
    rights = accounts.home_rights(machine)
    assert (rights.open_to_others, rights.homes) == (1, 2)


def test_the_lock_adds_the_first_darkness_and_the_delay(sample: Sample) -> None:
    delay = session.parse_delay(sample("screen_lock_delay"))
    display = session.parse_display_sleep(sample("pmset"))
    assert session.gather_lock(delay, display, None) == ScreenLock(locks=True, after_seconds=2100, sessions=1)
    assert session.gather_lock(delay, display, 300).after_seconds == 600
    assert session.gather_lock(0, 0, 300).after_seconds == 300


def test_a_password_never_asked_or_a_screen_never_dark_does_not_lock(sample: Sample) -> None:
    never = ScreenLock(locks=False, after_seconds=None, sessions=1)
    assert session.gather_lock(session.parse_delay(sample("screen_lock_off")), 120, 300) == never
    assert session.gather_lock(0, session.parse_display_sleep(sample("pmset_never")), 0) == never
    assert session.parse_delay("screenLock delay is -1.000000 seconds") is None


def test_a_saver_never_set_and_a_screen_never_dark_cannot_be_told(sample: Sample) -> None:
    assert session.parse_delay(sample("screen_lock_immediate")) == 0
    with pytest.raises(CannotTell):
        session.gather_lock(
            0, session.parse_display_sleep(sample("pmset_never")), session.parse_idle(sample("idle_unset"))
        )


def test_the_lock_of_the_session_is_asked_and_never_under_sudo(mac: Callable[..., object], sample: Sample) -> None:
    says = {
        "sysadminctl -screenLock status": sample("screen_lock_immediate"),
        "defaults -currentHost read com.apple.screensaver idleTime": "600\n",
        "pmset -g custom": sample("pmset"),
    }
    assert session.screen_lock(mac(says)).after_seconds == 600
    with pytest.raises(CannotTell, match="sudo"):
        session.screen_lock(mac(says, environment={"SUDO_USER": "pat"}))
