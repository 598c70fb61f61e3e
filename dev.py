#!/usr/bin/env python3
"""From a bare Python to a running Hygie: `python3 dev.py bilan`, `python3 dev.py test`.

Creates `.venv`, installs the pinned and hashed dependencies once per lock file, then runs what was asked.
Only the standard library is used, because nothing else is there yet.
"""

import compileall
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
MISSING_PART = 4
WRONG_USAGE = 2
HELP = """Usage : python3 dev.py [--install] COMMANDE

  test [--long] [...]   tout vérifier (style, types, couches, tests) ; --long : comptes complets
  check                 style, types et couches seulement
  lock                  refaire les fichiers requirements/*.lock
  COMMANDE              toute commande d'hygie : bilan, docteur, --help...

--install installe ce qui manque avec apt-get (Debian, Ubuntu). Sans elle, rien n'est installé hors de .venv."""


def main(arguments: list[str]) -> int:
    """Prepare what the command needs, run it, and give its exit code."""
    if sys.version_info < OLDEST:
        return fail("Hygie demande Python 3.11 ou plus récent.", "Installez Python 3.11, puis relancez la commande.")
    install = "--install" in arguments[:1]
    words = arguments[1:] if install else arguments
    if not words or words[0] in ("-h", "--help"):
        print(HELP)
        return 0 if words else WRONG_USAGE
    developing = words[0] in ("test", "check", "lock")
    if not has_venv() and (code := provide_venv(install=install)):
        return code
    if code := prepare("dev" if developing else "all"):
        return code
    if developing:
        return develop(words)
    os.environ.setdefault("HYGIE_COMMAND", f"{Path(sys.executable).name.split('.')[0]} dev.py")
    return call(str(PYTHON), "-B", "-m", "hygie", *words)


def fail(sentence: str, next_step: str, code: int = MISSING_PART) -> int:
    """Say what stops us and what to do, in French, and give the exit code."""
    print(f"{sentence}\n{next_step}", file=sys.stderr)
    return code


def has_venv() -> bool:
    """Debian ships `venv` without `ensurepip` unless python3-venv is installed."""
    return PYTHON.exists() or all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def provide_venv(*, install: bool) -> int:
    """Install python3-venv when allowed; otherwise print the exact command and give 4."""
    sudo = [] if os.name == "nt" or os.geteuid() == 0 else ["sudo"]
    command = [*sudo, "apt-get", "install", "-y", f"python3.{sys.version_info.minor}-venv"]
    advice = "Tapez : " + " ".join(command) + "\nPuis relancez la même commande."
    if shutil.which("apt-get") is None:
        return fail("Le module venv de Python manque.", "Installez le module venv de votre Python, puis relancez.")
    if not install and not agreed(command):
        return fail("Le module venv de Python manque sur cet ordinateur.", advice)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*sudo, "apt-get", "update", "-q"], check=False, env=environment, stdout=sys.stderr)
    if subprocess.run(command, check=False, env=environment, stdout=sys.stderr).returncode:
        return fail("L'installation de python3-venv n'a pas abouti.", advice)
    return 0


def agreed(command: list[str]) -> bool:
    """A yes typed at a terminal; never a question without one."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"Le module venv de Python manque. Lancer « {' '.join(command)} » ? [o/N] ", end="", file=sys.stderr)
    return input().strip().lower() in ("o", "oui")


def prepare(lock: str) -> int:
    """Bring `.venv` in line with requirements/<lock>.lock; a stamp of the file tells when it already is."""
    path = HERE / "requirements" / f"{lock}.lock"
    recipe = path.read_bytes() + (HERE / "pyproject.toml").read_bytes() + sys.version.encode()
    wanted = hashlib.sha256(recipe).hexdigest()
    stamp = VENV / f"{lock}.installed"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    print("Préparation d'Hygie (une seule fois)…", file=sys.stderr)
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    for words in (["--require-hashes", "-r", str(path)], ["--no-build-isolation", "--no-deps", "-e", str(HERE)]):
        if subprocess.run([*pip, *words], check=False, stdout=sys.stderr).returncode:
            return fail("Les composants d'Hygie n'ont pas pu être installés.", "Vérifiez la connexion, puis relancez.")
    compileall.compile_dir(HERE / "src", quiet=1)
    stamp.write_text(wanted)
    return 0


def call(*command: str) -> int:
    """Run a command with the clone as it is; an interruption is passed on, not reported twice."""
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 130


def develop(words: list[str]) -> int:
    """The developer's three commands."""
    if words[0] == "lock":
        return call(str(PYTHON), str(HERE / "tools" / "lock.py"))
    os.chdir(HERE)
    steps = [
        [str(BIN / "ruff"), "check", "."],
        [str(BIN / "ruff"), "format", "--check", "."],
        [str(PYTHON), "-m", "mypy"],
        [str(BIN / "lint-imports"), "--no-cache"],
        [str(PYTHON), str(HERE / "tools" / "house_budget.py")],
    ]
    if words[0] == "test":
        os.environ["HYGIE_TEST_LONG"] = "1" if "--long" in words else ""
        rest = [word for word in words[1:] if word != "--long"]
        steps = steps if not rest else []
        steps.append([str(PYTHON), "-m", "pytest", *rest])
    return next((code for step in steps if (code := call(*step))), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
