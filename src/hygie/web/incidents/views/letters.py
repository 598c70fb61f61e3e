"""Letters to patients: a list comes in, letters go out in the same answer, and nothing of it is kept.

The journal notes how many, never whom. What refuses a list names its line, never what stands on it.
"""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.core.errors import HygieError, MissingPart
from hygie.core.french import plural, typeset
from hygie.documents import incident_letters
from hygie.documents.recipients import MOST_BYTES, read_recipients
from hygie.incident.dossier import Dossier
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.incidents import flows_papers
from hygie.web.incidents.dossier import dossier_of
from hygie.web.incidents.forms_papers import LettersForm
from hygie.web.incidents.uploads import FIELD, in_memory, too_big
from hygie.web.incidents.views.paper_base import attachment, incident_of, page, sent, status_of
from hygie.web.journal.flows import Actor

TOO_BIG = "Ce fichier dépasse 10 Mo. Gardez les colonnes utiles, ou coupez la liste en deux."


@in_memory
@allowed(Action.SEE_INCIDENT_PAPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: Any, pk: UUID) -> HttpResponse:
    """The form; POST gives the letters back as one PDF."""
    incident, now = incident_of(request, pk, Action.SEE_INCIDENT_PAPERS), timezone.localtime()
    dossier = dossier_of(incident, now)
    form = LettersForm(sent(request), request.FILES or None, initial={"what": "letters"})
    if request.method == "POST" and form.is_valid():
        made = _made(request, dossier, form)
        if made is not None:
            content, count, name = made
            what = form.cleaned_data["what"]
            flows_papers.note_letters(Actor.of(request.member), incident, what, count, now=now)
            return attachment(content, "application/pdf", name)
    context = {"form": form, "most": incident_letters.LETTERS_A_FILE, **_lacking(dossier, pk)}
    return page(request, incident, "letters", context, status_of(form))


def _lacking(dossier: Dossier, pk: UUID) -> dict[str, str]:
    """What a letter still needs, in a sentence, and the page where it is said."""
    missing = incident_letters.lacking(dossier)
    sheet = all("du cabinet" in one or "titulaire" in one for one in missing)
    url = reverse("incidents:identity") if sheet else reverse("incidents:breach", args=[pk])
    return {"lacking": f"Il manque : {' ; '.join(missing)}." if missing else "", "complete": url}


def _made(request: Any, dossier: Dossier, form: LettersForm) -> tuple[bytes, int, str] | None:
    """The file, how many persons it holds, its name; None when the form says what is to mend."""
    given = request.FILES.get(FIELD)
    if given is None:
        form.add_error(FIELD, TOO_BIG if too_big(request) else "Choisissez un fichier.")
        return None
    first, what = form.cleaned_data["first"] or 1, form.cleaned_data["what"]
    try:
        rows = read_recipients(given.read(MOST_BYTES + 1))
        return _printed(dossier, rows, what, first, form)
    except MissingPart as missing:
        form.add_error(None, typeset(f"{missing.sentence} {missing.next_step}"))
    except HygieError as refusal:
        form.add_error(FIELD, typeset(f"{refusal.sentence} {refusal.next_step}"))
    return None


def _printed(
    dossier: Dossier, rows: list[dict[str, str]], what: str, first: int, form: LettersForm
) -> tuple[bytes, int, str] | None:
    stem, most = _KINDS[what]
    part = rows[first - 1 : first - 1 + most]
    if not part:
        form.add_error("first", typeset(f"Cette liste a {plural(len(rows), 'ligne', 'lignes')}."))
        return None
    name = f"{stem}-{dossier.reference}-{first}-a-{first + len(part) - 1}.pdf"
    if what == "letters":
        return incident_letters.letters(dossier, part), len(part), name
    return incident_letters.letters_list(dossier, part, first=first), len(part), name


_KINDS: Final = {
    "letters": ("lettres", incident_letters.LETTERS_A_FILE),
    "letters_list": ("liste-des-lettres", incident_letters.LIST_A_FILE),
}
