"""The six questions of a phone or a tablet: the square code that opens them, and their page without an account."""

from contextlib import suppress
from typing import Any

import qrcode
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed, owned, public
from hygie.web.errors import Outdated
from hygie.web.inventory import flows, rules
from hygie.web.inventory.models import Device, DeviceLink
from hygie.web.inventory.phone_forms import PhoneForm
from hygie.web.journal.flows import Actor

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@allowed(Action.CHANGE_INVENTORY)
@require_POST
def open_link(request: Any, pk: int) -> HttpResponse:
    """Make the address of this device; the earlier one dies."""
    device = _mobile(request, pk)
    request.session[_key(device)] = flows.open_link(Actor.of(request.member), device, now=timezone.now())
    return redirect("inventory:link", pk=pk)


@allowed(Action.CHANGE_INVENTORY)
@require_GET
def link(request: Any, pk: int) -> HttpResponse:
    """The square code, shown to the session that made it while it lasts."""
    device = _mobile(request, pk)
    token = request.session.get(_key(device), "")
    row = device.links.filter(digest=flows.digest(token), used_at=None, expires_at__gt=timezone.now()).first()
    if not token or row is None:
        return redirect("inventory:device", pk=pk)
    address = request.build_absolute_uri(f"/telephone/{token}/")
    context = {"device": device, "address": address, "until": row.expires_at, "code": square_code(address)}
    context["unreachable"] = request.get_host().rpartition(":")[0] in LOOPBACK or request.get_host() in LOOPBACK
    return render(request, "inventory/link.html", context)


@allowed(Action.CHANGE_INVENTORY)
@require_http_methods(["GET", "POST"])
def review(request: Any, pk: int) -> HttpResponse:
    """The same questions, answered from the computer with the phone in hand."""
    device = _mobile(request, pk)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, now = request.member.name, timezone.now()
        flows.review_device(Actor.of(request.member), device, form.answers(), name=name, now=now)
        messages.success(request, "Les réponses sont notées. Hygie les redemandera dans un an.")
        return redirect("inventory:device", pk=pk)
    context = {"form": form, "device": device, "asked": form.asked(), "system": _system(request)}
    return render(request, "inventory/review.html", context, status=422 if form.errors else 200)


@public("le détenteur d’un téléphone répond à six questions par un lien à usage unique")
@require_http_methods(["GET", "POST"])
def answer(request: Any, token: str) -> HttpResponse:
    """The page behind a link: six questions about one device; nothing else of the practice is shown."""
    found = DeviceLink.objects.filter(digest=flows.digest(token)).select_related("device", "practice").first()
    if found is None or found.expires_at <= timezone.now() or found.device.disposed_on:
        return _private(render(request, "inventory/phone_over.html", status=404))
    if found.used_at is not None:
        return _private(render(request, "inventory/phone_done.html", {"link": found}))
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _private(_answered(request, found, form))
    context = {"form": form, "device": found.device, "practice": found.practice, "asked": form.asked()}
    context["system"] = _system(request)
    return _private(render(request, "inventory/phone.html", context, status=422 if form.errors else 200))


def _answered(request: Any, found: DeviceLink, form: PhoneForm) -> HttpResponse:
    with suppress(Outdated):  # answered by the first of two clicks: the page that follows says when
        flows.answer_from_link(found, form.answers(), name=form.cleaned_data["name"], now=timezone.now())
    return redirect(request.path)


def _private(response: HttpResponse) -> HttpResponse:
    """The secret of the address stays here: no proxy keeps the page, no other site is told where it came from.

    « no-referrer » would make browsers send « Origin: null » with the form, which is then refused as forged.
    """
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def square_code(text: str) -> dict[str, Any]:
    """A QR code as one SVG path: its side in squares, border included, and its drawing."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    matrix = code.get_matrix()
    cells = ((x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return {"side": len(matrix), "path": "".join(f"M{x} {y}h1v1h-1z" for x, y in cells)}


def _mobile(request: Any, pk: int) -> Device:
    device: Device = owned(request, Device, Action.CHANGE_INVENTORY, pk=pk)
    if device.kind not in rules.REVIEWED or device.disposed_on:
        raise Http404
    return device


def _key(device: Device) -> str:
    return f"device-{device.pk}"


def _system(request: Any) -> str:
    """« ios » or « android » as the browser says, to open the right gestures first; empty when it does not say."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    if any(word in agent for word in ("iPhone", "iPad")):
        return "ios"
    return "android" if "Android" in agent else ""
