"""What is kept on paper for the day nothing works: the care kit, the first-hour sheet, and whether both are fresh."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from hygie.core.errors import MissingPart
from hygie.core.french import day_in_words, typeset
from hygie.documents.care_kit import care_kit_content, care_kit_paper, replace_before
from hygie.documents.first_hour import first_hour, first_hour_content
from hygie.documents.paper import fingerprint
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.dossier import Identity, Party
from hygie.reference.care_kit import care_kit as kit_data
from hygie.web.accounts.access import Action, Role, can
from hygie.web.accounts.gates import allowed
from hygie.web.incidents import flows_papers
from hygie.web.incidents.dossier import declarant_of, parties_of
from hygie.web.incidents.forms_papers import PrintedForm
from hygie.web.incidents.models import PrintedKit
from hygie.web.incidents.views.paper_base import MISSING, attachment
from hygie.web.journal.flows import Actor
from hygie.web.ui.dates import local_day

Content = Callable[[Identity, Any, datetime], dict[str, Any]]
KEPT: Final[Mapping[str, tuple[str, Content]]] = {
    "first_hour": ("la feuille de la première heure", first_hour_content),
    "care_kit": ("la pochette pour continuer à soigner", care_kit_content),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """A paper to keep: its state in words, and what it says now."""

    id: str
    title: str
    state: str
    word: str
    sentence: str
    fingerprint: str
    url: str


def copies_of(practice: Any, now: datetime) -> list[Copy]:
    """The two papers, and whether their printed copies still say the same."""
    identity, parties = declarant_of(practice), parties_of(practice)
    return [
        _copy(practice, name, title, fingerprint(content(identity, parties, now)), now)
        for name, (title, content) in KEPT.items()
    ]


def _copy(practice: Any, name: str, title: str, current: str, now: datetime) -> Copy:
    last = PrintedKit.objects.for_practice(practice).filter(document=name).order_by("-printed_at", "-pk").first()
    state, word, sentence = _freshness(last, current, now)
    url = "incidents:care_kit_pdf" if name == "care_kit" else "incidents:first_hour"
    return Copy(name, title[:1].upper() + title[1:], state, word, typeset(sentence), current, url)


def _freshness(last: PrintedKit | None, current: str, now: datetime) -> tuple[str, str, str]:
    if last is None:
        return "afaire", "À imprimer", "Aucune copie imprimée n’est notée."
    day = local_day(last.printed_at)
    printed = f"Imprimée le {day_in_words(day)} par {last.printed_by}."
    if last.fingerprint != current:
        return "afaire", "À remplacer", f"Votre copie imprimée n’est plus à jour. {printed}"
    until = replace_before(day)
    if local_day(now) >= until:
        return "afaire", "À remplacer", f"Votre copie imprimée n’est plus à jour : elle a plus de six mois. {printed}"
    return "ok", "À jour", f"{printed} À remplacer avant le {day_in_words(until)}."


@allowed(Action.SEE_CARE_KIT)
@require_safe
def care_kit(request: Any) -> HttpResponse:
    """The kit on the screen, and the state of the printed copies."""
    return _page(request)


def _page(request: Any, missing: MissingPart | None = None) -> HttpResponse:
    context = {
        "copies": copies_of(request.practice, timezone.localtime()),
        "kit": kit_data(),
        "numbers": [one for one in _parties(request) if one.phone and one.role != "public"],
        "may": can(request.member, Action.ACT_IN_INCIDENT),
        "missing": missing,
    }
    return render(request, "incidents/care_kit.html", context, status=MISSING if missing else 200)


@allowed(Action.ACT_IN_INCIDENT)
@require_POST
def printed(request: Any) -> HttpResponse:
    """« Je l'ai imprimée »: noted with what the paper said when the page was shown."""
    form = PrintedForm(request.POST)
    if not form.is_valid() or form.cleaned_data["document"] not in KEPT:
        messages.warning(request, "Rien n’est noté : revenez à cette page, puis recommencez.")
        return redirect("incidents:care_kit")
    name = form.cleaned_data["document"]
    flows_papers.note_printed(
        Actor.of(request.member), request.practice, name, KEPT[name][0], form.cleaned_data["fingerprint"],
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, "C’est noté. Gardez cette copie près du téléphone.")
    return redirect("incidents:care_kit")


@allowed(Action.SEE_CARE_KIT)
@require_GET
def kit_pdf(request: Any) -> HttpResponse:
    """The kit to print."""
    return _pdf(request, "pochette-de-soins", lambda *known: paper_pdf(care_kit_paper(*known)))


@allowed(Action.SEE_CARE_KIT)
@require_GET
def first_hour_pdf(request: Any) -> HttpResponse:
    """The first-hour sheet to print."""
    return _pdf(request, "premiere-heure", first_hour)


def _pdf(request: Any, stem: str, make: Callable[[Identity, Any, datetime], bytes]) -> HttpResponse:
    now = timezone.localtime()
    try:
        content = make(_identity(request), _parties(request), now)
    except MissingPart as missing:
        return _page(request, missing)
    return attachment(content, "application/pdf", f"{stem}-{now:%Y-%m-%d}.pdf")


def _identity(request: Any) -> Identity:
    known = declarant_of(request.practice)
    return replace(known, insurer_contract="") if _outsider(request) else known


def _parties(request: Any) -> tuple[Party, ...]:
    """The numbers. The IT provider needs no contract of the others."""
    found = parties_of(request.practice)
    return tuple(replace(one, contract="") for one in found) if _outsider(request) else found


def _outsider(request: Any) -> bool:
    return bool(request.member.role == Role.IT_PROVIDER)
