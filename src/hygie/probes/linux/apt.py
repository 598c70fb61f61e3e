"""The settings of apt (apt.conf(5)), from the files that apt reads and as it understands them."""

import re
from collections.abc import Iterator

from hygie.probes.machine import Machine

TRUE = frozenset({"1", "yes", "true", "with", "on", "enable"})

_FOLDER = "/etc/apt/apt.conf.d"
_READ = re.compile(r"[\w.-]+", re.ASCII)
_COMMENT = re.compile(r'("[^"\n]*")|//[^\n]*|#(?!include|clear)[^\n]*|/\*.*?\*/', re.DOTALL)
_TOKEN = re.compile(r'"[^"\n]*"|[{};]|[^\s{};"]+')
_PAIR = 2


def settings(machine: Machine) -> str:
    """Everything apt is told: apt.conf.d in order, then apt.conf. Files that apt passes over are passed over."""
    names = [name for name in machine.names(_FOLDER) if _is_read(name)]
    texts = [machine.read_or(name) for name in (*(f"{_FOLDER}/{name}" for name in names), "/etc/apt/apt.conf")]
    return "\n".join(texts)


def _is_read(name: str) -> bool:
    return _READ.fullmatch(name) is not None and ("." not in name or name.endswith(".conf"))


def value(text: str, key: str) -> str | None:
    """The last value given to a key (« APT::Periodic::Enable »), written whole or nested between braces."""
    found = [given for name, given in _pairs(text) if name.casefold() == key.casefold()]
    return found[-1] if found else None


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    above: list[str] = []
    words: list[str] = []
    for token in _TOKEN.findall(_COMMENT.sub(lambda found: found[1] or "", text)):
        if token not in ("{", "}", ";"):
            words.append(token.strip('"'))
            continue
        if token == "{":
            above.append(words[0] if words else "")
        elif token == "}":
            del above[-1:]
        elif len(words) == _PAIR:
            yield "::".join([*above, words[0]]), words[1]
        words = []
