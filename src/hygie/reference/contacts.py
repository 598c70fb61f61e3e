"""Whom to call in an incident: public services with their number or address, and how sure we are of it."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence
from hygie.reference.toml import load, once

HERE = Path(__file__).parent


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service; `confidence` is that of the number or address, "unverified" is printed as « à vérifier »."""

    id: str
    name: str
    purpose: str
    source: str
    confidence: Confidence
    phone: str = ""
    url: str = ""
    hours: str = ""

    def __post_init__(self) -> None:
        """Refuse a contact that nobody could reach, and an address that is not a web address."""
        if not self.phone and not self.url:
            raise ValueError("un contact demande un numéro ou une adresse")
        if self.url and not self.url.startswith("https://"):
            raise ValueError("l'adresse doit commencer par https://")


class ContactFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """contacts.toml."""

    contact: tuple[Contact, ...]


def load_contacts(path: Path) -> dict[str, Contact]:
    """The contacts of a file by identifier; BrokenReference when two share one."""
    entries = load(path, ContactFile).contact
    by_id = {entry.id: entry for entry in entries}
    if len(by_id) != len(entries):
        raise BrokenReference(path, None, "deux contacts ont le même identifiant")
    return by_id


@once
def contacts() -> Mapping[str, Contact]:
    """The contacts shipped with Hygie, in the order of their file."""
    return load_contacts(HERE / "contacts.toml")
