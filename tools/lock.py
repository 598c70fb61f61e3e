"""Rewrites requirements/*.lock from requirements/*.in: universal (Linux, Windows, macOS), hashed, naming no index.

Releases younger than a week are left out, so that a hijacked release has time to be seen.
"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
OPTIONS = (
    "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url",
    "--no-emit-find-links", "--no-header", "--no-annotate",
)  # fmt: skip
RIPENING = timedelta(days=7)


def main() -> int:
    """Lock base, all and dev; 0 when the three succeeded."""
    before = (datetime.now(UTC) - RIPENING).strftime("%Y-%m-%dT00:00:00Z")
    for name in ("base", "all", "dev"):
        files = [f"{name}.in", "-o", f"{name}.lock"]
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, "--exclude-newer", before, *files]
        if code := subprocess.run(command, cwd=REQUIREMENTS, check=False).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
