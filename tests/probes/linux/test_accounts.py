"""Accounts of a fake computer: administrators, passwords, rights, and what a new password must be."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import (
    Absent,
    Administrators,
    DailyAccount,
    DormantAccounts,
    EmptyPasswords,
    HomeRights,
    Lockout,
    PasswordHashes,
    PasswordPolicy,
    SecretFilesRights,
    Unknown,
)
from hygie.probes.linux import accounts

LASTLOG = struct.Struct("<i32s256s")
UTMP = struct.Struct("<h2xi32s4s32s256shhiii16s20x")


def lastlog(box, **days_ago: int) -> None:
    """Write last sessions as glibc keeps them: one record for each number of account."""
    numbers = {one.name: one.uid for one in accounts.accounts(box.machine())}
    raw = bytearray(LASTLOG.size * (max(numbers.values()) + 1))
    for name, days in days_ago.items():
        at = int(box.machine().now.timestamp()) - days * 86_400
        LASTLOG.pack_into(raw, numbers[name] * LASTLOG.size, at, b"tty1", b"")
    box.write("/var/log/lastlog", bytes(raw))


def wtmp(box, *sessions: tuple[str, int]) -> None:
    now = int(box.machine().now.timestamp())
    rows = [
        UTMP.pack(7, 1, b"tty2", b"", name.encode(), b":0", 0, 0, 0, now - days * 86_400, 0, b"")
        for name, days in sessions
    ]
    box.write("/var/log/wtmp", b"".join(rows))


# ------------------------------------------------------------------ administrators


def test_administrators_are_people_of_the_groups_that_become_root(box) -> None:
    for number, name in enumerate(("helene", "karim", "nadia"), 1000):
        box.person(name, number)
    box.write("/etc/group", "sudo:x:27:helene\nwheel:x:10:karim,root\nadmin:x:110:\nusers:x:100:nadia\n")
    assert box.ask(accounts.administrators) == Administrators(3, 2, 0)


def test_a_primary_group_counts_as_much_as_a_listed_one(box) -> None:
    box.person()
    box.passwd[-1] = "helene:x:1000:27:::/bin/bash"
    box.accounts()
    assert box.ask(accounts.administrators).administrators == 1


def test_a_second_root_is_told(box) -> None:
    box.passwd.append("toor:x:0:0::/root:/bin/sh")
    box.accounts()
    assert box.ask(accounts.administrators) == Administrators(0, 0, 1)


def test_lines_that_do_not_fit_a_group_file_are_left_out(box) -> None:
    box.person()
    box.write("/etc/group", "\n:::\nsudo\nsudo:x:27:helene,,\nx:y:z:helene:more\n")
    assert box.ask(accounts.administrators) == Administrators(1, 1, 0)


def test_the_only_person_uses_the_daily_account(box) -> None:
    box.person()
    box.write("/etc/group", "sudo:x:27:helene\n")
    assert box.ask(accounts.daily_account) == DailyAccount(administrator=True)


def test_among_several_the_last_session_tells_the_daily_account(box) -> None:
    box.person("helene")
    box.person("karim", 1001)
    box.write("/etc/group", "sudo:x:27:karim\n")
    lastlog(box, helene=30, karim=2)
    assert box.ask(accounts.daily_account) == DailyAccount(administrator=True)
    wtmp(box, ("helene", 1))
    assert box.ask(accounts.daily_account) == DailyAccount(administrator=False)


def test_without_a_trace_nobody_knows_the_daily_account(box) -> None:
    box.person("helene")
    box.person("karim", 1001)
    assert isinstance(box.ask(accounts.daily_account), Unknown)


def test_without_people_there_is_no_daily_account(box) -> None:
    assert isinstance(box.ask(accounts.daily_account), Absent)
    assert isinstance(box.ask(accounts.dormant_accounts), Absent)
    assert isinstance(box.ask(accounts.home_rights), Absent)


# ------------------------------------------------------------------ dormant accounts


def test_an_account_without_a_session_for_ninety_days_is_dormant(box) -> None:
    box.person("helene")
    box.person("karim", 1001)
    lastlog(box, helene=1, karim=91)
    assert box.ask(accounts.dormant_accounts) == DormantAccounts(1, 2, 90)
    lastlog(box, helene=1, karim=89)
    assert box.ask(accounts.dormant_accounts) == DormantAccounts(0, 2, 90)


def test_a_graphical_session_keeps_an_account_awake(box) -> None:
    box.person()
    lastlog(box, helene=200)
    wtmp(box, ("helene", 3))
    assert box.ask(accounts.dormant_accounts) == DormantAccounts(0, 1, 90)


@pytest.mark.parametrize("secret", ["!", "*", "!$6$abc"])
def test_an_account_that_opens_no_session_is_not_dormant(box, secret: str) -> None:
    box.person(secret=secret)
    lastlog(box, helene=200)
    assert box.ask(accounts.dormant_accounts) == DormantAccounts(0, 1, 90)


def test_an_account_without_any_trace_is_not_said_awake(box) -> None:
    box.person("helene")
    box.person("karim", 1001)
    lastlog(box, helene=1)
    assert isinstance(box.ask(accounts.dormant_accounts), Unknown)


def test_bad_news_is_told_even_when_another_account_left_no_trace(box) -> None:
    for number, name in enumerate(("helene", "karim", "nadia"), 1000):
        box.person(name, number)
    lastlog(box, helene=1, karim=300)
    assert box.ask(accounts.dormant_accounts) == DormantAccounts(1, 3, 90)


@given(raw=st.binary(max_size=700))
def test_whatever_the_traces_hold_there_is_an_answer(raw: bytes, boxes) -> None:
    box = boxes()
    box.person()
    box.write("/var/log/wtmp", raw)
    box.write("/var/log/lastlog", raw)
    assert isinstance(box.ask(accounts.dormant_accounts), (DormantAccounts, Unknown))


# ------------------------------------------------------------------ stored passwords


def test_an_account_with_an_empty_password_is_told(box) -> None:
    box.person(secret="")
    assert box.ask(accounts.empty_passwords) == EmptyPasswords(1)


def test_a_password_field_left_empty_in_passwd_itself_is_told(box) -> None:
    box.person()
    box.passwd[-1] = "helene::1000:1000::/home/helene:/bin/bash"
    box.accounts()
    assert box.ask(accounts.empty_passwords) == EmptyPasswords(1)


def test_an_account_that_opens_no_session_or_has_no_print_is_not_told(box) -> None:
    box.person(secret="", shell="/usr/sbin/nologin")
    box.passwd.append("karim:x:1001:1001::/home/karim:/bin/bash")
    box.accounts()
    assert box.ask(accounts.empty_passwords) == EmptyPasswords(0)


@pytest.mark.parametrize(
    ("print_", "weak"),
    [("$1$salt$0123456789012345678901", True), ("abcdefghijklm", True), ("abcdefghijklmnopqrstuvwx", True),
     ("$md5$rounds=904$s$h", True),
     ("$md5,rounds=904$s$h", True), ("$sha1$40000$s$h", True), ("$3$$8846f7eaee8fb117ad06bdd830b7586c", True),
     ("_J9..rasmBYk8r9AiWNc", True),
     ("$2x$05$abc", True), ("$y$j9T$a$b", False), ("$gy$j9T$a$b", False), ("$7$CU..../....a$b", False),
     ("$2b$05$abc", False),
     ("$2y$05$abc", False), ("$2a$05$abc", False), ("$6$s$h", False), ("$5$s$h", False)],
)  # fmt: skip
def test_the_methods_of_crypt_are_ranked(box, print_: str, *, weak: bool) -> None:
    box.person(secret=print_)
    assert box.ask(accounts.password_hashes) == PasswordHashes(int(weak), 1)


def test_an_old_print_kept_in_passwd_itself_is_told(box) -> None:
    box.person()
    box.passwd[-1] = "helene:abcdefghijklm:1000:1000::/home/helene:/bin/bash"
    box.accounts()
    assert box.ask(accounts.password_hashes).weak == 1


def test_locked_accounts_have_no_print(box) -> None:
    box.person(secret="!$1$a$b")
    assert isinstance(box.ask(accounts.password_hashes), Absent)


def test_prints_closed_to_us_are_unknown(box, as_nobody) -> None:
    box.person()
    box.path("/etc/shadow").chmod(0o640)
    box.root.chmod(0o755)
    code = (
        "from hygie.probes.linux import accounts as a\n"
        "for probe in (a.empty_passwords, a.password_hashes, a.dormant_accounts): print(ask(probe, machine))"
    )
    assert all(line.startswith("Unknown") for line in as_nobody(box.root, code).splitlines())


# ------------------------------------------------------------------ rights


def test_files_of_prints_that_all_can_read_are_told(box) -> None:
    box.write("/etc/shadow-", "", 0o644)
    box.write("/etc/gshadow", "", 0o640)
    assert box.ask(accounts.secret_files_rights) == SecretFilesRights(1, 3)


@pytest.mark.parametrize(("mode", "others"), [(0o700, 0), (0o750, 0), (0o755, 1), (0o701, 1), (0o704, 1), (0o770, 0)])
def test_a_folder_that_lets_others_in_is_told(box, mode: int, others: int) -> None:
    box.path(box.person()).chmod(mode)
    assert box.ask(accounts.home_rights) == HomeRights(others, 1)


def test_folders_closed_to_us_are_judged_on_their_rights_all_the_same(box, as_nobody) -> None:
    box.person()
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import accounts\nprint(ask(accounts.home_rights, machine))"
    assert as_nobody(box.root, code).strip() == "HomeRights(open_to_others=0, homes=1)"


def test_a_folder_reached_by_a_link_is_not_judged_on_its_link(box) -> None:
    box.person()
    box.path("/home/helene").rename(box.folder("/data") / "helene")
    box.link("/home/helene", "../data/helene")
    assert isinstance(box.ask(accounts.home_rights), Unknown)


# ------------------------------------------------------------------ policy


PWQUALITY = (
    "password requisite pam_pwquality.so retry=3\n"
    "password [success=1 default=ignore] pam_unix.so obscure use_authtok yescrypt\n"
)


def policy(box, pam: str = PWQUALITY, conf: str = "", **more: str) -> PasswordPolicy:
    box.write("/etc/pam.d/common-password", pam)
    box.write("/etc/security/pwquality.conf", conf)
    for name, text in more.items():
        box.write(f"/etc/security/pwquality.conf.d/{name}.conf", text)
    return box.ask(accounts.password_policy)


@pytest.mark.parametrize(
    ("conf", "length", "classes"),
    [("", 8, 0), ("minlen = 12\nminclass = 4\n", 12, 4), ("minlen=14\nminclass=3", 14, 3),
     ("\tminlen\t=\t12\t# douze\n", 12, 0),
     ("# minlen = 12\n", 8, 0), ("minlen = 12\nminlen = 9\n", 9, 0),
     ("dcredit = -1\nucredit=-1\nlcredit=-2\nocredit = 1", 8, 3),
     ("minlen = 3\n", 6, 0), ("minlen = 12\nenforcing = 0\n", 6, 0), ("minlen = 12\nenforcing = 1\n", 12, 0),
     ("minlen =\n12\n", 8, 0)],
)  # fmt: skip
def test_what_pwquality_demands_is_what_its_file_says(box, conf: str, length: int, classes: int) -> None:
    assert policy(box, conf=conf) == PasswordPolicy(length, classes)


def test_the_line_of_pam_wins_over_the_files(box) -> None:
    pam = "password requisite pam_pwquality.so retry=3 minlen=10 minclass=2\n"
    assert policy(box, pam, "minlen = 14\n") == PasswordPolicy(10, 2)


def test_the_folder_is_read_first_and_the_file_wins(box) -> None:
    assert policy(box, conf="minlen = 9\n", a="minlen = 12\nminclass = 3\n", b="minclass = 4\n") == PasswordPolicy(9, 4)


def test_a_module_in_a_comment_demands_nothing(box) -> None:
    assert policy(
        box, "# password requisite pam_pwquality.so minlen=12\npassword sufficient pam_unix.so\n"
    ) == PasswordPolicy(6, 0)


def test_without_pwquality_the_length_of_pam_unix_is_the_only_demand(box) -> None:
    assert policy(box, "password sufficient pam_unix.so minlen=10 sha512\n") == PasswordPolicy(10, 0)


def test_a_line_of_pam_may_be_continued(box) -> None:
    assert policy(box, "password requisite pam_pwquality.so \\\n  minlen=13\n") == PasswordPolicy(13, 0)


def test_without_pam_nobody_knows(box) -> None:
    assert isinstance(box.ask(accounts.password_policy), Unknown)
    assert isinstance(box.ask(accounts.lockout), Unknown)


# ------------------------------------------------------------------ lockout


@pytest.mark.parametrize(
    ("line", "conf", "attempts"),
    [("auth required pam_unix.so", "", None), ("auth required pam_faillock.so preauth", "", 3),
     ("auth required pam_faillock.so preauth deny=5", "deny = 4", 5),
     ("auth required pam_faillock.so preauth", "deny = 4\n", 4),
     ("auth required pam_faillock.so preauth", "# deny = 4\n", 3),
     ("auth required pam_faillock.so preauth deny=0", "", None),
     ("# auth required pam_faillock.so", "", None), ("auth required pam_tally2.so deny=6", "deny = 4", 6),
     ("auth required pam_tally2.so", "", None),
     ("auth required pam_faillock.so preauth\n", "even_deny_root\nfail_interval = 900\ndeny=10", 10)],
)  # fmt: skip
def test_the_pause_after_wrong_passwords_is_that_of_pam(box, line: str, conf: str, attempts: int | None) -> None:
    box.write("/etc/pam.d/common-auth", line + "\n")
    box.write("/etc/security/faillock.conf", conf)
    assert box.ask(accounts.lockout) == Lockout(attempts)


@given(text=st.text(max_size=200) | st.sampled_from(["minlen=", "minlen=99999999999999999999", "deny=-", "minlen==3"]))
def test_whatever_the_settings_say_there_is_a_number(text: str, boxes) -> None:
    box = boxes()
    box.write("/etc/pam.d/common-auth", f"auth required pam_faillock.so {text}")
    assert isinstance(policy(box, conf=text, pam=PWQUALITY + text), (PasswordPolicy, Unknown))
    assert isinstance(box.ask(accounts.lockout), (Lockout, Unknown))
