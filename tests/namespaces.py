"""Mounts of one's own, so that a test may cover a file of the machine without anybody else seeing it."""

import subprocess
from functools import cache
from pathlib import Path


@cache
def own_mounts() -> tuple[str, ...]:
    """The `unshare` command for private mounts, also inside a root whose « / » is no mount point (a plain chroot).

    There the kernel cannot make « / » private; leaving propagation as it is does no harm as long as no mount is shared.
    """
    usual = ("unshare", "--mount")
    if subprocess.run([*usual, "true"], check=False, capture_output=True).returncode == 0:
        return usual
    shared = [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if " shared:" in line]
    assert not shared, "mounts are shared with the host: a test must not add any"
    return (*usual, "--propagation", "unchanged")
