"""What every page shows around its content: the practice, the person, the menu limited to what this person may open."""

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from hygie.core.errors import HygieError
from hygie.web.accounts.access import Action, can

MENU = (
    ("", (
        ("dashboard:today", "accueil", "Aujourd’hui", Action.SEE_TODAY),
        ("dashboard:measures", "mesure", "Les sept mesures", Action.SEE_MEASURE),
        ("practice:documents", "doc", "Documents", Action.SEE_DOCUMENTS),
        ("incidents:list", "horloge", "Incidents", Action.SEE_INCIDENT),
        ("incidents:register", "balance", "Registre des fuites", Action.SEE_BREACHES),
        ("incidents:care_kit", "imprimer", "Continuer à soigner", Action.SEE_CARE_KIT),
        ("practice:reminders", "agenda", "Rappels", Action.SEE_REMINDERS),
    )),
    ("Le cabinet", (
        ("inventory:devices", "ecran", "Matériel et cartes", Action.SEE_INVENTORY),
        ("workstations:list", "disque", "Les ordinateurs reliés", Action.SEE_WORKSTATIONS),
        ("accounts:team", "equipe", "L’équipe et les accès", Action.SEE_TEAM),
        ("incidents:identity", "personne", "Fiche du déclarant", Action.CHANGE_IDENTITY),
        ("practice:sharing", "oeil", "Ce qui sort du cabinet", Action.SEE_SHARING),
        ("journal:entries", "registre", "Journal", Action.SEE_JOURNAL),
        ("practice:settings", "cadenas", "Réglages du cabinet", Action.SEE_PRACTICE),
    )),
)  # fmt: skip
SHORT = {"dashboard:measures": "Mesures", "inventory:devices": "Matériel"}
MOBILE = ("dashboard:today", "dashboard:measures", "inventory:devices")


def page(request: HttpRequest) -> dict[str, Any]:
    """For `ui/_base.html`. A stranger gets neither menu nor name."""
    member = getattr(request, "member", None)
    if member is None:
        return {"practice_name": "", "person": None, "menu": [], "mobile_menu": [], "demo": False, "exercise": False}
    menu = [section for title, items in MENU if (section := _section(request, member, title, items))["items"]]
    shown = {item["name"]: item for section in menu for item in section["items"]}
    return {
        "practice_name": request.practice.name,
        "person": {"name": member.name, "role": member.get_role_display(), "initials": member.initials},
        "menu": menu,
        "mobile_menu": [shown[name] for name in MOBILE if name in shown],
        "demo": request.practice.demo,
        "exercise": False,
        "notices": SimpleLazyObject(lambda: _notices(request, member)),
    }


def _notices(request: HttpRequest, member: Any) -> list[Any]:
    """What every page says of an open incident; a page opens even when it cannot be read."""
    if not can(member, Action.SEE_INCIDENT) or request.path == reverse("practice:emergency"):
        return []  # the emergency page resumes incidents itself
    from hygie.web.incidents.pages import notices

    try:
        return list(notices(request.practice, timezone.localtime()))
    except (DatabaseError, HygieError):
        return []


def _section(request: HttpRequest, member: Any, title: str, items: Any) -> dict[str, Any]:
    links = []
    for name, icon, label, action in items:
        if can(member, action) and (url := _url(name)):
            current = request.path == url or (url != "/" and request.path.startswith(url))
            short = SHORT.get(name, label)
            links.append({"name": name, "url": url, "icon": icon, "label": label, "short": short, "current": current})
    return {"title": title, "items": links}


def _url(name: str) -> str:
    try:
        return str(reverse(name))
    except NoReverseMatch:
        return ""
