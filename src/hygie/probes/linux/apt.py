"""The settings of apt (apt.conf(5)), from the files that apt reads and without their comments."""

import re

from hygie.probes.machine import Machine

_FOLDER = "/etc/apt/apt.conf.d"
_READ = re.compile(r"[\w.-]+", re.ASCII)
_COMMENT = re.compile(r'("(?:[^"\n]*)")|//[^\n]*|#(?!include|clear)[^\n]*|/\*.*?\*/', re.DOTALL)
TRUE = frozenset({"1", "yes", "true", "with", "on", "enable"})


def settings(machine: Machine) -> str:
    """Everything apt is told: apt.conf.d in order, then apt.conf. Files that apt passes over are passed over."""
    names = [
        name for name in machine.names(_FOLDER) if _READ.fullmatch(name) and ("." not in name or name.endswith(".conf"))
    ]
    texts = [machine.read_or(name) for name in (*(f"{_FOLDER}/{name}" for name in names), "/etc/apt/apt.conf")]
    return _COMMENT.sub(lambda found: found[1] or "", "\n".join(texts))


def value(text: str, key: str) -> str | None:
    """The last value given to a key, whole (« APT::Periodic::Enable ») or nested between braces (its last word)."""
    last = key.rpartition("::")[2]
    found = re.findall(
        rf'(?:^|[\s{{;]){re.escape(key)}\s+"?([^";\s]*)|\{{[^{{}}]*?(?<![:\w-]){re.escape(last)}\s+"?([^";\s]*)',
        text,
        re.IGNORECASE,
    )
    return next((one or other for one, other in reversed(found)), None)
