"""What lies in the folders of fake people."""

import os
import sqlite3
import subprocess

import pytest

from hygie.content.hints import Hint
from hygie.probes.facts import (
    Absent,
    BrowserPasswords,
    Place,
    PrintSpool,
    PrivateKeys,
    SensitiveFile,
    SensitiveFiles,
    StoredCredentials,
    Unknown,
)
from hygie.probes.linux import files


@pytest.mark.parametrize(
    ("folder", "place"),
    [("Bureau", Place.DESKTOP), ("Desktop", Place.DESKTOP), ("Téléchargements", Place.DOWNLOADS),
     ("Documents", Place.DOCUMENTS),
     ("Public", Place.SHARED), ("Nextcloud", Place.SYNCED), ("Google Drive", Place.SYNCED)],
)  # fmt: skip
def test_a_file_that_speaks_is_told_with_the_place_where_it_lies(box, folder: str, place: Place) -> None:
    box.write(f"{box.person()}/{folder}/mots de passe.txt")
    found = box.ask(files.sensitive_files)
    assert found == SensitiveFiles((SensitiveFile(Hint.PASSWORDS, place, "mots de passe.txt"),), 1, complete=True)


def test_a_shared_folder_is_looked_at_under_its_own_name(box) -> None:
    box.person()
    box.write("/srv/Patients Été/patients.csv")
    box.write("/etc/samba/smb.conf", "[p]\npath = /srv/Patients Été\n")
    assert [one.place for one in box.ask(files.sensitive_files).found] == [Place.SHARED]


def test_a_share_of_the_whole_disk_is_not_walked_through(box) -> None:
    box.person()
    box.write("/patients.csv")
    box.write("/etc/samba/smb.conf", "[p]\npath = /\n")
    assert box.ask(files.sensitive_files) == SensitiveFiles((), 0, complete=True)


def test_other_folders_are_not_looked_at(box) -> None:
    box.write(f"{box.person()}/Images/mots de passe.txt")
    assert box.ask(files.sensitive_files) == SensitiveFiles((), 0, complete=True)


def test_a_refusal_is_respected(box) -> None:
    box.write(f"{box.person()}/Bureau/mots de passe.txt")
    assert isinstance(box.ask(files.sensitive_files, look_at_files=False), Unknown)


def test_a_synchronised_folder_that_is_a_network_mount_is_not_entered(box) -> None:
    box.write(f"{box.person()}/Nextcloud/patients.csv")
    mounted = "3 2 0:10 / /home/helene/Nextcloud rw - davfs https://x rw\n"
    assert box.ask(files.sensitive_files, mounted=mounted) == SensitiveFiles((), 0, complete=False)


def test_folders_closed_to_us_are_unknown(box, as_nobody) -> None:
    box.person()
    box.root.chmod(0o755)
    code = (
        "from hygie.probes.linux import files as f\n"
        "for probe in (f.sensitive_files, f.browser_passwords, f.private_key_files, f.stored_credentials):\n"
        "    print(ask(probe, machine))"
    )
    assert all(line.startswith("Unknown") for line in as_nobody(box.root, code).splitlines())


# ------------------------------------------------------------------ browsers


@pytest.mark.parametrize("folder", files._CHROMIUM)
def test_each_browser_of_the_chromium_family_is_found(box, folder: str) -> None:
    path = box.write(f"{box.person()}/{folder}/Default/Login Data")
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE logins (blacklisted_by_user INTEGER)")
        base.execute("INSERT INTO logins VALUES (0)")
    base.close()
    assert box.ask(files.browser_passwords) == BrowserPasswords(1)


@pytest.mark.parametrize("folder", files._FIREFOX)
def test_each_firefox_is_found(box, folder: str) -> None:
    box.write(f"{box.person()}/{folder}/ab.default/logins.json", '{"nextId":2,"logins":[{"id":1}]}')
    assert box.ask(files.browser_passwords) == BrowserPasswords(1)


# ------------------------------------------------------------------ keys and passwords


def key(box, home: str, name: str, phrase: str) -> None:
    box.folder(f"{home}/.ssh", 0o700)
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-f", str(box.path(f"{home}/.ssh/{name}"))]
    subprocess.run(command, check=True)


def test_keys_without_a_phrase_are_counted_among_real_ones(box) -> None:
    home = box.person()
    key(box, home, "id_ed25519", "phrase")
    key(box, home, "nas", "")
    box.write(f"{home}/.ssh/known_hosts", "nas ssh-ed25519 AAAA\n")
    os.mkfifo(box.path(f"{home}/.ssh/agent"))
    box.folder(f"{home}/.ssh/vieux")
    assert box.ask(files.private_key_files) == PrivateKeys(1, 2)


def test_without_keys_there_is_nothing_to_look_at(box) -> None:
    box.person()
    assert isinstance(box.ask(files.private_key_files), Absent)


@pytest.mark.parametrize(
    ("name", "text", "kinds"),
    [
        (".netrc", "machine nas login x password y\n", (".netrc",)),
        (".netrc", "machine nas login x\n", ()),
        (".pgpass", "*:*:*:u:p\n", (".pgpass",)),
        (".pgpass", "# rien\n", ()),
        (".my.cnf", "[client]\npassword = x\n", (".my.cnf",)),
        (".my.cnf", "[client]\n#password = x\npassword\n", ()),
        (".git-credentials", "https://u:p@git.example\n", (".git-credentials",)),
    ],
)
def test_a_password_in_a_settings_file_is_told_by_its_kind(box, name: str, text: str, kinds: tuple[str, ...]) -> None:
    box.write(f"{box.person()}/{name}", text)
    assert box.ask(files.stored_credentials) == StoredCredentials(kinds)


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("//nas/x /mnt cifs username=u,password=p 0 0", ("fstab",)),
        ("//nas/x /mnt cifs pass=p,user=u 0 0", ("fstab",)),
        ("//nas/x /mnt cifs credentials=/root/.c 0 0", ()),
        ("# //nas/x /mnt cifs password=p 0 0", ()),
        ("//nas/x /mnt cifs password=,guest 0 0", ()),
    ],
)
def test_a_password_in_fstab_is_told(box, line: str, kinds: tuple[str, ...]) -> None:
    box.person()
    box.write("/etc/fstab", line + "\n")
    assert box.ask(files.stored_credentials) == StoredCredentials(kinds)


# ------------------------------------------------------------------ prints


def test_documents_kept_by_the_print_service_are_counted(box) -> None:
    assert isinstance(box.ask(files.print_spool), Absent)
    box.folder("/etc/cups")
    assert box.ask(files.print_spool) == PrintSpool(0)
    for name in ("d00012-001", "d00012-002", "c00012", "d12-1", "tmp"):
        box.write(f"/var/spool/cups/{name}")
    assert box.ask(files.print_spool) == PrintSpool(2)


def test_prints_closed_to_us_are_unknown(box, as_nobody) -> None:
    box.folder("/etc/cups")
    box.folder("/var/spool/cups", 0o710)
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import files\nprint(ask(files.print_spool, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")
