"""Reading pages as a browser does: which pages there are, which forms they hold, and what a person could send."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client
from django.utils import timezone

from hygie.web.accounts.access import Role
from tests.web.security.world import World, addresses, urls_of

SENTENCE = ("text", "search", "textarea", "url")


@dataclass
class Field:
    """An input, a select or a textarea: its kind, the values it offers, the one it shows."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form of a page, with what a browser would send."""

    method: str
    action: str
    fields: list[Field] = field(default_factory=list)

    def filled(self, **typed: Any) -> dict[str, Any]:
        """Something plausible in every field, and `typed` where it is given."""
        return {one.name: plausible(one) for one in self.fields if one.name} | typed

    @property
    def texts(self) -> list[Field]:
        return [one for one in self.fields if one.kind in SENTENCE]


def plausible(one: Field) -> Any:
    """A value of the right kind."""
    today = timezone.localdate()
    made = {
        "date": str(today + timedelta(days=30) if one.name in {"until", "expected_on", "ends_on"} else today),
        "email": "cabinet@messagerie.example",
        "number": "2",
        "password": "Brume-Tilleul-7-horizon",
        "file": "",
    }
    if one.kind in {"radio", "select"} and one.choices:
        return one.value if one.value in one.choices and one.value else one.choices[-1]
    if one.kind in made:
        return made[one.kind]
    return one.value or ("02 61 91 45 10" if "phone" in one.name else "" if one.kind == "hidden" else "Essai")


class Reader(HTMLParser):
    """Collects forms, and every tag with its attributes and text."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self._open: str = ""
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        self.tags.append((tag, have))
        self._open = tag
        if tag == "form":
            action = urljoin(self.url, have.get("action") or self.url)
            self.forms.append(Form(have.get("method", "get").lower(), action))
        elif tag == "script":
            self.scripts.append("")
        elif self.forms and tag in {"input", "select", "textarea", "option", "button"}:
            self._control(tag, have)

    def _control(self, tag: str, have: dict[str, str]) -> None:
        fields = self.forms[-1].fields
        if tag == "option":
            if self._select is not None:
                self._select.choices.append(have.get("value", ""))
                self._select.value = have.get("value", "") if "selected" in have else self._select.value
            return
        kind = have.get("type", "text").lower() if tag == "input" else tag
        if kind in {"submit", "button", "checkbox"}:
            return
        name, value = have.get("name", ""), have.get("value", "")
        known = next((one for one in fields if one.name == name and kind == "radio"), None)
        if known is not None:
            known.choices.append(value)
            return
        fields.append(Field(name, kind, "" if kind == "radio" else value, [value] if kind == "radio" else []))
        self._select = fields[-1] if tag == "select" else None

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own convention
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            self.scripts[-1] += data


def read(url: str, html: str) -> Reader:
    reader = Reader(url)
    reader.feed(html)
    return reader


def is_page(answer: Any) -> bool:
    return answer.get("Content-Type", "").startswith("text/html") and not answer.streaming


def opened(client: Client, world: World, role: Role = Role.HOLDER) -> Iterator[tuple[str, Any]]:
    """Every address, asked with GET, with its answer, whatever it is."""
    for one in addresses():
        for url, _ in urls_of(one, world, role):
            yield url, client.get(url)


def forms(client: Client, world: World) -> list[Form]:
    """Every form that somebody finds by opening every page, each once; not the one that leaves."""
    found: dict[tuple[Any, ...], Form] = {}
    for url, answer in opened(client, world):
        if answer.status_code == 200 and is_page(answer):
            for form in read(url, answer.content.decode()).forms:
                if form.method == "post" and "/sortir/" not in form.action:
                    found.setdefault((form.action, *(one.name for one in form.fields)), form)
    return list(found.values())
