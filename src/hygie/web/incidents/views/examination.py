"""The local examination of a computer that behaves oddly: run on demand, told in one sentence, kept in the journal."""

import threading
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.core.french import typeset
from hygie.documents.incident_sheet import contact_words
from hygie.incident.examination import Conclusion, conclusion
from hygie.probes.examine import examine
from hygie.probes.machine import Machine
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.incidents import flows
from hygie.web.incidents.room import Room, head
from hygie.web.incidents.views.common import read
from hygie.web.journal.flows import Actor

LONGEST_NOTE: Final = 4_000
WORDS: Final = {
    "attack": ("urgent", "Signe d’attaque"),
    "fault": ("afaire", "Panne"),
    "unknown": ("inconnu", "On ne sait pas"),
}
_one_at_a_time = threading.Lock()


@allowed(Action.ACT_IN_INCIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def examination(request: Any, pk: UUID) -> HttpResponse:
    """What it looks at; POST looks, at most a minute, without changing anything, and says what it proves."""
    found = read(request, pk, Action.ACT_IN_INCIDENT)
    if request.method != "POST":
        return render(request, "incidents/room_examination.html", head(found))
    if found.state.closed_at is not None:
        messages.info(request, "Cet incident est clos.")
        return redirect("incidents:room", pk=pk)
    if not _one_at_a_time.acquire(blocking=False):
        messages.info(request, "Un examen est déjà en cours sur cet ordinateur. Réessayez dans une minute.")
        return redirect("incidents:examination", pk=pk)
    try:
        seen = conclusion(examine(Machine(now=timezone.localtime())))
    finally:
        _one_at_a_time.release()
    return _shown(request, found, seen)


def _shown(request: Any, found: Room, seen: Conclusion) -> HttpResponse:
    """The verdict; the journal keeps it with what it stands on."""
    observed = " ".join(one.sentence for one in (*seen.signs, *seen.faults))
    note = typeset(f"Examen de l'ordinateur d'Hygie. {seen.sentence} {observed}")[:LONGEST_NOTE]
    flows.add_note(Actor.of(request.member), found.incident, note, now=timezone.localtime())
    kind, word = WORDS[seen.verdict]
    context = {
        **head(found), "seen": seen, "kind": kind, "word": word,
        "observed": [(title, ones) for title, ones in (
            ("Ce qui fait penser à une attaque", seen.signs), ("Ce qui ressemble à une panne", seen.faults),
            ("À dire à votre informaticien", seen.to_tell),
        ) if ones],
        "not_seen": [asdict(one) for one in seen.not_seen],
        "calls": [contact_words(one) for one in seen.whom_to_call],
    }  # fmt: skip
    return render(request, "incidents/room_examination.html", context)
