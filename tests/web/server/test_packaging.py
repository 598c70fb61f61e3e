"""The units, judged by systemd itself; the Windows tasks and the macOS daemons, by their published formats."""

import json
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import parse

REPO = Path(__file__).resolve().parents[3]
UNITS = REPO / "packaging/systemd"
NAMES = ["hygie.service", "hygie-poste.service", "hygie-poste.timer"]
PYTHON = "/opt/hygie/.venv/bin/python"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine on which Hygie is installed as the guide says."""
    shutil.copytree("/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    shutil.copytree(UNITS, tmp_path / "etc/systemd/system")
    python = tmp_path / PYTHON.lstrip("/")
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    return tmp_path


def test_systemd_finds_nothing_to_say(root: Path) -> None:
    told = analyze(f"--root={root}", "--man=no", "verify", *NAMES)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


@pytest.mark.parametrize("fault", ["ProtectSistem=strict", "ExecStart=/absent/python", "Type=notifie"])
def test_and_it_would_have_said_it(fault: str, root: Path) -> None:
    path = root / "etc/systemd/system/hygie.service"
    key = fault.partition("=")[0]
    text = path.read_text()
    changed = re.sub(rf"^{key}=.*$", fault, text, flags=re.MULTILINE)
    path.write_text(changed if changed != text else text.replace("[Service]\n", f"[Service]\n{fault}\n"))
    assert analyze(f"--root={root}", "--man=no", "verify", "hygie.service").stderr


@pytest.mark.parametrize(("name", "most"), [("hygie.service", 1.5), ("hygie-poste.service", 3.0)])
def test_the_exposure_is_low(name: str, most: float) -> None:
    command = ["security", "--offline=yes", "--no-pager", f"--threshold={int(most * 10)}", str(UNITS / name)]
    told = analyze(*command)
    assert told.returncode == 0, told.stdout[-200:]
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", told.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= most


def unit(name: str) -> dict[str, list[str]]:
    """Settings of all sections; a setting may come several times."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_service_is_no_root_and_writes_one_folder() -> None:
    service = unit("hygie.service")
    assert service["DynamicUser"] == ["yes"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["StateDirectory"] == ["hygie"]
    assert "HYGIE_HOME=/var/lib/hygie" in service["Environment"][0].split()
    assert not {"ReadWritePaths", "ReadWriteDirectories", "User"} & set(service)


@pytest.mark.parametrize("name", NAMES[:2])
def test_neither_unit_can_talk_beyond_the_practice(name: str) -> None:
    import ipaddress

    service = unit(name)
    assert service["IPAddressDeny"] == ["any"]
    allowed = [word for word in service["IPAddressAllow"][0].split() if word != "localhost"]
    assert all(ipaddress.ip_network(word).is_private for word in allowed)


def test_the_timer_is_daily_spread_and_catches_up() -> None:
    timer = unit("hygie-poste.timer")
    assert (timer["Persistent"], timer["RandomizedDelaySec"]) == (["true"], ["1h"])
    told = analyze("calendar", "--iterations=2", timer["OnCalendar"][0])
    assert told.returncode == 0
    days = re.findall(r"(\d{4}-\d\d-\d\d) 12:30:00", told.stdout)
    assert len(set(days)) == 2


def outcomes(path: Path) -> dict[str, tuple[str, str]]:
    measures = json.loads(path.read_text())["measures"]
    return {one["check_id"]: (one["outcome"], one["reason"]) for part in measures for one in part["findings"]}


def test_the_few_rights_of_the_check_up_see_as_much_as_root(tmp_path: Path) -> None:
    """The capabilities of the unit, given by the kernel and not by systemd, which runs in no container."""
    kept = unit("hygie-poste.service")["CapabilityBoundingSet"][0].lower().replace("cap_", "").split()
    few = ["setpriv", f"--bounding-set=-all,{','.join('+' + name for name in kept)}", "--inh-caps=-all"]
    for name, before in (("root", []), ("few", [*few, "--no-new-privs"])):
        bilan = [sys.executable, "-B", "-m", "hygie", "bilan", "--no-files", "--format", "json"]
        subprocess.run([*before, *bilan, "-o", str(tmp_path / name)], check=True, capture_output=True, timeout=120)
    seen = outcomes(tmp_path / "root")
    assert len(seen) > 50
    assert outcomes(tmp_path / "few") == seen


# Windows and macOS: only what can be checked here.


def task(name: str) -> Element:
    path = REPO / "packaging/windows" / name
    assert b"\r\n" in path.read_bytes()
    root: Element = parse(path).getroot()
    assert root.tag == f"{TASK}Task"
    return root


def text_of(root: Element, path: str) -> str | None:
    return root.findtext("/".join(TASK + part for part in path.split("/")))


def test_the_windows_service_is_an_account_of_few_rights_without_an_end() -> None:
    root = task("hygie-servir.xml")
    assert text_of(root, "Principals/Principal/UserId") == "S-1-5-19"  # NT AUTHORITY\LOCAL SERVICE
    assert text_of(root, "Principals/Principal/RunLevel") == "LeastPrivilege"
    assert text_of(root, "Settings/ExecutionTimeLimit") == "PT0S"
    assert text_of(root, "Settings/StopIfGoingOnBatteries") == "false"
    assert text_of(root, "Triggers/BootTrigger/Enabled") == "true"
    assert "hygie servir" in (text_of(root, "Actions/Exec/Arguments") or "")


def test_the_windows_check_up_is_daily_and_catches_up() -> None:
    root = task("hygie-poste.xml")
    assert text_of(root, "Settings/StartWhenAvailable") == "true"
    assert text_of(root, "Triggers/CalendarTrigger/ScheduleByDay/DaysInterval") == "1"
    assert "hygie poste envoyer" in (text_of(root, "Actions/Exec/Arguments") or "")


def daemon(name: str) -> dict[str, Any]:
    with (REPO / "packaging/macos" / f"{name}.plist").open("rb") as file:
        content: dict[str, Any] = plistlib.load(file)
    assert content["Label"] == name
    assert content["Umask"] == 0o077
    assert content["ProgramArguments"][0] == PYTHON
    return content


def test_the_macos_service_has_its_own_account_and_comes_back() -> None:
    content = daemon("fr.hygie.servir")
    assert content["UserName"] == "_hygie"
    assert content["KeepAlive"] == {"SuccessfulExit": False}
    assert content["ProgramArguments"][1:] == ["-B", "-m", "hygie", "servir"]


def test_the_macos_check_up_is_daily() -> None:
    content = daemon("fr.hygie.poste")
    assert content["StartCalendarInterval"] == {"Hour": 12, "Minute": 30}
    assert content["ProgramArguments"][1:] == ["-B", "-m", "hygie", "poste", "envoyer"]


def test_every_file_of_packaging_is_told_in_the_guide() -> None:
    guide = (REPO / "docs/guides/serveur.md").read_text()
    for path in (REPO / "packaging").rglob("*"):
        if path.is_file():
            assert path.name in guide, path.name
