"""The pages of the team: who is there, arrivals, departures, and what a holder may do for somebody's account."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.web.accounts import flows, rules, team
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.errors import LastHolder, NotYourself
from hygie.web.accounts.forms import ArrivalForm, PersonForm, StepForm
from hygie.web.accounts.gates import allowed, confirmed, owned
from hygie.web.accounts.models import Arrival, Departure, Member
from hygie.web.errors import Outdated
from hygie.web.journal.flows import Actor

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
MOST = 500


@allowed(Action.SEE_TEAM)
@require_http_methods(["GET", "HEAD"])
def people(request: Any) -> HttpResponse:
    """Who is there and who left, with the state of each account."""
    factors = Count("user__authenticator", filter=Q(user__authenticator__type__in=FACTORS))
    rows = Member.objects.for_practice(request.practice).select_related("user", "arrival", "departure")
    members = list(rows.annotate(factors=factors)[:MOST])
    context = {
        "may_change": can(request.member, Action.CHANGE_TEAM),
        "present": [_line(member) for member in members if member.left_on is None],
        "gone": [_line(member) for member in members if member.left_on is not None],
    }
    return render(request, "accounts/team.html", context)


def _line(member: Member) -> dict[str, Any]:
    arrival, departure = getattr(member, "arrival", None), getattr(member, "departure", None)
    return {
        "member": member,
        "account": _account_words(member),
        "factor": _factor_words(member),
        "arriving": rules.left(arrival.done) if arrival and not arrival.closed_at else 0,
        "leaving": rules.left(departure.done) if departure and not departure.closed_at else 0,
    }


def _account_words(member: Member) -> tuple[str, str]:
    """State and words of the account, as `{% state %}` takes them."""
    today = timezone.localdate()
    if member.user is None or member.left_on is not None:
        return "nc", "Sans compte" if member.left_on is None else "Accès retiré"
    if not member.user.has_usable_password():
        return "attente", "Feuille à utiliser"
    if not member.may_enter(today):
        return "nc", "Fermé ce jour"
    return "ok", "Ouvert"


def _factor_words(member: Any) -> tuple[str, str]:
    if member.user is None or member.left_on is not None:
        return "nc", "Non concerné"
    return ("ok", "Oui") if member.factors else ("afaire", "Pas encore")


@allowed(Action.CHANGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def add(request: Any) -> HttpResponse:
    """Somebody arrives."""
    form = ArrivalForm(request.POST or None)
    if form.is_valid():
        key = form.cleaned_data["creation_key"]
        member = team.add_person(Actor.of(request.member), request.practice, form.person(), key)
        return redirect("accounts:arrival", pk=member.pk)
    return render(request, "accounts/person_form.html", {"form": form, "member": None})


@allowed(Action.CHANGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def person(request: Any, pk: int) -> HttpResponse:
    """One person: what is known, and what a holder may do for their account."""
    member = owned(request, Member, Action.CHANGE_TEAM, pk=pk)
    form = PersonForm(request.POST or None, initial=_initial(member))
    if member.left_on is None and form.is_valid() and _changed(request, member, form):
        messages.success(request, typeset("La fiche est enregistrée."))
        return redirect("accounts:person", pk=pk)
    context = {
        "form": form,
        "member": member,
        "account": _account_words(member),
        "has_factor": member.user is not None and Authenticator.objects.filter(user=member.user).exists(),
        "arrival": Arrival.objects.filter(member=member, closed_at=None).first(),
        "departure": Departure.objects.filter(member=member).first(),
        "self": member.pk == request.member.pk,
    }
    return render(request, "accounts/person_form.html", context)


def _initial(member: Member) -> dict[str, Any]:
    names = ("name", "role", "phone", "starts_on", "ends_on", "version")
    return {name: getattr(member, name) for name in names}


def _changed(request: Any, member: Member, form: PersonForm) -> bool:
    """Whether the change was made; otherwise the form says why, and keeps what was typed."""
    try:
        seen = form.cleaned_data["version"] or 0
        team.change_person(Actor.of(request.member), member, form.person(), seen)
    except (LastHolder, NotYourself) as error:
        form.add_error("role", typeset(f"{error.sentence} {error.next_step}"))
        return False
    except Outdated as error:
        form.add_error(None, typeset(f"{error.sentence} {error.next_step} La fiche actuelle est dans la liste."))
        return False
    return True


@allowed(Action.CHANGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def arrival(request: Any, pk: int) -> HttpResponse:
    """The steps of an arrival, each ticked when done; it can be left and taken up again."""
    member = owned(request, Member, Action.CHANGE_TEAM, pk=pk)
    flow = Arrival.objects.filter(member=member).first()
    if flow is None:
        raise Http404
    return _steps(request, flow, "accounts:arrival", "accounts/arrival.html")


@allowed(Action.CHANGE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def departure(request: Any, pk: int) -> HttpResponse:
    """Before: what leaving does, to be confirmed. After: what is left to do, each gesture ticked."""
    member = owned(request, Member, Action.CHANGE_TEAM, pk=pk)
    flow = Departure.objects.filter(member=member).first()
    if flow is not None:
        return _steps(request, flow, "accounts:departure", "accounts/departure.html")
    problem = ""
    if request.method == "POST" and request.POST.get("confirm") == "yes":
        try:
            now = timezone.now()
            team.begin_departure(Actor.of(request.member), member, now=now, today=timezone.localdate(now))
        except (LastHolder, NotYourself) as error:
            problem = typeset(f"{error.sentence} {error.next_step}")
        else:
            messages.success(request, typeset(f"L'accès de {member.name} est retiré."))
            return redirect("accounts:departure", pk=pk)
    return render(request, "accounts/departure_confirm.html", {"member": member, "problem": problem})


def _steps(request: Any, flow: Arrival | Departure, name: str, template: str) -> HttpResponse:
    member = flow.member
    if request.method == "POST":
        form = StepForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            team.tick(Actor.of(request.member), flow, data["step"], on=data["done"], now=timezone.now())
        return redirect(name, pk=member.pk)
    steps = rules.shown(flow.done)
    current = next((step["key"] for step in steps if not step["tick"]), "")
    context = {"member": member, "steps": steps, "current": current, "left": rules.left(flow.done), "flow": flow}
    return render(request, template, context)


@allowed(Action.CHANGE_TEAM)
@require_POST
@confirmed
def sheet(request: Any, pk: int) -> HttpResponse:
    """A new code for this person, on a sheet to print: it is shown this once, and kills the former one."""
    member = owned(request, Member, Action.CHANGE_TEAM, pk=pk)
    now = timezone.now()
    try:
        code = flows.invite(Actor.of(request.member), member, now)
    except HygieError as error:
        messages.error(request, typeset(f"{error.sentence} {error.next_step}"))
        return redirect("accounts:person", pk=pk)
    address = request.build_absolute_uri("/invitation/")
    until = timezone.localtime(now + flows.INVITATION_LIFE)
    context = {"member": member, "code": code, "address": address, "until": until}
    return render(request, "accounts/sheet.html", context)


def _for_account(change: Callable[[Actor, Member], None], done: str) -> Callable[..., HttpResponse]:
    """A button of a person's page that does one thing to their account."""

    @allowed(Action.CHANGE_TEAM)
    @require_POST
    @confirmed
    def view(request: Any, pk: int) -> HttpResponse:
        member = owned(request, Member, Action.CHANGE_TEAM, pk=pk)
        try:
            change(Actor.of(request.member), member)
        except HygieError as error:
            messages.error(request, typeset(f"{error.sentence} {error.next_step}"))
        else:
            messages.success(request, typeset(done.format(member.name)))
        return redirect("accounts:person", pk=pk)

    return view


ask_password = _for_account(flows.ask_new_password, "{} choisira un nouveau mot de passe en entrant.")
forget_factors = _for_account(flows.remove_factors, "La deuxième vérification de {} est retirée.")
