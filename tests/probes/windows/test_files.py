"""Files read where they lie: hosts, browsers, keys, passwords in clear, sshd_config."""

import base64
import sqlite3
from dataclasses import replace

import pytest

from hygie.probes.facts import BrowserPasswords, HostsFile, Place, PrivateKeys, SshServer, StoredCredentials
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.windows import files, ssh

LOCAL, ROAMING = "Users/medecin/AppData/Local", "Users/medecin/AppData/Roaming"


def openssh(cipher: bytes) -> str:
    body = base64.b64encode(b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + b"\0" * 40).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"


def test_a_computer_without_hosts_file_diverts_nothing(windows):
    assert files.probe_hosts(windows()) == HostsFile(())


def test_the_hosts_file_is_read_under_the_system_folder(windows, text):
    machine = windows({"Windows/System32/drivers/etc/hosts": text("hosts")})
    assert files.probe_hosts(machine) == HostsFile(("www.ameli.fr", "assure.ameli.fr"))


def test_an_unknown_session_cannot_be_told(windows):
    machine = windows()
    machine.environment.clear()
    with pytest.raises(CannotTell):
        files.probe_hosts(machine)


def store(path, *, kept):
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE logins (blacklisted_by_user INTEGER)")
        if kept:
            base.execute("INSERT INTO logins VALUES (0)")
    base.close()


def test_browser_profiles_that_keep_a_password_are_counted(windows, tmp_path):
    machine = windows({f"{ROAMING}/Mozilla/Firefox/Profiles/a.default/logins.json": '{"logins": [{"id": 1}]}'})
    store(tmp_path / LOCAL / "Google/Chrome/User Data/Default/Login Data", kept=True)
    store(tmp_path / LOCAL / "Microsoft/Edge/User Data/Default/Login Data", kept=False)
    store(tmp_path / ROAMING / "Opera Software/Opera Stable/Login Data", kept=True)
    assert files.probe_browsers(machine) == BrowserPasswords(3)


def test_exposed_files_are_told_by_their_names_in_every_place(windows):
    drives = [{"DeviceID": "E:", "DriveType": 2, "BitLockerProtection": None, "HoldsBackup": False}]
    machine = windows(
        {
            "Users/medecin/Desktop/mots de passe.txt": "", "Users/medecin/Downloads/notice.pdf": "",
            "Users/Public/Documents/mots de passe.xlsx": "", "Users/medecin/OneDrive/mots de passe.docx": "",
            "E:/mots de passe.odt": "",
        },
        drives=drives, usb=[], bitlocker=None,
    )  # fmt: skip
    found = files.probe_sensitive(machine)
    assert {file.place for file in found.found} == {Place.DESKTOP, Place.SHARED, Place.SYNCED, Place.REMOVABLE}
    assert found.examined == 5


def test_the_first_bytes_of_a_file_are_never_read_for_fear_of_a_download(windows):
    machine = windows({"Users/medecin/Desktop/sans nom": "\0" * 128 + "DICM"})
    assert files.probe_sensitive(machine).found == ()


def test_a_refused_look_is_not_made(windows):
    machine = replace(windows({"Users/medecin/Desktop/mots de passe.txt": ""}), look_at_files=False)
    with pytest.raises(CannotTell, match="refusé"):
        files.probe_sensitive(machine)


def test_keys_of_the_session_are_counted(windows):
    machine = windows({"Users/medecin/.ssh/id_ed25519": openssh(b"none"), "Users/medecin/.ssh/known_hosts": "a"})
    assert files.probe_private_keys(machine) == PrivateKeys(unprotected=1, examined=1)


def test_no_key_is_nothing_to_look_at(windows):
    with pytest.raises(NotThere):
        files.probe_private_keys(windows())


def test_kinds_of_files_with_a_password_are_told_without_their_place(windows):
    machine = windows({
        "Users/medecin/_netrc": "machine ftp.exemple.fr login a password b",
        f"{ROAMING}/postgresql/pgpass.conf": "# commentaire\nlocalhost:5432:*:moi:secret",
        f"{ROAMING}/FileZilla/sitemanager.xml": '<Pass encoding="base64">c2VjcmV0</Pass>',
        "Windows/Panther/unattend.xml": "<Password><Value>*SENSITIVE*DATA*DELETED*</Value></Password>",
        "Users/medecin/.git-credentials": "https://git.exemple.fr\n",
    })  # fmt: skip
    assert files.probe_stored(machine) == StoredCredentials(("_netrc", "pgpass.conf", "sitemanager.xml"))


def test_no_such_file_is_told(windows):
    assert files.probe_stored(windows()) == StoredCredentials(())


def test_the_ssh_server_says_what_it_accepts(text):
    assert ssh.server(text("sshd_config")) == SshServer(password_login=False, root_login="no", empty_passwords=False)


@pytest.mark.parametrize(
    ("settings", "password"),
    [
        ("", True),
        ("#PasswordAuthentication no", True),
        ("PasswordAuthentication no\nPasswordAuthentication yes", False),
        ("PasswordAuthentication=no\nMatch User stagiaire\n  PasswordAuthentication yes", True),
        ("passwordauthentication NO", False),
    ],
)
def test_the_first_value_wins_and_a_laxer_match_counts(settings, password):
    assert ssh.server(settings).password_login is password


def test_a_server_that_runs_is_read(windows, sample, text):
    service = [dict(row.values) for row in sample("sshd_service")]
    machine = windows({"ProgramData/ssh/sshd_config": text("sshd_config")}, service=service)
    assert ssh.probe_server(machine).password_login is False


@pytest.mark.parametrize("service", [[], [{"State": "Stopped", "StartMode": "Manual"}]])
def test_a_server_absent_or_asleep_is_nothing_to_look_at(windows, service):
    with pytest.raises(NotThere):
        ssh.probe_server(windows(service=service))
