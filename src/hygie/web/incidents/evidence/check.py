"""Checks a package of evidence with its key: every file against the list, the list against its signature, the chain.

Nothing is taken out of the package; whatever it holds, memory and time are bounded.
"""

import hashlib
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hygie.incident.manifest import ManifestUnreadable, parse, verify
from hygie.web.crypto import vault
from hygie.web.errors import SealBroken
from hygie.web.incidents.evidence.contents import CUSTODY, INVENTORY, JOURNAL, follows
from hygie.web.incidents.evidence.intake import CannotRead
from hygie.web.incidents.evidence.signing import MANIFEST, PUBLIC_KEY, SIGNATURE, VERIFIER

MOST_MEMBERS: Final = 10_000
LARGEST_SMALL: Final = 64_000_000
_SMALL: Final = frozenset({MANIFEST, SIGNATURE, PUBLIC_KEY, VERIFIER, JOURNAL, INVENTORY, CUSTODY})
_NAME: Final = re.compile(r"preuves-\d{4}-\d{1,6}/([A-Za-z][A-Za-z0-9.-]{0,60})", re.ASCII)
_CHUNK: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` are French sentences without a full stop; `key` is the SHA-256 of the key that signed."""

    faults: tuple[str, ...]
    files: int = 0
    key: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything agrees. Who signed is told by comparing `key` with what the practice says."""
        return not self.faults


@dataclass(slots=True)
class _Seen:
    """Digests of everything, contents of what is small."""

    digests: dict[str, str] = field(default_factory=dict)
    small: dict[str, bytes] = field(default_factory=dict)


def verify_package(path: Path, key_file: Path) -> Verdict:
    """Check it. CannotRead when the package or its key cannot be opened; what was altered is in the verdict."""
    try:
        opener = read_key(key_file)
        with path.open("rb", 1 << 20) as file, vault.decrypting(file, opener) as clear:
            seen = _seen(clear)
    except SealBroken:
        return Verdict(("le paquet a été modifié, ou cette clé n’est pas la sienne",))
    except (tarfile.TarError, ValueError):
        return Verdict(("ce n’est pas un paquet de preuves entier",))
    except OSError as error:
        raise CannotRead from error
    return _judged(seen)


def _seen(clear: vault.Clear) -> _Seen:
    seen = _Seen()
    with tarfile.open(fileobj=clear, mode="r|") as tar:  # type: ignore[call-overload]
        for member in tar:
            found = _NAME.fullmatch(member.name)
            if found is None or not member.isreg() or found[1] in seen.digests or len(seen.digests) >= MOST_MEMBERS:
                raise ValueError("an entry that no package has")
            _take(tar.extractfile(member), found[1], member.size, seen)
    while rest := clear.read(_CHUNK):
        if rest.strip(b"\0"):
            raise ValueError("something follows the end")
    return seen


def _take(file: Any, name: str, size: int, seen: _Seen) -> None:
    if name in _SMALL and size > LARGEST_SMALL:
        raise ValueError("too long")
    digest, kept = hashlib.sha256(), []
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        if name in _SMALL:
            kept.append(chunk)
    seen.digests[name] = digest.hexdigest()
    if name in _SMALL:
        seen.small[name] = b"".join(kept)


def _judged(seen: _Seen) -> Verdict:
    small = seen.small
    missing = sorted(_SMALL - set(small))
    if missing:
        return Verdict(tuple(f"il manque {name}" for name in missing))
    faults = [*_against_list(seen), *_against_chain(small[JOURNAL])]
    if not verify(small[PUBLIC_KEY], small[MANIFEST], small[SIGNATURE]):
        faults.append("la signature ne correspond pas à la liste")
    return Verdict(tuple(faults), len(seen.digests), seen.digests[PUBLIC_KEY])


def _against_list(seen: _Seen) -> list[str]:
    try:
        listed = parse(seen.small[MANIFEST].decode("utf-8"))
    except (ManifestUnreadable, UnicodeDecodeError):
        return ["la liste des empreintes est illisible"]
    here = {name: digest for name, digest in seen.digests.items() if name not in {MANIFEST, SIGNATURE}}
    return [_difference(name, listed, here) for name in sorted({*listed, *here}) if listed.get(name) != here.get(name)]


def _difference(name: str, listed: Mapping[str, str], here: Mapping[str, str]) -> str:
    if name not in here:
        return f"il manque {name}"
    return f"{name} a été modifié" if name in listed else f"{name} n’est pas dans la liste"


def _against_chain(raw: bytes) -> list[str]:
    try:
        right = follows(raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        right = False
    return [] if right else ["les lignes du journal ne se suivent plus"]


def read_key(key_file: Path) -> Any:
    """The identity of a key file. SealBroken when it is not one; OSError."""
    with key_file.open("rb") as file:
        text = file.read(10_000).decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return vault.identity_of(lines[0] if lines else "")
