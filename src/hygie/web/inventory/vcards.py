"""Contacts for a telephone: the providers written as vCards, and vCards read as lines of the table of providers.

A vCard read is first reduced to the few properties that serve, within bounds: photos, long lines, nesting and the rest
never reach the parser.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import vobject

from hygie.core.french import typeset
from hygie.web.inventory.reading import MOST_BYTES, MOST_LINES, Line, NotATable, Sheet, clean_line
from hygie.web.inventory.tables import PROVIDERS

KEPT = ("BEGIN", "END", "VERSION", "FN", "N", "ORG", "TEL", "EMAIL")
LONGEST = 1_000
TITLES = ("Rôle", "Nom", "Personne à demander", "Téléphone", "Adresse e-mail")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_PROPERTY = re.compile(r"(?:[A-Za-z0-9-]{1,30}\.)?([A-Za-z-]{1,20})(?=[;:])")


def contacts_card(providers: Iterable[Any]) -> bytes:
    """One vCard 3.0 a provider: role and name, number, address, hours. No contract number: a phone gets lost."""
    return "".join(_card(provider) for provider in providers).encode()


def _card(provider: Any) -> str:
    card = vobject.vCard()
    role = _clean(provider.get_kind_display())
    card.add("n").value = vobject.vcard.Name(family=_clean(provider.name))
    card.add("fn").value = typeset(f"{role.partition(' : ')[0]} : {_clean(provider.name)}")
    card.add("org").value = [_clean(provider.name)]
    card.add("tel").value = _clean(provider.phone)
    card.tel.type_param = "WORK"
    if provider.email:
        card.add("email").value = _clean(provider.email)
    note = ", ".join(filter(None, (role, _clean(provider.contact), _clean(provider.hours))))
    card.add("note").value = typeset(note)
    card.add("categories").value = ["Urgence du cabinet"]
    text: str = card.serialize()
    return text


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def read_vcards(content: bytes) -> Sheet:
    """Each contact as a line of the table of providers, of role « Autre ». NotATable when nothing can be read."""
    if len(content) > MOST_BYTES:
        raise NotATable("Ce fichier dépasse 2 Mo.", "Exportez moins de contacts, sans leur photo.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotATable("Les lettres de ce fichier ne se lisent pas.", "Exportez les contacts en vCard 3.0.") from error
    reduced = _reduced(text)
    try:
        cards = list(vobject.readComponents(reduced, validate=False, ignoreUnreadable=True))
    except Exception as error:  # the parser's failures on a hostile card have no bounds
        raise _unreadable() from error
    if not cards:
        raise _unreadable()
    other = dict(PROVIDERS.columns[0].choices)["other"]
    lines = tuple(_row(number, card, other) for number, card in enumerate(cards, 1))
    return Sheet(TITLES, lines, "vCard")


def _unreadable() -> NotATable:
    return NotATable("Ce fichier ne contient aucun contact lisible.", "Exportez les contacts en vCard 3.0.")


def _reduced(text: str) -> str:
    """Only the properties that serve, unfolded, one level deep. NotATable beyond the number of contacts."""
    kept, depth, count = [], 0, 0
    for line in _unfolded(text):
        found = _PROPERTY.match(line)
        name = found[1].upper() if found else ""
        if name == "BEGIN":
            depth, count = depth + 1, count + (depth == 0)
        if name in KEPT and depth == 1 and len(line) <= LONGEST:
            kept.append(line[found.start(1) :] if found else line)
        if name == "END":
            depth = max(0, depth - 1)
        if count > MOST_LINES:
            raise NotATable("Ce fichier a plus de 2 000 contacts.", "Exportez seulement ceux du cabinet.")
    return "\r\n".join(kept)


def _unfolded(text: str) -> Iterator[str]:
    """Lines joined to the ones they continue, cut beyond what serves."""
    parts: list[str] = []
    size = 0
    for line in re.split(r"\r\n|\r|\n", text):
        if line[:1] in (" ", "\t") and parts:
            if size <= LONGEST:
                parts.append(line[1:])
            size += len(line) - 1
            continue
        yield "".join(parts)
        parts, size = [line], len(line)
    yield "".join(parts)


def _row(number: int, card: Any, role: str) -> Line:
    name = _first(card, "fn")
    organisation = _first(card, "org")
    contact = name if organisation and organisation != name else ""
    return clean_line(number, (role, organisation or name, contact, _first(card, "tel"), _first(card, "email")))


def _first(card: Any, name: str) -> str:
    found = card.contents.get(name, [])
    value = found[0].value if found else ""
    return _clean(" ".join(map(str, value)) if isinstance(value, list) else str(value))
