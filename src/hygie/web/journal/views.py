"""The journal's pages: lines, verification, daily digests, print and CSV. Nothing here changes a line."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from hygie.core.french import plural, typeset
from hygie.journal.digest import check_digest, digest_of, digests
from hygie.journal.errors import JournalError
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.journal import flows, rules, selectors
from hygie.web.journal.forms import FilterForm, PrintedForm

A_PAGE = 50
A_PRINT = 500
AN_EXPORT = 100_000


@allowed(Action.SEE_JOURNAL)
@require_safe
def entries(request: Any) -> HttpResponse:
    """The lines, newest first, filtered."""
    form = FilterForm(request.practice, request.GET)
    page = Paginator(selectors.entries(request.practice, form.wanted()), A_PAGE).get_page(request.GET.get("page"))
    digest = digest_of(flows.journal(), str(request.practice.pk), timezone.localdate())
    context = {
        "form": form,
        "page": page,
        "count": plural(page.paginator.count, "ligne"),
        "lines": _lines(page.object_list),
        "digest": digest if digest.seq else None,
        "query": _query(request),
        "printed": PrintedForm(),
    }
    return render(request, "journal/entries.html", context)


@allowed(Action.SEE_JOURNAL)
@require_POST
def verify(request: Any) -> HttpResponse:
    """Follow the whole chain and say what was found; the check itself becomes a line."""
    verdict = rules.verify(flows.journal(), str(request.practice.pk), settings.HYGIE_FOLDER)
    sentence = rules.verdict_words(verdict)
    told = messages.success if verdict.ok and verdict.guarded else messages.error
    told(request, sentence)
    try:
        with transaction.atomic():
            data = {"ok": verdict.ok, "count": verdict.count}
            flows.record(flows.Actor.of(request.member), "journal.verified", sentence, subject="journal", data=data)
    except JournalError as error:  # a broken journal still gives its verdict
        messages.error(request, typeset(error.sentence))
    return redirect("journal:entries")


@allowed(Action.SEE_JOURNAL)
@require_POST
def compare(request: Any) -> HttpResponse:
    """Compare a printed line with the journal."""
    form = PrintedForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["printed"][0])
        return redirect("journal:digests")
    found = check_digest(flows.journal(), str(request.practice.pk), form.cleaned_data["printed"])
    (messages.success if found.ok else messages.error)(request, typeset(found.sentence))
    return redirect("journal:digests")


@allowed(Action.SEE_JOURNAL)
@require_safe
def daily_digests(request: Any) -> HttpResponse:
    """One line a day of a month, to print and keep elsewhere."""
    first, last = rules.month_of(request.GET.get("mois", ""), timezone.localdate())
    found = digests(flows.journal(), str(request.practice.pk), first, last)
    context = {"digests": found[::-1], "month": first, "before": rules.month_before(first), "printed": PrintedForm()}
    return render(request, "journal/digests.html", context)


@allowed(Action.SEE_JOURNAL)
@require_safe
def printed(request: Any) -> HttpResponse:
    """The same lines on paper, A_PRINT at most, with the digest that seals them."""
    wanted = FilterForm(request.practice, request.GET).wanted()
    rows = list(selectors.entries(request.practice, wanted)[: A_PRINT + 1])
    digest = digest_of(flows.journal(), str(request.practice.pk), timezone.localdate())
    context = {
        "lines": _lines(rows[:A_PRINT]), "more": len(rows) > A_PRINT, "most": A_PRINT,
        "now": timezone.localtime(), "digest": digest if digest.seq else None,
    }  # fmt: skip
    return render(request, "journal/print.html", context)


@allowed(Action.SEE_JOURNAL)
@require_safe
def export(request: Any) -> StreamingHttpResponse:
    """The same lines as a table for a French spreadsheet, oldest last, streamed."""
    wanted = FilterForm(request.practice, request.GET).wanted()
    rows = selectors.entries(request.practice, wanted)[:AN_EXPORT].iterator(chunk_size=500)
    response = StreamingHttpResponse(_csv(rules.csv_rows(rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="journal-{timezone.localdate()}.csv"'
    return response


class _Echo:
    """A file that hands back what is written, so that rows stream."""

    def write(self, value: str) -> str:
        """Give the row back."""
        return value


def _csv(rows: Iterable[list[str]]) -> Iterator[bytes]:
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield rules.BYTE_ORDER_MARK.encode()
    for row in rows:
        yield writer.writerow(row).encode("utf-8", "replace")


def _lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "seq": row.seq, "at": rules.moment_of(row.recorded_at), "occurred": _other_day(row), "who": row.actor_name,
            "what": row.summary, "family": rules.family(row.kind), "hash": row.hash[:12],
        }
        for row in rows
    ]  # fmt: skip


def _other_day(row: Any) -> Any:
    """When it happened, if it was told later than the day itself."""
    happened = rules.moment_of(row.occurred_at)
    return happened if happened.date() != rules.moment_of(row.recorded_at).date() else None


def _query(request: Any) -> str:
    """The present filters, for the links to the other pages."""
    query = request.GET.copy()
    query.pop("page", None)
    return str(query.urlencode())
