"""Devices and cards: each view reads the request, calls one flow, and redirects."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hygie.reference.catalogue import catalogue
from hygie.reference.contacts import contacts
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed, owned
from hygie.web.dashboard.store import NotAProof
from hygie.web.edits import outdated_page
from hygie.web.errors import Outdated
from hygie.web.inventory import flows, pages, rules, selectors
from hygie.web.inventory.editing import CARD, DEVICE, add_page, edit_page, page_of
from hygie.web.inventory.forms import CardStateForm, DisposalForm, EndForm
from hygie.web.inventory.models import Card, Device
from hygie.web.journal.flows import Actor

PER_PAGE = 100
LOSS_CHECK = "cps-loss-procedure"


@allowed(Action.SEE_INVENTORY)
@require_GET
def devices(request: Any) -> HttpResponse:
    """The devices in use, then those that left."""
    now = timezone.now()
    page = Paginator(
        selectors.devices_of(request.practice).order_by(F("disposed_on").asc(nulls_first=True), "name", "pk"), PER_PAGE
    )
    page = page.get_page(request.GET.get("page"))
    rows = [pages.device_row(device, now) for device in page]
    used = [row for row in rows if row.device.disposed_on is None]
    return listing(request, "inventory/devices.html", "inventory:devices", page=page, used=used,
                 gone=[row for row in rows if row.device.disposed_on], sentence=pages.devices_sentence(used),
                 may_change=can(request.member, Action.CHANGE_INVENTORY))  # fmt: skip


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def add_device(request: Any) -> HttpResponse:
    """A new device."""
    kind = request.GET.get("sorte", "")
    return add_page(request, DEVICE, {"kind": kind} if kind in dict(Device.KINDS) else None)


@allowed(Action.SEE_INVENTORY)
@require_GET
def device(request: Any, pk: int) -> HttpResponse:
    """A device: what is known, how, and what can be done."""
    row = _device(request, pk, Action.SEE_INVENTORY)
    context = {
        "row": pages.device_row(row, timezone.now()),
        "mobile": row.kind in rules.REVIEWED,
        "review": row.reviews.first(),
        "may_change": can(request.member, Action.CHANGE_INVENTORY),
        "may_see_proof": can(request.member, Action.SEE_PROOF),
    }
    return render(request, "inventory/device.html", context)


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def edit_device(request: Any, pk: int) -> HttpResponse:
    """Correct a device."""
    return edit_page(request, DEVICE, pk)


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def dispose_device(request: Any, pk: int) -> HttpResponse:
    """A device leaves: what it becomes, whether it was wiped, and the proof."""
    row = _device(request, pk, Action.CHANGE_INVENTORY)
    form = DisposalForm(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            _dispose(request, row, form)
        except Outdated:
            return outdated_page(request, form, Device.objects.get(pk=pk), page_of(row))
        except NotAProof as refusal:
            form.add_error("proof", f"{refusal.sentence} {refusal.next_step}")
        else:
            messages.success(request, "La sortie est notée.")
            return redirect("inventory:device", pk=pk)
    context = {"form": form, "device": row}
    return render(request, "inventory/disposal.html", context, status=422 if form.errors else 200)


def _dispose(request: Any, row: Device, form: DisposalForm) -> None:
    data, proof = form.cleaned_data, form.cleaned_data["proof"]
    disposal = flows.Disposal(data["disposed_on"], data["disposal"], data["wiped"], _content(proof), data["proof_key"])
    flows.dispose_device(Actor.of(request.member), row, disposal, now=timezone.localtime(), seen=form.seen)


def _content(proof: Any) -> bytes:
    """The whole file, and never more than what is refused anyway."""
    if proof is None:
        return b""
    content: bytes = proof.read(20_000_001)
    return content


@allowed(Action.CHANGE_INVENTORY)
@require_POST
def restore_device(request: Any, pk: int) -> HttpResponse:
    """The device did not leave after all."""
    row = _device(request, pk, Action.CHANGE_INVENTORY)
    flows.restore_device(Actor.of(request.member), row, seen_version(request))
    messages.success(request, "L’appareil est de nouveau dans la liste.")
    return redirect("inventory:device", pk=pk)


@allowed(Action.SEE_CARDS)
@require_GET
def cards(request: Any) -> HttpResponse:
    """The cards in use, then the others."""
    today = timezone.localdate()
    page = Paginator(
        selectors.cards_of(request.practice).order_by(F("expires_on").asc(nulls_last=True), "pk"), PER_PAGE
    )
    page = page.get_page(request.GET.get("page"))
    rows = [pages.card_row(card, today) for card in page]
    used = [row for row in rows if row.card.state in ("held", "lost")]
    return listing(request, "inventory/cards.html", "inventory:cards", page=page, used=used,
                 gone=[row for row in rows if row not in used], sentence=pages.cards_sentence(used),
                 may_change=can(request.member, Action.CHANGE_CARDS))  # fmt: skip


@allowed(Action.CHANGE_CARDS)
@require_http_methods(["GET", "POST"])
def add_card(request: Any) -> HttpResponse:
    """A new card."""
    return add_page(request, CARD)


@allowed(Action.SEE_CARDS)
@require_GET
def card(request: Any, pk: int) -> HttpResponse:
    """A card; when it is lost, what to do now and whom to call."""
    row = owned(request, Card, Action.SEE_CARDS, pk=pk)
    known = contacts()
    context = {
        "row": pages.card_row(row, timezone.localdate()),
        "contacts": [known[name] for name in ("ans_cps", "ans_ecps", "police") if name in known],
        "check": catalogue().checks.get(LOSS_CHECK),
        "may_change": can(request.member, Action.CHANGE_CARDS),
    }
    return render(request, "inventory/card.html", context)


@allowed(Action.CHANGE_CARDS)
@require_http_methods(["GET", "POST"])
def edit_card(request: Any, pk: int) -> HttpResponse:
    """Correct a card."""
    return edit_page(request, CARD, pk)


@allowed(Action.CHANGE_CARDS)
@require_POST
def card_state(request: Any, pk: int) -> HttpResponse:
    """Lost, given back, cancelled, found."""
    row = owned(request, Card, Action.CHANGE_CARDS, pk=pk)
    form = CardStateForm(request.POST)
    if not form.is_valid():
        raise Http404
    state, today = form.cleaned_data["state"], timezone.localdate()
    flows.set_card_state(Actor.of(request.member), row, state, today=today, seen=form.cleaned_data["version"])
    messages.success(request, f"{flows.CARD_WORDS[state]}.")
    return redirect("inventory:card", pk=pk)


def _device(request: Any, pk: int, action: Action) -> Device:
    owned(request, Device, action, pk=pk)
    found: Device = selectors.devices_of(request.practice).select_related("wiping_proof").get(pk=pk)
    return found


def seen_version(request: Any) -> int:
    """The version a gesture was made on; 0, which is nobody's, when it is missing."""
    form = EndForm(request.POST)
    return form.cleaned_data["version"] if form.is_valid() else 0


def listing(request: Any, template: str, name: str, **context: Any) -> HttpResponse:
    """A page of one of the four lists."""
    may_export = can(request.member, Action.EXPORT_INVENTORY)
    context |= {"tabs": pages.tabs(request, name), "may_export": may_export}
    return render(request, template, context)
