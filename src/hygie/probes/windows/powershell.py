"""Asks Windows through PowerShell: one script per theme, run once for all the probes that need it.

A theme is a set of named questions (PowerShell blocks that only read). Its script prints one JSON object: the answers,
and for each question that failed the category of the error, which does not depend on the language of Windows.
The JSON is ASCII only, so that it does not depend on the console's code page. Scripts hold no double quote.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock

from hygie.probes.machine import CannotTell, Machine
from hygie.probes.windows.answers import NOT_UNDERSTOOD, Row, as_rows, load

SECONDS = 15.0
_PRELUDE = r"""
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$answers = @{}
$failures = @{}
function Ask($name, $block) {
  try { $answers[$name] = @(& $block) } catch { $failures[$name] = [string]$_.CategoryInfo.Category }
}
function Read-Value($key, $name) { (Get-ItemProperty -LiteralPath $key -ErrorAction SilentlyContinue).$name }
function Format-Utc($date) { if ($date) { ([datetime]$date).ToUniversalTime().ToString('o') } }
"""
_EPILOGUE = r"""
$json = ConvertTo-Json -InputObject @{ answers = $answers; failures = $failures } -Compress -Depth 6
[regex]::Replace($json, '[^\x20-\x7e]', { param($found) '\u{0:x4}' -f [int][char]$found.Value })
"""
_KEPT = (
    "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SYSTEMDRIVE", "PROGRAMFILES(X86)", "PROGRAMW6432", "ALLUSERSPROFILE",
    "COMPUTERNAME", "USERNAME", "USERDOMAIN", "HOMEDRIVE", "HOMEPATH", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PUBLIC",
)  # fmt: skip
_REASONS = {
    "PermissionDenied": "Il faut les droits d'administrateur pour le lire.",
    "SecurityError": "Il faut les droits d'administrateur pour le lire.",
    "ObjectNotFound": "Cette version de Windows n'a pas l'outil qui le dirait.",
    "ResourceUnavailable": "Windows n'a pas pu répondre à cette question.",
}


@dataclass(frozen=True)
class Theme:
    """Questions asked together: name → a PowerShell block."""

    name: str
    questions: Mapping[str, str]
    seconds: float = SECONDS

    @property
    def script(self) -> str:
        """The whole script."""
        asked = "\n".join(f"Ask '{name}' {{\n{block.strip()}\n}}" for name, block in self.questions.items())
        return f"{_PRELUDE}{asked}{_EPILOGUE}"

    def ask(self, machine: Machine) -> "Answers":
        """Run the script, or take the answer another probe already got from this machine."""
        return answers(_MEMORY.ask(machine, self))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a theme's script printed, question by question."""

    answered: Mapping[str, object]
    failed: Mapping[str, object]

    def rows(self, question: str) -> list[Row]:
        """The rows of a question; CannotTell when Windows refused or had no such tool."""
        if question not in self.answered:
            reason = _REASONS.get(str(self.failed.get(question)), "Windows n'a pas pu répondre à cette question.")
            raise CannotTell(reason)
        return as_rows(self.answered[question])

    def rows_or_none(self, question: str) -> list[Row] | None:
        """The rows of a question that may fail without harm."""
        return self.rows(question) if question in self.answered else None


def answers(text: str) -> Answers:
    """The parts of a script's output."""
    match load(text):
        case {"answers": dict(answered), "failures": dict(failed)}:
            return Answers(answered, failed)
    raise CannotTell(NOT_UNDERSTOOD)


class _Memory:
    """The answers of the machine being examined; each script runs once, whoever asks first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._machine: Machine | None = None
        self._asked: dict[str, Future[str]] = {}

    def ask(self, machine: Machine, theme: Theme) -> str:
        with self._lock:
            if machine is not self._machine:
                self._machine, self._asked = machine, {}
            mine = theme.name not in self._asked
            answer = self._asked.setdefault(theme.name, Future())
        if mine:
            _settle(answer, machine, theme)
        return answer.result()


_MEMORY = _Memory()


def _settle(answer: "Future[str]", machine: Machine, theme: Theme) -> None:
    try:
        answer.set_result(_run(machine, theme))
    except BaseException as error:  # noqa: BLE001 - whoever waits for the answer must not wait for ever
        answer.set_exception(error)


def _run(machine: Machine, theme: Theme) -> str:
    command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", theme.script]
    kept = {key: value for key, value in machine.environment.items() if key.upper() in _KEPT}
    return machine.run(command, seconds=theme.seconds, environment=kept).text
