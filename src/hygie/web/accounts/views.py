"""The doors: first installation, invitation, one's own account, and what waits after a lost session. HTTP only."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from hygie.core.french import typeset
from hygie.web.accounts import codes as entry_codes
from hygie.web.accounts import flows, passkeys, passwords, resume, rules, throttle
from hygie.web.accounts.access import Action, Role
from hygie.web.accounts.errors import CodeDead
from hygie.web.accounts.forms import InvitationForm, SetupForm
from hygie.web.accounts.gates import allowed, public
from hygie.web.accounts.middleware import must_enrol
from hygie.web.accounts.models import Member, User
from hygie.web.accounts.patience import Try

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PRIVATE = sensitive_post_parameters("code", "password1", "password2")


@public("avant qu'un premier compte existe, nul ne peut entrer ; un code affiché par le serveur protège la page")
@never_cache
@PRIVATE
@require_http_methods(["GET", "HEAD", "POST"])
def installation(request: HttpRequest) -> HttpResponse:
    """The first page: the code, the practice, its holder."""
    if flows.is_set_up():
        return redirect("account_login")
    form = SetupForm(request.POST or None)
    if form.is_valid():
        holder = _installed(request, form)
        if holder is not None:
            return _enter(request, holder, form.cleaned_data["password1"], first_page())
    return render(request, "accounts/installation.html", {"form": form})


def _installed(request: HttpRequest, form: SetupForm) -> Member | None:
    now = timezone.now()
    try:
        if _code_passes(request, "setup", lambda: flows.spend_setup_code(form.cleaned_data["code"], now)):
            return flows.set_up(form.start(), now)
    except ValidationError as error:
        form.add_error("code", error)
    except CodeDead:
        form.add_error("code", _dead("Relancez Hygie : il affiche un autre code."))
    return None


def _handle(typed: str) -> str:
    """What a wrong code is counted under: its own beginning, so that strangers shut no other sheet than they type."""
    return entry_codes.read(typed, entry_codes.INVITATION_LENGTH)[: entry_codes.GROUP] or "invitation"


def _code_passes(request: HttpRequest, account: str, spend: Any) -> Any:
    """What `spend` gives, its try being counted; CodeDead when it gives nothing."""
    now = timezone.now()
    attempt = Try("code", account, get_adapter().get_client_ip(request))
    throttle.charge(attempt, now)
    found = spend()
    if not found:
        throttle.note_refusal(attempt, now)
        raise CodeDead
    throttle.refund(attempt, now)
    return found


def _dead(next_step: str) -> str:
    return typeset(f"Ce code n'ouvre rien, ou n'est plus valable. {next_step}")


def _enter(request: HttpRequest, member: Member, password: str, url: str) -> HttpResponse:
    """Log in somebody who has just chosen a password, and say by which rule it passes."""
    user = User.objects.get(pk=member.user_id)
    login(request, user, backend=BACKEND)
    UserSession.objects.create_from_request(request)
    messages.success(request, passwords.accepted(password))
    return redirect(url)


def first_page() -> str:
    """The first visit, once it exists; today otherwise."""
    for name, args in (("practice:first_run_start", ()), ("practice:first_run", (1,))):
        try:
            return str(reverse(name, args=args))
        except NoReverseMatch:
            continue
    return str(reverse("dashboard:today"))


@public("la personne invitée n'a pas encore de mot de passe ; le code de sa feuille protège la page")
@never_cache
@PRIVATE
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """The code of the sheet, then a password: the account opens."""
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        member = _accepted(request, form)
        if member is not None:
            return _after_invitation(request, member, form.cleaned_data["password1"])
    return render(request, "accounts/invitation.html", {"form": form})


def _accepted(request: HttpRequest, form: InvitationForm) -> Member | None:
    now, data = timezone.now(), form.cleaned_data
    try:
        found = _code_passes(request, _handle(data["code"]), lambda: flows.spend_invitation(data["code"], now))
        passwords.check(data["password1"], passwords.personal_of(found.member.user))
        return flows.accept_invitation(found, data["password1"], now)
    except ValidationError as error:
        form.add_error("code" if isinstance(error, throttle.TooSoon) else "password1", error)
    except CodeDead:
        form.add_error("code", _dead("Demandez-en un autre au titulaire du cabinet."))
    return None


def _after_invitation(request: HttpRequest, member: Member, password: str) -> HttpResponse:
    """Straight in; by the login page when a second factor must be given, or the first day has not come."""
    user = User.objects.select_related("member").get(pk=member.user_id)
    has_factor = Authenticator.objects.filter(user=user).exists()
    if has_factor or not user.member.may_enter(timezone.localdate()):
        messages.success(request, passwords.accepted(password))
        return redirect("account_login")
    return _enter(request, member, password, reverse("mfa_index"))


@allowed(Action.SEE_OWN_ACCOUNT)
@require_http_methods(["GET", "HEAD"])
def account(request: Any) -> HttpResponse:
    """One's own account: password, second factors, sessions."""
    factors = Authenticator.objects.filter(user=request.user).order_by("pk")
    kinds = {factor.type: factor for factor in factors}
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
    keys = [factor.wrap() for factor in factors if factor.type == Authenticator.Type.WEBAUTHN]
    role = Role(request.user.member.role)
    context = {
        "app": kinds.get(Authenticator.Type.TOTP),
        "keys": keys,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "has_factor": Authenticator.Type.TOTP in kinds or bool(keys),
        "recommended": rules.recommended(role),
        "due_on": rules.due_on(role, timezone.localdate(request.user.created_at), on_network=settings.HYGIE_TLS),
        "must_enrol": must_enrol(request),
        "why_no_key": passkeys.reason(request),
        "sessions": _sessions(request),
    }
    return render(request, "accounts/account.html", context)


def _sessions(request: Any) -> list[UserSession]:
    """The present one first."""
    sessions: list[UserSession] = UserSession.objects.purge_and_list(request.user)
    return sorted(sessions, key=lambda session: (not session.is_current(), -session.created_at.timestamp()))


@allowed(Action.SEE_OWN_ACCOUNT)
@require_POST
def close_sessions(request: HttpRequest) -> HttpResponse:
    """Close the other sessions."""
    flows.close_other_sessions(request)
    messages.success(request, typeset("Vos autres sessions sont fermées."))
    return redirect("mfa_index")


@allowed(Action.SEE_OWN_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def resumed(request: Any) -> HttpResponse:
    """« Votre texte est encore là »: seen with GET; sent again, by the person only, with POST."""
    if request.method == "POST":
        return _send_again(request)
    kept = resume.waiting(request)
    if kept is None:
        return redirect("dashboard:today")
    context = {"kept": kept, "sealed": request.session[resume.KEPT]}
    return render(request, "accounts/resume.html", context)


def _send_again(request: Any) -> HttpResponse:
    """307: the browser sends the same fields to the page they were meant for, which judges them as any others."""
    request.session.pop(resume.KEPT, None)
    kept = resume.opened(request.POST.get(resume.SEALED, ""), request.user, timezone.now(), resume.LIFE_ON_PAGE)
    if kept is None or resume.DROP in request.POST:
        messages.success(request, typeset("Le texte gardé est effacé."))
        return redirect("dashboard:today")
    return HttpResponse(status=307, headers={"Location": kept.path})
