"""Folders offered to the network: testparm, which reads smb.conf as Samba does, is the judge."""

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Absent, Share, SharedFolders, Unknown
from hygie.probes.linux import shares
from hygie.probes.linux.shares import parse_exports, parse_smb, shared_places

CLOSED, READABLE = Share(anonymous=False, writable_by_all=False), Share(anonymous=True, writable_by_all=False)
WRITABLE, ALL = Share(anonymous=False, writable_by_all=True), Share(anonymous=True, writable_by_all=True)


def offered(box, text: str, mode: int = 0o777, name: str = "/srv/Commun") -> tuple[Share, ...]:
    box.folder(name, mode)
    box.write("/etc/samba/smb.conf", text)
    found = box.ask(shares.shared_folders)
    return found.shares if isinstance(found, SharedFolders) else found


def share(*lines: str, general: str = "") -> str:
    return f"[global]\n{general}\n[commun]\n  path = /srv/Commun\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        ((), CLOSED),
        (("guest ok = yes",), READABLE),
        (("public = yes",), READABLE),
        (("GUEST  OK=True",), READABLE),
        (("guest ok = 1",), READABLE),
        (("guest ok = no",), CLOSED),
        (("; guest ok = yes",), CLOSED),
        (("# guest ok = yes",), CLOSED),
        (("comment = a \\", "guest ok = yes"), CLOSED),
        (("guest ok = \\", "yes"), READABLE),
        (("guest ok = yes", "public = no"), CLOSED),
        (("read only = no",), WRITABLE),
        (("read only = off",), WRITABLE),
        (("writeable = yes",), WRITABLE),
        (("write ok = yes",), WRITABLE),
        (("writable = yes", "read only = yes"), CLOSED),
        (("read only = yes", "writable = yes"), WRITABLE),
        (("read only = no", "valid users = @cabinet"), CLOSED),
        (("read only = no", "valid users ="), WRITABLE),
        (("read only = no", "write list = helene"), WRITABLE),
        (("write list = helene",), CLOSED),
        (("guest ok = yes", "valid users = helene"), CLOSED),
        (("guest ok = yes", "valid users = helene, nobody"), READABLE),
        (("guest ok = yes", "read only = no"), ALL),
    ],
)
def test_a_share_is_as_open_as_its_settings(box, lines: tuple[str, ...], fact: Share) -> None:
    assert offered(box, share(*lines)) == (fact,)


def test_rights_of_the_folder_stop_those_who_have_a_name(box) -> None:
    assert offered(box, share("read only = no"), mode=0o755) == (CLOSED,)
    assert offered(box, share("read only = no", "force user = root"), mode=0o755) == (WRITABLE,)


def test_what_global_says_holds_for_every_share(box) -> None:
    assert offered(box, share(general="guest ok = yes")) == (READABLE,)
    assert offered(box, share("guest ok = no", general="guest ok = yes")) == (CLOSED,)


def test_settings_before_any_section_are_global(box) -> None:
    assert offered(box, "guest ok = yes\n[commun]\npath=/srv/Commun\n") == (READABLE,)


def test_a_heading_followed_by_a_remark_is_a_heading(box) -> None:
    assert offered(box, "[un]\npath=/srv/Commun\n[deux] # second\npath=/srv/Commun\nguest ok = yes\n") == (
        CLOSED,
        READABLE,
    )


def test_a_section_written_twice_is_one(box) -> None:
    assert offered(box, share() + "[COMMUN]\nguest ok = yes\n") == (READABLE,)


@pytest.mark.parametrize(
    "text",
    ["[homes]\nread only = no\n", "[printers]\npath=/var/spool\nguest ok=yes\n", "[print$]\npath=/x\nguest ok=yes\n",
     "[imprimante]\npath=/x\nprintable=yes\nguest ok=yes\n", "[vieux]\npath=/x\navailable=no\nguest ok=yes\n",
     "[vide]\nguest ok=yes\n", ""],
)  # fmt: skip
def test_what_is_not_a_folder_offered_is_left_out(box, text: str) -> None:
    box.write("/etc/samba/smb.conf", text)
    assert isinstance(box.ask(shares.shared_folders), Absent)


def test_included_files_count(box) -> None:
    box.write("/etc/samba/shares.conf", "[commun]\npath=/srv/Commun\nguest ok=yes\n")
    assert offered(box, "[global]\nworkgroup = CABINET\ninclude = /etc/samba/shares.conf\n") == (READABLE,)


@pytest.mark.parametrize(
    "line",
    [
        "include = registry",
        "config backend = registry",
        "include = /etc/samba/%m.conf",
        "include = /etc/samba/smb.conf",
    ],
)
def test_shares_kept_elsewhere_are_unknown(box, line: str) -> None:
    assert isinstance(offered(box, f"[global]\n{line}\n"), Unknown)


@pytest.mark.parametrize(
    ("acl", "guest", "fact"),
    [("S-1-1-0:R,", "n", CLOSED), ("S-1-1-0:R,", "y", READABLE), ("S-1-1-0:F,", "n", WRITABLE),
     ("S-1-1-0:F,", "y", ALL), ("Everyone:F", "n", WRITABLE),
     ("S-1-5-21-1-2-3-1000:F,S-1-1-0:R,", "n", CLOSED), ("S-1-1-0:D,", "n", CLOSED)],
)  # fmt: skip
def test_a_share_made_by_a_person_is_as_open_as_its_list(box, acl: str, guest: str, fact: Share) -> None:
    text = f"#VERSION 2\npath=/srv/Commun\ncomment=\nusershare_acl={acl}\nguest_ok={guest}\nsharename=commun\n"
    box.write("/var/lib/samba/usershares/commun", text)
    assert offered(box, "") == (fact,)


def test_the_places_offered_keep_their_capitals(box) -> None:
    box.write("/etc/samba/smb.conf", share() + '[b]\npath = "/srv/Mes Patients"\n[c]\npath = /home/%S\n')
    assert shared_places(box.machine()) == ["/srv/Commun", "/srv/Mes Patients"]


# ------------------------------------------------------------------ testparm, the judge


def samba_says(tmp_path, text: str) -> dict[str, dict[str, str]]:
    """Each section as Samba understands it, defaults included."""
    (tmp_path / "smb.conf").write_text(text)
    done = subprocess.run(["testparm", "-sv", tmp_path / "smb.conf"], text=True, capture_output=True, check=False)
    sections: dict[str, dict[str, str]] = {}
    for line in done.stdout.splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]").casefold(), {})
        elif " = " in line or line.endswith(" ="):
            key, _, value = line.strip().partition(" =")
            current[key] = value.strip()
    return sections


ODD = """guest ok = yes
[global]
   Workgroup = CABINET
   read   only = no
[Un]
path = /srv/Un
 GUESTOK = no
[deux] ; remarque
  path=/srv/Deux
  public = no
  only guest = no
  write ok = false
[trois]
  path = /srv/\\
Trois
  read only = yes
  writeable = yes
[un]
  read only = yes
"""


def test_an_odd_file_is_understood_as_samba_does(tmp_path) -> None:
    theirs = samba_says(tmp_path, ODD)
    sections = dict(parse_smb(ODD))
    mine = {name: {**sections["global"], **keys} for name, keys in sections.items() if name != "global"}
    assert set(mine) == set(theirs) - {"global"}
    general = theirs["global"]
    for name, keys in mine.items():
        said = {**general, **theirs[name]}
        assert keys["path"] == said["path"]
        assert (
            keys["guestok"].casefold() in ("yes", "true", "1") if said["guest ok"] == "Yes" else keys["guestok"] == "no"
        )
        assert keys["writable"].casefold() in (("no", "false") if said["read only"] == "Yes" else ("yes", "true"))


# ------------------------------------------------------------------ NFS


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("/srv *(ro)", READABLE),
        ("/srv *(rw,sync)", ALL),
        ("/srv *(rw,ro)", READABLE),
        ("/srv", READABLE),
        ("/srv (rw)", ALL),
        ("/srv poste (rw)", ALL),
        ("/srv poste(rw)", CLOSED),
        ("/srv *.cabinet.example(rw)", CLOSED),
        ("/srv 0.0.0.0/0(rw)", ALL),
        ("/srv 192.168.1.0/24(rw)", CLOSED),
        ("/srv -rw,sync *", ALL),
        ("/srv -rw *(ro)", READABLE),
        ("/srv *(rw,sec=krb5p)", CLOSED),
        ("/srv *(rw,sec=krb5:sys)", ALL),
        ('"/srv/mes dossiers" *(ro)', READABLE),
        ("/srv \\\n  poste(rw) \\\n  *(ro)", READABLE),
        ("/srv poste(rw) # *(rw)", CLOSED),
    ],
)
def test_an_export_is_as_open_as_its_clients(line: str, fact: Share) -> None:
    assert parse_exports(line + "\n") == [fact]


@pytest.mark.parametrize("text", ["", "# /srv *(rw)\n", "\n\n   \n"])
def test_comments_export_nothing(text: str) -> None:
    assert parse_exports(text) == []


def test_exports_of_the_folder_count(box) -> None:
    box.write("/etc/exports", "/srv poste(rw)\n")
    box.write("/etc/exports.d/a.exports", "/data *(rw)\n")
    box.write("/etc/exports.d/b.bak", "/data *(rw)\n")
    assert box.ask(shares.shared_folders) == SharedFolders((CLOSED, ALL))


@given(text=st.text(max_size=300) | st.text('[]=;#\\" \npathguestokyes/()-*,', max_size=200))
def test_whatever_the_files_there_is_an_answer(text: str, boxes) -> None:
    box = boxes()
    box.write("/etc/exports", text)
    box.write("/var/lib/samba/usershares/x", text)
    found = offered(box, text + "\n[x]\npath=" + text)
    assert isinstance(found, (tuple, Unknown, Absent))


def test_testparm_is_there() -> None:
    assert os.access("/usr/bin/testparm", os.X_OK)
