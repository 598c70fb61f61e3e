"""The page of the practice's computers, and the three addresses that a workstation speaks to."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from hygie.fleetlink.errors import ClockOff, MessageTooLarge, Rejected, TooManyMessages
from hygie.fleetlink.messages import LARGEST_FORM, LARGEST_PACKED, Refusal, encode
from hygie.journal.errors import JournalError
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed, confirmed, owned, public
from hygie.web.inventory.models import Device
from hygie.web.journal.flows import Actor
from hygie.web.server.certificate import authority_pem, made_certificate
from hygie.web.workstations import enrol, pages, receive
from hygie.web.workstations.models import Workstation

ONE_BATCH = BoundedSemaphore(1)
"""One batch at a time: however fast a computer sends, people still write."""
MACHINE = "un ordinateur du cabinet, qui signe ce qu’il envoie"


@allowed(Action.SEE_WORKSTATIONS)
@require_GET
def computers(request: Any) -> HttpResponse:
    """Which computers speak, since when they are silent, and whose clock is wrong."""
    devices = Device.objects.for_practice(request.practice).filter(disposed_on=None, kind__in=pages.MEASURED)
    rows = devices.select_related("workstation").order_by("name")
    context = {
        "lines": [pages.line(device, timezone.localtime()) for device in rows],
        "may_change": can(request.member, Action.CHANGE_WORKSTATIONS),
        "open_to_others": settings.HYGIE_TLS,
    }
    return render(request, "workstations/list.html", context)


@allowed(Action.SEE_WORKSTATIONS)
@require_GET
def authority(request: Any) -> HttpResponse:
    """The authority to install on the practice's other computers and telephones; it holds no secret."""
    del request
    made = made_certificate(settings.HYGIE_FOLDER)
    if made is None or not settings.HYGIE_TLS:
        raise Http404
    response = HttpResponse(authority_pem(made), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="hygie-autorite.pem"'
    return response


@allowed(Action.CHANGE_WORKSTATIONS)
@require_POST
@confirmed
def new_code(request: Any) -> HttpResponse:
    """A code, shown once on this page."""
    code = enrol.new_join_code(Actor.of(request.member), request.practice, now=timezone.localtime())
    address = request.build_absolute_uri("/").rstrip("/")
    context = {"code": code, "address": address, "open_to_others": settings.HYGIE_TLS}
    return render(request, "workstations/code.html", context)


@allowed(Action.CHANGE_WORKSTATIONS)
@require_POST
def revoke(request: Any, pk: Any) -> HttpResponse:
    """Cut a computer off."""
    workstation = owned(request, Workstation, Action.CHANGE_WORKSTATIONS, pk=pk)
    if workstation.revoked_at is not None:
        raise Http404
    enrol.revoke(Actor.of(request.member), workstation, now=timezone.localtime())
    messages.success(request, "Cet ordinateur n’est plus relié. Ses anciens bilans restent.")
    return redirect("workstations:list")


@csrf_exempt
@public(MACHINE)
@require_POST
def hello(request: Any) -> HttpResponse:
    """The server proves that it knows the code."""
    return _answered(lambda: enrol.hello(_body(request, LARGEST_FORM), now=timezone.now()))


@csrf_exempt
@public(MACHINE)
@require_POST
def join(request: Any) -> HttpResponse:
    """The workstation proves it in turn, and gives its key."""
    return _answered(lambda: enrol.enrol(_body(request, LARGEST_FORM), now=timezone.now()))


@csrf_exempt
@public(MACHINE)
@require_POST
def batch(request: Any) -> HttpResponse:
    """A signed batch."""
    if not ONE_BATCH.acquire(blocking=False):
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    try:
        return _answered(lambda: receive.receive(request.headers, _body(request, LARGEST_PACKED), now=timezone.now()))
    finally:
        ONE_BATCH.release()


def _body(request: Any, limit: int) -> bytes:
    length = str(request.META.get("CONTENT_LENGTH") or 0)
    if not length.isdigit() or int(length) > limit:
        raise MessageTooLarge
    return bytes(request.body)


def _answered(act: Callable[[], Any]) -> HttpResponse:
    """The document, or the refusal in the same form; nothing received is repeated."""
    try:
        return HttpResponse(encode(act()), content_type="application/json")
    except (JournalError, OperationalError):
        return HttpResponse(status=503, headers={"Retry-After": "60"})
    except Rejected as refused:
        now = timezone.now() if isinstance(refused, ClockOff) else None
        told = Refusal(refused.code, refused.sentence, now)
        headers = {"Retry-After": "60"} if isinstance(refused, TooManyMessages) else {}
        return HttpResponse(encode(told), content_type="application/json", status=refused.status, headers=headers)
