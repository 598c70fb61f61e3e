"""The two pages that every object of the inventory has, add and edit, told once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from hygie.web.accounts.access import Action, Role
from hygie.web.accounts.gates import owned
from hygie.web.edits import outdated_page
from hygie.web.errors import Outdated
from hygie.web.inventory import flows
from hygie.web.inventory.forms import CardForm, DeviceForm, OnlineAccountForm, ProviderForm
from hygie.web.inventory.models import Card, Device, OnlineAccount, Provider
from hygie.web.journal.flows import Actor


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: its model, its form, its verbs, and its words."""

    model: Any
    form: Any
    action: Action
    add: Callable[..., Any]
    change: Callable[..., None]
    back: str
    listing: str
    to_add: str
    to_edit: str


DEVICE = Kind(
    Device, DeviceForm, Action.CHANGE_INVENTORY, flows.add_device, flows.change_device,
    "inventory:devices", "Matériel", "Ajouter un appareil", "Modifier un appareil",
)  # fmt: skip
CARD = Kind(
    Card, CardForm, Action.CHANGE_CARDS, flows.add_card, flows.change_card,
    "inventory:cards", "Cartes", "Ajouter une carte", "Modifier une carte",
)  # fmt: skip
ACCOUNT = Kind(
    OnlineAccount, OnlineAccountForm, Action.CHANGE_INVENTORY, flows.add_account, flows.change_account,
    "inventory:accounts", "Comptes", "Ajouter un compte", "Modifier un compte",
)  # fmt: skip
PROVIDER = Kind(
    Provider, ProviderForm, Action.CHANGE_INVENTORY, flows.add_provider, flows.change_provider,
    "inventory:providers", "Prestataires", "Ajouter un prestataire", "Modifier un prestataire",
)  # fmt: skip


def add_page(request: Any, kind: Kind, initial: dict[str, Any] | None = None) -> HttpResponse:
    """The form of a new object; sent, it is written down once."""
    form = kind.form(request.POST or None, initial=initial, **_limits(request, kind))
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["creation_key"]
        row = kind.add(Actor.of(request.member), request.practice, form.values(), key)
        messages.success(request, "C’est ajouté.")
        return redirect(page_of(row) or kind.back)
    return _form_page(request, kind, form, kind.to_add, reverse(kind.back))


def edit_page(request: Any, kind: Kind, pk: int) -> HttpResponse:
    """The form of an object; when somebody changed it meanwhile, the page that keeps both texts."""
    row = owned(request, kind.model, kind.action, pk=pk)
    form = kind.form(request.POST or None, instance=row, **_limits(request, kind))
    back = page_of(row) or reverse(kind.back)
    if request.method == "POST" and form.is_valid():
        try:
            kind.change(Actor.of(request.member), row, form.values(), form.seen)
        except Outdated:
            return outdated_page(request, form, kind.model.objects.get(pk=pk), back)
        messages.success(request, "C’est enregistré.")
        return redirect(back)
    return _form_page(request, kind, form, kind.to_edit, back)


def page_of(row: Any) -> str:
    """The object's own page; empty when its list is its page."""
    if isinstance(row, Device):
        return reverse("inventory:device", args=[row.pk])
    return reverse("inventory:card", args=[row.pk]) if isinstance(row, Card) else ""


def _limits(request: Any, kind: Kind) -> dict[str, Any]:
    limits = {"practice": request.practice}
    return {**limits, "full": request.member.role != Role.IT_PROVIDER} if kind is PROVIDER else limits


def _form_page(request: HttpRequest, kind: Kind, form: Any, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "kind": kind, "back": back, "listing_url": reverse(kind.back)}
    return render(request, "inventory/form.html", context, status=422 if form.errors else 200)
