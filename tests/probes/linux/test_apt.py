"""The settings of apt: apt-config itself is the judge."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.linux import apt

KEYS = (
    "APT::Periodic::Unattended-Upgrade", "APT::Periodic::Enable", "Acquire::http::Proxy", "Acquire::https::Proxy",
    "APT::Get::AllowUnauthenticated",
    "Acquire::AllowInsecureRepositories",
)  # fmt: skip
WRITTEN = (
    'APT::Periodic::Unattended-Upgrade "1";\n',
    'APT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::Unattended-Upgrade "0";\n',
    '// APT::Periodic::Unattended-Upgrade "1";\n',
    '# APT::Periodic::Unattended-Upgrade "1";\n',
    '/* APT::Periodic::Unattended-Upgrade "1";\n */\nAPT::Periodic::Enable "0";\n',
    'APT::Periodic { Unattended-Upgrade "1"; Enable "1"; };\n',
    'APT { Periodic { Unattended-Upgrade "7"; }; };\n',
    'Acquire::http::Proxy "http://192.0.2.1:3128/";\n',
    'Acquire::http::Proxy "DIRECT";\n',
    'Acquire { http { Proxy "http://192.0.2.1:3128"; }; };\n',
    'Acquire::http::Proxy "";\n',
    'Acquire::http::Proxy::exemple.fr "DIRECT";\n',
    'acquire::HTTP::proxy "http://x/";\n',
    'APT::Get::AllowUnauthenticated "true";\nAcquire::AllowInsecureRepositories 1;\n',
    'Unattended-Upgrade::Allowed-Origins { "Debian:stable"; };\n',
    'DPkg::Post-Invoke { "rm -f /var/cache/apt/*.bin || true"; };\nAPT::Periodic::Enable "1"; // fin\n',
)


def apt_says(folder: Path, text: str) -> dict[str, str]:
    """What apt-config reads in `text` alone: APT_CONFIG is read first (apt.conf(5)), and sends it to no other file."""
    alone = 'Dir::Etc::parts "/nonexistent";\nDir::Etc::main "/nonexistent";\n'
    (folder / "apt.conf").write_text(alone + text)
    words = [word for key in KEYS for word in (f"V{KEYS.index(key)}", key)]
    environment = {"PATH": "/usr/bin:/bin", "APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C"}
    done = subprocess.run(["apt-config", "shell", *words], text=True, capture_output=True, check=True, env=environment)
    pairs = dict(line.split("=", 1) for line in done.stdout.splitlines())
    return {key: pairs.get(f"V{number}", "''").strip("'") for number, key in enumerate(KEYS)}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_setting_is_what_apt_says(box, tmp_path: Path, text: str) -> None:
    box.write("/etc/apt/apt.conf.d/10test", text)
    shown = apt.settings(box.machine())
    plain, mine = apt_says(tmp_path, ""), {key: apt.value(shown, key) for key in KEYS}
    theirs = {key: value for key, value in apt_says(tmp_path, text).items() if value != plain[key]}
    assert {key: value for key, value in mine.items() if value} == theirs


def test_files_that_apt_passes_over_are_passed_over(box) -> None:
    for name in ("20auto.conf", "20auto.bak", "20auto.dpkg-old", "20auto~", "20auto", "20 auto"):
        box.write(f"/etc/apt/apt.conf.d/{name}", f'X::{name.replace(" ", "_")} "1";\n')
    assert [word for word in apt.settings(box.machine()).split() if word.startswith("X")] == [
        "X::20auto",
        "X::20auto.conf",
    ]


def test_the_main_file_is_read_last(box) -> None:
    box.write("/etc/apt/apt.conf.d/a", 'K "1";\n')
    box.write("/etc/apt/apt.conf", 'K "2";\n')
    assert apt.value(apt.settings(box.machine()), "K") == "2"


@given(text=st.text(max_size=300) | st.text('APT::Periodic {}";/*#\n', max_size=200))
def test_whatever_the_settings_they_have_a_value_or_none(text: str, boxes) -> None:
    box = boxes()
    box.write("/etc/apt/apt.conf.d/a", text)
    for key in KEYS:
        found = apt.value(apt.settings(box.machine()), key)
        assert found is None or isinstance(found, str)


def test_long_settings_are_read_in_no_time() -> None:
    text = "A::B {" * 20_000 + '"x' * 20_000
    assert apt.value(text, KEYS[0]) is None
