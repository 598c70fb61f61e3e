"""Lists of programs, ports, names and dates that rules and probes compare with: data, each file with its source."""

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from hygie.reference.sources import Confidence
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
ProductKind = Literal[
    "remote_tools", "backup_programs", "password_managers", "sync_clients", "antivirus", "databases"
]  # fmt: skip


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a whole list comes from."""

    source: str
    url: str
    read_on: date
    confidence: Confidence
    note: str = ""


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program, and the fragments (lower case) its packages, folders or entries are named with on each system."""

    kind: ProductKind
    name: str
    windows: tuple[str, ...] = ()
    macos: tuple[str, ...] = ()
    linux: tuple[str, ...] = ()


class ProductFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """lists/products.toml."""

    about: About
    product: tuple[Product, ...]


class Port(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A TCP port, what usually answers there, and the family a check speaks of."""

    port: int
    service: str
    family: Literal["medical", "database", "legacy", "mail", "screen", "remote_desktop", "files", "ssh", "print"]


class PortFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """lists/ports.toml."""

    about: About
    port: tuple[Port, ...]


class NamesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """lists/names.toml: mail domains, resolvers, and names that no computer should divert."""

    about: About
    consumer_mail: tuple[str, ...]
    resolvers: tuple[str, ...]
    never_diverted: tuple[str, ...]


class SystemSupport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day security updates end for a version; `version` is a prefix, "" stands for every version."""

    product: str
    version: str
    ends: date
    source: str


class SoftwareSupport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day a program stops being mended. `key` is a pattern on the program's name, `version` a prefix."""

    name: str
    key: str
    ends: date
    source: str
    version: str = ""
    contains: str = ""


class SupportFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """support/*.toml."""

    about: About
    system: tuple[SystemSupport, ...] = ()
    software: tuple[SoftwareSupport, ...] = ()


@once
def _products() -> tuple[Product, ...]:
    return load(HERE / "products.toml", ProductFile).product


def products(kind: ProductKind, platform: Literal["windows", "macos", "linux"]) -> dict[str, tuple[str, ...]]:
    """Product name → fragments of names on this platform, for one kind of program."""
    return {p.name: getattr(p, platform) for p in _products() if p.kind == kind and getattr(p, platform)}


@once
def ports() -> dict[int, Port]:
    """Known TCP ports."""
    return {entry.port: entry for entry in load(HERE / "ports.toml", PortFile).port}


@once
def names() -> NamesFile:
    """Mail domains, resolvers and protected names."""
    return load(HERE / "names.toml", NamesFile)


@once
def system_support() -> tuple[SystemSupport, ...]:
    """Ends of support of operating systems."""
    return load(HERE.parent / "support" / "systems.toml", SupportFile).system


@once
def software_support() -> tuple[SoftwareSupport, ...]:
    """Ends of support of programs."""
    return load(HERE.parent / "support" / "software.toml", SupportFile).software
