"""Lists as files: export, and import in two steps, nothing being written before the second."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed, require
from hygie.web.inventory import flows, importing, pages, pending
from hygie.web.inventory.forms import ImportForm
from hygie.web.inventory.plan import Plan
from hygie.web.inventory.reading import MOST_BYTES, NotATable, Sheet, read_sheet
from hygie.web.inventory.tables import TABLES, Table, header, line_of
from hygie.web.inventory.vcards import read_vcards
from hygie.web.inventory.writing import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from hygie.web.journal.flows import Actor

SHOWN = 200
TOO_BIG = 413
UNREADABLE = 422
OVER = "Cet import est déjà fait, ou son heure est passée."


@allowed(Action.EXPORT_INVENTORY)
@require_GET
def export(request: Any, table: str, form: str) -> HttpResponse:
    """A list as CSV or XLSX."""
    found = TABLES.get(table)
    if found is None or form not in ("csv", "xlsx"):
        raise Http404
    require(request, found.see)
    lines = [header(found), *(line_of(found, row) for row in importing.rows_of(found, request.practice))]
    flows.note_export(Actor.of(request.member), found.title, form, len(lines) - 1)
    content = as_csv(lines) if form == "csv" else as_xlsx(lines, found.title)
    response = HttpResponse(content, content_type=CSV_TYPE if form == "csv" else XLSX_TYPE)
    name = f"{found.slug}-{timezone.localdate():%Y-%m-%d}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def choose(request: Any) -> HttpResponse:
    """Choose a file; it is read, kept an hour, and shown before anything is written."""
    form = ImportForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        table, file = TABLES[form.cleaned_data["table"]], form.cleaned_data["file"]
        _may(request, table)
        if file.size > MOST_BYTES:
            form.add_error("file", "Ce fichier dépasse 2 Mo. Gardez une seule liste par fichier, sans image.")
            status = TOO_BIG
        elif _readable(request, form, table, file):
            return redirect("inventory:preview")
    if form.errors and status == 200:  # noqa: PLR2004 - the plain answer
        status = UNREADABLE
    return render(request, "inventory/import.html", {"form": form, "tables": list(TABLES.values())}, status=status)


def _readable(request: Any, form: ImportForm, table: Table, file: Any) -> bool:
    """Keep the file when a plan can be drawn from it; say why not on the form otherwise."""
    content = file.read(MOST_BYTES + 1)
    try:
        importing.plan_of(table, request.practice, _read(table, file.name, content))
    except NotATable as refusal:
        form.add_error("file", f"{refusal.sentence} {refusal.next_step}")
        return False
    pending.keep(request, table.slug, file.name, content)
    return True


@allowed(Action.CHANGE_INVENTORY)
@require_GET
def preview(request: Any) -> HttpResponse:
    """What the import would do, line by line."""
    found = _waiting(request)
    if found is None:
        messages.info(request, OVER)
        return redirect("inventory:import")
    table, name, plan, _ = found
    return _preview_page(request, table, name, plan)


@allowed(Action.CHANGE_INVENTORY)
@require_POST
def confirm(request: Any) -> HttpResponse:
    """Write what was shown, whole or not at all; shown again when the list changed meanwhile."""
    found = _waiting(request)
    if found is None:
        messages.info(request, OVER)
        return redirect("inventory:import")
    table, name, plan, batch = found
    if "annuler" in request.POST:
        pending.forget(request)
        messages.info(request, "Rien n’a été importé.")
        return redirect("inventory:import")
    if request.POST.get("plan") != plan.digest:
        return _preview_page(request, table, name, plan, changed=True)
    importing.write(Actor.of(request.member), request.practice, table, plan, batch=batch)
    pending.forget(request)
    messages.success(request, f"Import terminé : {pages.import_sentence(plan)}")
    return redirect(f"inventory:{_LIST[table.slug]}")


_LIST = {"materiel": "devices", "cartes": "cards", "comptes": "accounts", "prestataires": "providers"}


def _preview_page(request: Any, table: Table, name: str, plan: Plan, *, changed: bool = False) -> HttpResponse:
    """Lines that say something first, then those that change nothing; SHOWN at most, the count says the rest."""
    order = {"refused": 0, "add": 1, "change": 1, "same": 2}
    steps = sorted(plan.steps, key=lambda step: (order[step.what], step.number))
    context = {
        "table": table,
        "name": name,
        "plan": plan,
        "steps": steps[:SHOWN],
        "hidden": max(0, len(steps) - SHOWN),
        "sentence": pages.import_sentence(plan),
        "changed": changed,
    }
    return render(request, "inventory/preview.html", context, status=409 if changed else 200)


def _waiting(request: Any) -> tuple[Table, str, Plan, UUID] | None:
    """The plan of the waiting file, drawn again from what the practice has now."""
    kept = pending.kept(request)
    if kept is None:
        return None
    table = TABLES[kept.table]
    _may(request, table)
    plan = importing.plan_of(table, request.practice, _read(table, kept.name, kept.content))
    return table, kept.name, plan, kept.key


def _may(request: Any, table: Table) -> None:
    require(request, table.change)
    require(request, table.see)


def _read(table: Table, name: str, content: bytes) -> Sheet:
    if name.lower().endswith((".vcf", ".vcard")) or content.lstrip(b"\xef\xbb\xbf \r\n")[:11].upper() == b"BEGIN:VCARD":
        if table.slug != "prestataires":
            raise NotATable("Une vCard contient des contacts.", "Choisissez « Les prestataires ».")
        return read_vcards(content)
    return read_sheet(name, content)
