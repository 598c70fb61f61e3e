"""The components of every page, one tag each, and the filters of French typography and dates.

Values are escaped by Django and dressed by `typeset`; what is marked safe is built from constants and escaped parts.
All of them stand together on the board `ui/components.html`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeData, SafeString

from hygie.core.french import day_in_words, typeset
from hygie.documents.checkup_html import ring_arcs
from hygie.web.ui import dates, fields, graphs

register = template.Library()
STATES = ("ok", "afaire", "attente", "inconnu", "nc", "urgent")
SOURCES = {"mesure": "Mesuré", "declare": "Déclaré", "prouve": "Prouvé", "inconnu": "Inconnu"}
BANNERS = {"ok": "ok", "afaire": "afaire", "attente": "attente", "inconnu": "inconnu", "urgent": "urgent",
           "neutre": "cadenas"}  # fmt: skip
HOLE = "\ue001"
MARKUP = re.compile(rf"<[^>]*>|&#?\w+;|{HOLE}")
STEPS = (0, 2, 4, *range(5, 101, 5))  # the classes v0…v100 of the design


def _rendered(template_name: str, /, **context: Any) -> SafeString:
    return SafeString(render_to_string(f"ui/{template_name}.html", context))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite, always beside a word; `size` « g » is the large one."""
    name = re.sub(r"[^a-z]", "", str(name))
    extra = " i--g" if size == "g" else ""
    return format_html('<svg class="i{}" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>', extra, name)


@register.simple_tag
def state(kind: str, word: str) -> SafeString:
    """A state: colour, icon and word. A state that does not exist is shown as unknown."""
    kind = kind if kind in STATES else "inconnu"
    return format_html('<span class="etat etat--{}">{}{}</span>', kind, icon(kind), typeset(str(word)))


@register.simple_tag
def source(kind: str, word: str = "", when: str = "") -> SafeString:
    """How it is known, and since when; `kind` is mesure, declare, prouve or inconnu and gives the usual word."""
    word = word or SOURCES.get(kind, "Inconnu")
    return format_html('<span class="source">{}<b>{}</b> {}</span>', icon(kind), typeset(str(word)), typeset(str(when)))


@register.simple_tag
def ring(view: Mapping[str, Any]) -> SafeString:
    """The seven-part ring: `parts` (number, state), `good`, `under` (the words under it) and `label` (its sentence)."""
    parts = [{**part, "place": ring_arcs()[part["number"]]} for part in view["parts"]]
    return _rendered("_ring", view=view, parts=parts)


@register.simple_tag
def tile(measure: Mapping[str, Any]) -> SafeString:
    """One of the seven measures: number, icon, state, title, url, sentence, source (icon, word, when, rest)."""
    return _rendered("_tile", tile=measure)


@register.simple_tag
def action(what: Mapping[str, Any]) -> SafeString:
    """A line of an `ol.actions`: number, title, why, owner, duration, url, button."""
    return _rendered("_action", action=what)


@register.simple_tag
def finding(what: Mapping[str, Any]) -> SafeString:
    """A line of findings: state, title, summary, source; then `url` and `button`, or the state when there is no url."""
    return _rendered("_finding", finding=what)


@register.simple_block_tag
def banner(content: str, kind: str, title: str, text: str = "", role: str = "") -> SafeString:
    """A sentence, its consequence and, inside, at most one button.

    `kind` is ok, afaire, attente, inconnu, urgent or neutre; `role` is « status » for what has just changed, and
    « alert » for what is urgent.
    """
    kind = kind if kind in BANNERS else "inconnu"
    return _rendered("_banner", kind=kind, icon_name=BANNERS[kind], title=title, text=text, role=role, inside=content)


@register.simple_block_tag
def evidence(content: str, name: str, detail: str = "", icon_name: str = "prouve", url: str = "") -> SafeString:
    """A kept document: its name, the date of the fact and what tells it apart; inside, its state or a button."""
    return _rendered("_evidence", name=name, detail=detail, icon_name=icon_name, url=url, inside=content)


@register.simple_tag
def contact(name: str, number: str, context: str = "") -> SafeString:
    """Somebody to call: a name, a context, a number that a telephone can dial."""
    return _rendered("_contact", name=name, number=number, context=context, dial=tel(number))


@register.simple_tag
def empty(title: str, text: str) -> SafeString:
    """Nothing here: what it means, and the next gesture."""
    return format_html('<div class="vide"><b>{}</b><p>{}</p></div>', typeset(str(title)), typeset(str(text)))


@register.simple_tag
def progress(value: int, most: int, label: str) -> SafeString:
    """A bar of progress, never beyond its end; its words are in the page."""
    value = min(max(value, 0), most)
    step = min(STEPS, key=lambda known: abs(known - 100 * value / max(most, 1)))
    return format_html(
        '<div class="progres" role="progressbar" aria-label="{0}" aria-valuemin="0" aria-valuemax="{1}" '
        'aria-valuenow="{2}" aria-valuetext="{2} sur {1}"><i class="v{3}"></i></div>',
        typeset(str(label)), most, value, step,
    )  # fmt: skip


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """Label, help, field, error, linked to one another; a choice becomes cards under its label."""
    if fields.is_choice(bound):
        return _rendered("_choices", **fields.cards(bound), shown=True)
    return _rendered("_field", **fields.parts(bound))


@register.simple_tag
def choices(bound: BoundField) -> SafeString:
    """Cards under a title that the page already shows: the label is for screen readers only."""
    return _rendered("_choices", **fields.cards(bound), shown=False)


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """The summary of what is to mend, each line leading to its field; nothing when all is well."""
    return _rendered("_form_errors", lines=fields.error_lines(form)) if form.errors else SafeString("")


@register.simple_tag
def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> SafeString:
    """A table that turns into cards on a telephone.

    The first cell of a row is its header; a cell is a text, or a state (`{"id": …, "word": …}`).
    """
    lines = [{"head": head, "cells": list(zip(columns[1:], cells, strict=True))} for head, *cells in rows]
    return _rendered("_table", caption=caption, columns=columns, lines=lines)


@register.simple_tag
def pagination(page: Page, query: str = "", label: str = "Pages") -> SafeString:
    """Previous and next; `query` is the rest of the address, already encoded. Nothing when one page is enough."""
    if not page.has_other_pages():
        return SafeString("")
    return _rendered("_pagination", page=page, query=query, label=label)


@register.simple_tag
def history_graph(history: Sequence[Mapping[str, Any]]) -> SafeString:
    """« n en ordre sur 7 » month after month, wide and narrow; « Lire en tableau » follows it in the page."""
    return _rendered("_history", graphs=graphs.history(history))


@register.simple_tag
def state_graph(history: Sequence[Mapping[str, Any]]) -> SafeString:
    """A measure's state month after month, wide and narrow; « Lire en tableau » follows it in the page."""
    return _rendered("_states", graphs=graphs.states(history))


@register.filter(is_safe=True)
def fr(text: Any) -> str:
    """French spaces and apostrophes; in what is already HTML, the tags and the entities are left as they are."""
    if not isinstance(text, SafeData):
        return typeset(str(text))
    kept = iter(MARKUP.findall(text))
    return re.sub(HOLE, lambda _: _curled(next(kept)), typeset(MARKUP.sub(HOLE, text)))


def _curled(markup: str) -> str:
    return "’" if markup in {"&#x27;", "&#39;"} else markup


@register.filter
def day(value: date | datetime | None) -> str:
    """« 3 novembre 2026 », « 1er mai 2026 »."""
    return "" if value is None else day_in_words(dates.local_day(value))


@register.filter
def moment(value: datetime | None) -> str:
    """« 3 novembre 2026, 8 h 15 »."""
    return "" if value is None else dates.moment_in_words(value)


@register.filter
def ago(value: date | datetime | None, now: datetime | None = None) -> str:
    """« ce matin, 7 h 52 », « hier, 19 h 10 », « le 29 octobre », « le 2 mai 2025 »."""
    return "jamais" if value is None else dates.ago(value, now or timezone.now())


@register.filter
def tel(number: Any) -> str:
    """A number as a `tel:` link takes it: digits and a leading plus."""
    kept = re.sub(r"[^\d+]", "", str(number))
    return kept[:1] + kept[1:].replace("+", "")
