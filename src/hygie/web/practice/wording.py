"""What the practice's pages say in words: how long a visit lasts, what leaves, since when, to whom. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hygie.core.clock import PARIS
from hygie.core.french import agree, day_in_words, hour_in_words, listed, plural, typeset
from hygie.reference.outflows import Outflow

A_MINUTE = 60
SHOWN = 6
_GROUPS = {"gesture": "gesture", "never": "never"}


def whole_minutes(seconds: int) -> int:
    """Rounded, at least one."""
    return max(1, round(seconds / A_MINUTE))


def minutes_left(seconds: Iterable[int]) -> str:
    """« 2 minutes restantes »."""
    return plural(whole_minutes(sum(seconds)), "minute restante", "minutes restantes")


def outflow_rows(known: Sequence[Outflow], counts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each way out with its present state, in the order of the reference."""
    return [_row(outflow, counts.get(outflow.id, {})) for outflow in known]


def _row(outflow: Outflow, found: Mapping[str, Any]) -> dict[str, Any]:
    is_open = bool(found.get("on") or found.get("rows"))
    group = _GROUPS.get(outflow.way, "open" if is_open else "closed")
    return {
        "id": outflow.id,
        "way": outflow.way,
        "group": group,
        "open": is_open,
        "title": typeset(outflow.title),
        "what": typeset(outflow.what),
        "whom": typeset(_whom(outflow, found)),
        "since": _since(outflow, found),
        "count": len(found.get("rows", ())),
    }


def _whom(outflow: Outflow, found: Mapping[str, Any]) -> str:
    """Named when it is open, described otherwise."""
    mail = found.get("mail")
    if outflow.id == "mail" and found.get("on") and mail is not None:
        return f"{mail.recipients}, par le serveur {mail.host}."
    names = [name for name, _ in found.get("rows", ())]
    return f"{listed(names, SHOWN)}. {outflow.whom}" if names else outflow.whom


def _since(outflow: Outflow, found: Mapping[str, Any]) -> str:
    """« depuis le 3 novembre 2026, par … », or until when a link opens."""
    mail = found.get("mail")
    if found.get("on") and mail is not None and mail.enabled_at:
        sent = f" Dernier envoi {_moment(mail.last_sent_at)}." if mail.last_sent_at else " Aucun envoi jusqu’ici."
        return f"Depuis le {day_in_words(_local(mail.enabled_at))}, décidé par {mail.enabled_by}.{sent}"
    moments = [moment for _, moment in found.get("rows", ())]
    if not moments:
        return ""
    if outflow.way == "link":
        last = max(moments)
        return f"{plural(len(moments), 'lien ouvert', 'liens ouverts')}, jusqu’au {day_in_words(_local(last))}."
    return f"Depuis le {day_in_words(_local(min(moments)))}."


def _moment(moment: datetime) -> str:
    local = _local(moment)
    return f"le {day_in_words(local)}, {hour_in_words(local)}"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(PARIS)


def outflow_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """The one sentence of the page. What stays on the practice's own network does not go out."""
    out = sum(1 for row in rows if row["group"] == "open" and row["way"] == "switch")
    links = sum(1 for row in rows if row["group"] == "open" and row["way"] == "link")
    if out:
        return "Une seule chose sort du cabinet : un rappel sans détail." if not links else _with_links(links)
    if links:
        return agree(
            links,
            "Rien ne sort seul. Une sorte de lien est ouverte.",
            "Rien ne sort seul. {} sortes de liens sont ouvertes.",
        )
    return "Rien ne sort du cabinet."


def _with_links(links: int) -> str:
    return agree(
        links,
        "Un rappel sans détail sort, et une sorte de lien est ouverte.",
        "Un rappel sans détail sort, et {} sortes de liens sont ouvertes.",
    )
