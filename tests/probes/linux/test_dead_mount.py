"""A file system whose server stopped answering: a real one, stopped for real, must hold nobody back."""

STICK = """
mount -t tmpfs tmpfs /media
mkdir -p /media/helene/CLE
truncate -s 16M {folder}/stick.img
mkfs.exfat {folder}/stick.img >/dev/null
L=$(losetup --find --show {folder}/stick.img)
mount.exfat-fuse "$L" /media/helene/CLE >/dev/null
losetup --detach "$L"
mkdir /media/helene/CLE/Sauvegarde
touch "/media/helene/CLE/mots de passe.txt"
pgrep -nf "mount.exfat-fuse $L" > {folder}/pid
"""
LOOK = """
import os, signal, subprocess, time
from hygie.probes import facts
from hygie.probes.collect import collect
from hygie.probes.linux import PROBES
server = int(open("{folder}/pid").read())
touching = (facts.SensitiveFiles, facts.RemovableMedia, facts.DiskSpace)
def look(budget):
    started = time.monotonic()
    found = collect(Machine(now=datetime.now(UTC)), PROBES, budget_seconds=budget)
    return found, time.monotonic() - started
try:
    alive, _ = look(20)
    print([type(alive.get(kind)).__name__ for kind in touching])
    print(alive.get(facts.RemovableMedia).media, [one.name for one in alive.get(facts.SensitiveFiles).found])
    os.kill(server, signal.SIGSTOP)
    dead, seconds = look(1.5)
    print([type(dead.get(kind)).__name__ for kind in touching], seconds < 5)
    slow = [kind for kind in PROBES if "pas répondu" in getattr(dead.get(kind), "reason", "")]
    print(set(slow) <= {{*touching}}, len(slow) > 0)
    others = (facts.SystemRelease, facts.EmptyPasswords, facts.HomeRights)
    print(all(dead.get(kind) == alive.get(kind) for kind in others))
finally:
    os.kill(server, signal.SIGCONT)
    subprocess.run(["umount", "--lazy", "/media/helene/CLE"], check=True)
    for _ in range(200):
        if not os.path.exists("/proc/%d/exe" % server):
            break
        time.sleep(0.02)
"""


def test_a_stick_whose_driver_stopped_makes_three_facts_unknown_and_no_other(live, tmp_path) -> None:
    lines = live(STICK.format(folder=tmp_path), LOOK.format(folder=tmp_path)).splitlines()
    assert lines[0] == "['SensitiveFiles', 'RemovableMedia', 'DiskSpace']"
    assert lines[1] == "(Medium(place='/media/helene/CLE', encrypted=False, holds_backup=True),) ['mots de passe.txt']"
    assert lines[2] == "['Unknown', 'Unknown', 'Unknown'] True"
    assert lines[3] == "True True"
    assert lines[4] == "True"
