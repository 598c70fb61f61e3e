"""Builds a real Debian 12 as a practice would keep it, once, in .cache/, and runs Hygie inside copies of it.

The root is made by debootstrap, then by the README's own commands from a clone; each examination happens in an
overlay over it, in namespaces without any network interface but loopback, and leaves nothing behind.
"""

import hashlib
import json
import os
import shutil
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

from tests.namespaces import own_mounts

REPO = Path(__file__).resolve().parents[2]
CACHE = REPO / ".cache"
PACKAGES = (
    "python3,ca-certificates,openssh-server,sudo,nftables,unattended-upgrades,libpam-pwquality,rsyslog,logrotate,chrony,"
    "restic,openssl,samba-common,iproute2"
)
SUITE = "bookworm"


def run(*command: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it says."""
    return subprocess.run(command, check=False, text=True, capture_output=True, **settings)  # type: ignore[call-overload]


def in_root(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command inside a root, with the host's network, in a clean environment."""
    kept = {key: value for key, value in os.environ.items() if key.startswith("PIP_") and key != "PIP_FIND_LINKS"}
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **kept}
    return run("chroot", str(root), *command, env=environment)


def sources() -> list[tuple[str, str]]:
    """(address, suite) of this machine's own Debian archives, so that no address is written here."""
    listed = run("apt-get", "indextargets", "--format", "$(CREATED_BY) $(REPO_URI) $(RELEASE)").stdout
    found = {tuple(line.split()[1:]) for line in listed.splitlines() if line.startswith("Packages ")}
    return sorted((address, suite) for address, suite in found if suite.startswith(SUITE))


def fresh_debian() -> Path:
    """A minimal Debian with Python and without `venv`, from debootstrap; made once."""
    root = CACHE / f"debian-fresh-{hashlib.sha256(PACKAGES.encode()).hexdigest()[:12]}"
    if not (root / "made").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(exist_ok=True)
        mirror = next(address for address, suite in sources() if suite == SUITE)
        done = run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root), mirror)
        assert done.returncode == 0, done.stdout[-2000:]
        lines = [f"deb {address} {suite} main" for address, suite in sources()]
        (root / "etc/apt/sources.list").write_text("\n".join(lines) + "\n")
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/certs/ca-certificates.crt")
        (root / "made").write_text("")
    return root


def clone_into(root: Path) -> None:
    """Put the files that git knows (and the new ones it does not ignore) in /opt/hygie."""
    listed = run("git", "-C", str(REPO), "ls-files", "-co", "--exclude-standard").stdout.splitlines()
    for name in listed:
        if (REPO / name).is_file():
            target = root / "opt/hygie" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, target)


@dataclass(frozen=True)
class Practice:
    """A Debian kept in good order, with Hygie installed from its clone, and how to look at changed copies of it."""

    root: Path

    def examine(self, work: Path, start: str, change: str = "true", undo: str = "true") -> dict[str, dict[str, str]]:
        """Outcomes by check « changed » and « back »: after `change`, then after `undo`, shell scripts where $M is the root."""
        script = work / "look.sh"
        script.write_text(_SCRIPT.format(root=self.root, repo=REPO, start=start, change=change, undo=undo, work=work))
        done = run(*own_mounts(), "--net", "--pid", "--fork", "--kill-child", "bash", str(script))
        assert done.returncode == 0, done.stderr[-3000:]
        return {when: outcomes(work / f"{when}.json") for when in ("changed", "back")}


def outcomes(report: Path) -> dict[str, str]:
    """Check → outcome of a check-up in JSON."""
    checkup = json.loads(report.read_text())
    return {f["check_id"]: f["outcome"] for measure in checkup["measures"] for f in measure["findings"]}


_SCRIPT = textwrap.dedent(
    """\
    set -eu
    work={work}; root={root}
    mkdir -p "$work/layers"; mount -t tmpfs tmpfs "$work/layers"
    L="$work/layers"; mkdir -p "$L/u" "$L/w" "$L/m"
    mount -t overlay overlay -o lowerdir="$root",upperdir="$L/u",workdir="$L/w" "$L/m"
    export M="$L/m"
    mount -t proc proc "$M/proc"; mount --rbind /sys "$M/sys"; mount --bind /dev "$M/dev"; mount -t tmpfs tmpfs "$M/run"
    mount --bind {repo}/src "$M/opt/hygie/src"
    ip link set lo up
    look() {{
      chroot "$M" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \\
        /opt/hygie/.venv/bin/python -B -m hygie bilan --format json > "$1"
    }}
    {{ {start}
    }} >&2
    {{ {change}
    }} >&2
    look "$work/changed.json"
    {{ {undo}
    }} >&2
    look "$work/back.json"
    """
)
