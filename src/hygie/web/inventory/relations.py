"""Online accounts and providers, and the card of contacts for the doctor's own phone."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hygie.web.accounts.access import Action, Role, can
from hygie.web.accounts.gates import allowed, owned
from hygie.web.inventory import flows, pages, selectors
from hygie.web.inventory.editing import ACCOUNT, PROVIDER, add_page, edit_page
from hygie.web.inventory.models import OnlineAccount, Provider
from hygie.web.inventory.vcards import contacts_card
from hygie.web.inventory.views import PER_PAGE, listing, seen_version
from hygie.web.journal.flows import Actor


@allowed(Action.SEE_INVENTORY)
@require_GET
def accounts(request: Any) -> HttpResponse:
    """The accounts and their second factor."""
    found = selectors.accounts_of(request.practice).order_by(F("closed_on").asc(nulls_first=True), "name", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [pages.account_row(account) for account in page]
    return listing(request, "inventory/accounts.html", "inventory:accounts", page=page,
                 used=[row for row in rows if row.account.closed_on is None],
                 gone=[row for row in rows if row.account.closed_on], sentence=pages.accounts_sentence(rows),
                 may_change=can(request.member, Action.CHANGE_INVENTORY))  # fmt: skip


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def add_account(request: Any) -> HttpResponse:
    """A new account."""
    return add_page(request, ACCOUNT)


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def edit_account(request: Any, pk: int) -> HttpResponse:
    """Correct an account."""
    return edit_page(request, ACCOUNT, pk)


@allowed(Action.CHANGE_INVENTORY)
@require_POST
def close_account(request: Any, pk: int) -> HttpResponse:
    """The account is closed."""
    row = owned(request, OnlineAccount, Action.CHANGE_INVENTORY, pk=pk)
    flows.close_account(Actor.of(request.member), row, today=timezone.localdate(), seen=seen_version(request))
    messages.success(request, "Le compte est noté fermé.")
    return redirect("inventory:accounts")


@allowed(Action.SEE_INVENTORY)
@require_GET
def providers(request: Any) -> HttpResponse:
    """The providers and their numbers."""
    found = selectors.providers_of(request.practice).order_by(F("ended_on").asc(nulls_first=True), "kind", "name", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    used, gone = [row for row in page if not row.ended_on], [row for row in page if row.ended_on]
    return listing(request, "inventory/providers.html", "inventory:providers", page=page, used=used, gone=gone,
                 may_see_contract=request.member.role != Role.IT_PROVIDER,
                 may_change=can(request.member, Action.CHANGE_INVENTORY))  # fmt: skip


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def add_provider(request: Any) -> HttpResponse:
    """A new provider."""
    return add_page(request, PROVIDER)


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def edit_provider(request: Any, pk: int) -> HttpResponse:
    """Correct a provider."""
    return edit_page(request, PROVIDER, pk)


@allowed(Action.CHANGE_INVENTORY)
@require_POST
def end_provider(request: Any, pk: int) -> HttpResponse:
    """The contract is over."""
    row = owned(request, Provider, Action.CHANGE_INVENTORY, pk=pk)
    flows.end_provider(Actor.of(request.member), row, today=timezone.localdate(), seen=seen_version(request))
    messages.success(request, "Le contrat est noté terminé.")
    return redirect("inventory:providers")


@allowed(Action.EXPORT_INVENTORY)
@require_GET
def contacts(request: Any) -> HttpResponse:
    """The numbers of the emergency sheet, to keep on the doctor's phone."""
    found = selectors.emergency_contacts(request.practice)
    flows.note_export(Actor.of(request.member), "contacts d’urgence", "vcf", len(found))
    response = HttpResponse(contacts_card(found), content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts-urgence.vcf"'
    return response
