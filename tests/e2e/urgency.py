"""`hygie urgence` as the end-to-end tests run it, and what its answers hold."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.command import hygie
from tests.web.faults.serving import environment

CANARY = "Zebulon Quatrefages"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00"


def urgence(home: Path, *words: Any, **variables: str) -> subprocess.CompletedProcess[str]:
    return hygie("urgence", *map(str, words), "--practice", home, environment=environment(**variables))


def told(home: Path, *words: Any) -> dict[str, Any]:
    """The object of a verb that succeeded."""
    done = urgence(home, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(home: Path, code: int, *words: Any) -> dict[str, str]:
    """The error object, and nothing on standard output."""
    done = urgence(home, *words, "--format", "json")
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    error = json.loads(done.stderr)["error"]
    assert error["message"] and error["next_step"] and "Traceback" not in done.stderr
    return error


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def clock(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in answer["deadlines"] if one["id"] == name)
