"""What every text of the incident room obeys: plain French, no shouting, safe to print, nobody named."""

import re

from hygie.core.french import typeset
from hygie.core.identifiers import is_nir, is_rpps

ENGLISH = frozenset({
    "password", "passwords", "login", "logout", "firewall", "settings", "email", "user", "users", "phishing",
    "malware", "ransomware", "token", "feedback", "backup", "update", "reset", "mailbox", "log", "logs", "hacker",
    "ticket", "provider", "incident-report", "check", "clean", "scan", "hotline",
})  # fmt: skip
INITIALS = re.compile(r"\b(?:2FA|MFA|EDR|SOC|RSSI|SIEM|VPN|RDP|DPO|BEC|STAD|PSSI)\b")
TOO_POLITE = re.compile(r"\bveuillez\b|\bmerci de\b", re.IGNORECASE)


def faults(text: str, longest: int = 15) -> list[str]:
    """What is wrong with a text, in words; [] when nothing is. `longest` is the words of its longest sentence."""
    quoted_out = re.sub(r"«[^»]*»|\b[\w.-]+\.(?:fr|com|org)(?:/\w+)*", "", text)
    found = [f"mot anglais : {word}" for word in re.findall(r"[\w-]+", quoted_out.lower()) if word in ENGLISH]
    found += ["sigle" for _ in INITIALS.findall(text)]
    found += ["point d'exclamation"] * ("!" in text)
    found += ["trop poli"] * bool(TOO_POLITE.search(text))
    found += ["apostrophe courbe"] * ("’" in text)
    found += ["blanc de trop"] * (text != text.strip() or "  " in text)
    found += ["ponctuation double sans espace"] * bool(re.search(r"\w[?;»]|\w:(?!//)|«\w", text))
    found += ["se compose deux fois"] * (typeset(typeset(text)) != typeset(text))
    found += [f"phrase de {count} mots" for count in _lengths(text) if count > longest]
    found += ["numéro d'une personne" for word in re.findall(r"\d{11,15}", text) if is_nir(word) or is_rpps(word)]
    return found


def _lengths(text: str) -> list[int]:
    return [len(re.findall(r"[\w'’.-]*\w", part)) for part in re.split(r"[.?;:](?:\s|$)", text)]
