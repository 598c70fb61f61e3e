"""The papers of an incident: what each still lacks, one by one as PDF or editable text, or all at once, signed."""

import hashlib
import io
import zipfile
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from hygie.core.clock import PARIS
from hygie.core.errors import MissingPart
from hygie.documents.incident_papers import FILES, PAPERS, make_all, relevant
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.incidents import flows_papers
from hygie.web.incidents.dossier import dossier_of
from hygie.web.incidents.evidence.signing import key_fingerprint, signature_files
from hygie.web.incidents.models import Incident
from hygie.web.incidents.pages_papers import paper_lines, title_of
from hygie.web.incidents.views.paper_base import MISSING, attachment, incident_of, page
from hygie.web.journal.flows import Actor

FORMS: Final = {
    "pdf": (paper_pdf, "application/pdf"),
    "docx": (paper_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


@allowed(Action.SEE_INCIDENT_PAPERS)
@require_safe
def papers(request: Any, pk: UUID) -> HttpResponse:
    """The list, with what each still lacks."""
    return _list(request, incident_of(request, pk, Action.SEE_INCIDENT_PAPERS))


def _list(request: Any, incident: Incident, missing: MissingPart | None = None) -> HttpResponse:
    dossier = dossier_of(incident, timezone.localtime())
    context = {
        "lines": paper_lines(dossier),
        "playbook": title_of(dossier.state.playbook),
        "missing": missing,
        "unfilled": not (dossier.identity.siren and dossier.identity.address),
        "fingerprint": key_fingerprint(),
        "folder_at": dossier.state.documents.get("dossier"),
    }
    return page(request, incident, "papers", context, MISSING if missing else 200)


@allowed(Action.SEE_INCIDENT_PAPERS)
@require_GET
def download(request: Any, pk: UUID, paper: str, form: str) -> HttpResponse:
    """One paper as PDF or DOCX; that it was made goes to the incident's journal."""
    incident, now = incident_of(request, pk, Action.SEE_INCIDENT_PAPERS), timezone.localtime()
    dossier = dossier_of(incident, now)
    if paper not in relevant(dossier) or form not in FORMS:
        raise Http404
    make, media = FORMS[form]
    try:
        content = make(PAPERS[paper][1](dossier))
    except MissingPart as missing:
        return _list(request, incident, missing)
    flows_papers.note_document(Actor.of(request.member), incident, paper, form, now=now)
    return attachment(content, media, f"{FILES[paper]}-{incident.reference}.{form}")


@allowed(Action.SEE_INCIDENT_PAPERS)
@require_GET
def folder(request: Any, pk: UUID) -> HttpResponse:
    """Every paper of the incident in one archive, with its signed list."""
    incident, now = incident_of(request, pk, Action.SEE_INCIDENT_PAPERS), timezone.localtime()
    try:
        content = archive(incident, now)
    except MissingPart as missing:
        return _list(request, incident, missing)
    flows_papers.note_document(Actor.of(request.member), incident, "dossier", "zip", now=now)
    return attachment(content, "application/zip", f"dossier-incident-{incident.reference}.zip")


def archive(incident: Incident, now: datetime) -> bytes:
    """The archive, made in memory: papers, MANIFEST.sha256, its signature, the key, how to check. MissingPart."""
    made = make_all(dossier_of(incident, now))
    digests = {name: hashlib.sha256(raw).hexdigest() for name, raw in made.items()}
    whole = {**made, **signature_files(digests, incident.reference, now)}
    folder_name, content = f"incident-{incident.reference}", io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, raw in whole.items():
            entry = zipfile.ZipInfo(f"{folder_name}/{name}", now.astimezone(PARIS).timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100600 << 16
            file.writestr(entry, raw)
    return content.getvalue()
