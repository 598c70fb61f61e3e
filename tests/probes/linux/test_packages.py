"""What is installed on a fake Debian, and where it comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Antivirus, InstalledSoftware, PackageSources, SyncFolders, Unknown
from hygie.probes.linux import packages
from hygie.probes.linux.packages import parse_dpkg, parse_list, parse_sources
from hygie.reference.lists import products

STATUS = b"""Package: adduser
Status: install ok installed
Priority: important
Version: 3.134
Description: add and remove users

Package: gone
Status: deinstall ok config-files
Version: 1.0
Description: says that it is
 installed

Package: held
Status: hold ok installed
Architecture: amd64
Version: 1:2.0-1

Package: broken
Status: install reinstreq half-installed
Version: 9

Package: last
Version: 2
Status: install ok installed"""


def test_only_what_is_really_installed_counts() -> None:
    assert parse_dpkg(STATUS) == {"adduser": "3.134", "held": "1:2.0-1", "last": "2"}


def test_the_table_of_this_computer_is_that_of_dpkg() -> None:
    import subprocess

    form = "${db:Status-Status} ${Package} ${Version}\\n"
    shown = subprocess.run(["dpkg-query", "-W", "-f", form], text=True, capture_output=True, check=True).stdout
    theirs = dict(line.split()[1:] for line in shown.splitlines() if line.startswith("installed "))
    with open("/var/lib/dpkg/status", "rb") as stream:  # noqa: PTH123
        assert parse_dpkg(stream.read()).keys() == theirs.keys()


@given(st.binary(max_size=400) | st.text("Package: Status:Version\n installed", max_size=300).map(str.encode))
def test_whatever_the_table_it_gives_packages(raw: bytes) -> None:
    assert all(isinstance(name, str) for name in parse_dpkg(raw))


def test_a_computer_without_dpkg_or_rpm_is_unknown(box) -> None:
    for probe in (packages.installed_software, packages.remote_tools, packages.password_managers, packages.antivirus):
        assert isinstance(box.ask(probe), Unknown)


def test_every_package_is_told_with_its_version(box) -> None:
    box.installed("sudo=1.9", "php7.4-cli=7.4.33-1")
    assert box.ask(packages.installed_software) == InstalledSoftware({"sudo": "1.9", "php7.4-cli": "7.4.33-1"})


@pytest.mark.parametrize("place", ["/usr/bin/anydesk", "/opt/AnyDesk", "/usr/local/bin/anydesk", "/snap/anydesk"])
def test_a_program_is_found_outside_the_packages_too(box, place: str) -> None:
    box.installed("sudo")
    box.write(place, "")
    assert box.ask(packages.remote_tools).installed == ("AnyDesk",)


def test_a_name_that_only_resembles_is_not_a_program(box) -> None:
    box.installed("anydesk-doc", "libanydesk", "xanydesk")
    assert box.ask(packages.remote_tools).installed == ()


@pytest.mark.parametrize("kind", ["remote_tools", "password_managers", "antivirus", "backup_programs", "sync_clients"])
def test_every_product_of_the_lists_is_found_by_each_of_its_names(boxes, kind: str) -> None:
    for name, fragments in products(kind, "linux").items():
        for fragment in fragments:
            box = boxes()
            box.installed(fragment)
            assert name in packages.products_installed(box.machine(), kind)


def test_folders_that_a_cloud_copies_are_told_with_the_programs(box) -> None:
    box.installed("nextcloud-desktop")
    box.folder(box.person() + "/Dropbox")
    found = box.ask(packages.sync_folders)
    assert isinstance(found, SyncFolders)
    assert {"Dropbox", "Nextcloud"} <= set(found.clients)


def test_folders_closed_to_us_make_the_clouds_unknown(box, as_nobody) -> None:
    box.installed("sudo")
    box.person()
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import packages\nprint(ask(packages.sync_folders, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")


# ------------------------------------------------------------------ antivirus


def test_the_age_of_the_signatures_is_that_of_the_newest_file(box) -> None:
    box.installed("clamav", "clamav-daemon")
    box.write("/var/lib/clamav/daily.cvd", "", age_days=30)
    box.write("/var/lib/clamav/daily.cld", "", age_days=2)
    found = box.ask(packages.antivirus)
    assert isinstance(found, Antivirus)
    assert found.running is None
    assert (box.machine().now - found.signatures_at).days == 2


def test_without_an_antivirus_nothing_runs(box) -> None:
    box.installed("sudo")
    assert box.ask(packages.antivirus) == Antivirus((), None, None)


# ------------------------------------------------------------------ sources


SIGNED = "deb [signed-by=/usr/share/keyrings/a.gpg] http://deb.example/debian bookworm main\n"


def sources(box, text: str = "", **files: str) -> PackageSources:
    box.write("/etc/apt/sources.list", text)
    for name, content in files.items():
        ending = "sources" if "Types" in content else "list"
        box.write(f"/etc/apt/sources.list.d/{name}.{ending}", content)
    return box.ask(packages.package_sources)


@pytest.mark.parametrize(
    "line",
    ["deb [trusted=yes] http://x/ stable main", "deb [ arch=amd64 trusted = yes ] http://x/ stable main",
     "deb-src [TRUSTED=Yes] http://x/ ./",
     "deb\t[trusted=true] http://x/ s m", "deb[trusted=yes] http://x/ s m", "deb [allow-insecure=yes] http://x/ s m"],
)  # fmt: skip
def test_a_source_whose_signature_is_not_checked_is_told(box, line: str) -> None:
    assert sources(box, SIGNED + line + "\n") == PackageSources(2, 1)


@pytest.mark.parametrize(
    "line",
    ["# deb [trusted=yes] http://x/ s m", "", "deb http://x/ s m # trusted=yes", "deb [trusted=no] http://x/ s m"],
)
def test_any_other_source_is_trusted(box, line: str) -> None:
    assert sources(box, SIGNED + line + "\n").unverified == 0


def test_sources_of_the_new_form_are_read(box) -> None:
    text = (
        "# commentaire\nTypes: deb\nURIs: http://a/\nSuites: s\nSigned-By: /k\n\n"
        "Types: deb\nURIs: http://b/\nSuites: s\nTrusted: yes\n \n"
        "Types: deb\nURIs: http://c/\nEnabled: no\nTrusted: yes\n\n"
        "Types: deb\nURIs: http://d/\nSigned-By:\n -----BEGIN PGP\n Trusted: yes\n"
    )
    assert sources(box, "", a=text) == PackageSources(3, 1)


@pytest.mark.parametrize(
    ("setting", "loose"),
    [('APT::Get::AllowUnauthenticated "true";', 1), ('Acquire::AllowInsecureRepositories "1";', 1),
     ('// APT::Get::AllowUnauthenticated "true";', 0),
     ('APT::Get::AllowUnauthenticated "false";', 0), ('APT { Get { AllowUnauthenticated "yes"; }; };', 1)],
)  # fmt: skip
def test_settings_that_let_unsigned_programs_in_are_told(box, setting: str, loose: int) -> None:
    box.write("/etc/apt/apt.conf.d/99careless", setting + "\n")
    assert sources(box, SIGNED) == PackageSources(1, loose)


def test_a_system_that_is_not_debian_is_unknown(box) -> None:
    assert isinstance(box.ask(packages.package_sources), Unknown)


@given(st.text(max_size=200) | st.text("deb [trusted=yes]:\n URIsTypes#", max_size=200))
def test_whatever_the_lists_they_give_sources(text: str) -> None:
    assert all(line.startswith("deb") for line in parse_list(text))
    assert all("uris" in block for block in parse_sources(text))


# ------------------------------------------------------------------ programs that run


def test_programs_that_run_are_seen_on_the_running_computer_only(box, live) -> None:
    code = (
        "import subprocess\nfrom hygie.probes.linux.packages import processes\n"
        "with subprocess.Popen(['sleep', '60']) as sleeping:\n"
        "    print('sleep' in processes(machine))\n    sleeping.kill()"
    )
    assert live("", code) == "True"
    with pytest.raises(packages.CannotTell):
        packages.processes(box.machine())


def test_a_program_that_has_just_ended_has_no_name(box) -> None:
    assert packages.program_name(box.machine(), "999999") == ""
