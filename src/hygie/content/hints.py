"""What the name or the first bytes of a file suggest: passwords, a card's code, patients.

Names are judged without accents, in French and in English; a hint is a reason to look, never a proof.
"""

import re
import unicodedata
from enum import StrEnum


class Hint(StrEnum):
    """What a file may hold."""

    PASSWORDS = "passwords"
    CARD_PIN = "card_pin"
    PATIENTS = "patients"


HEAD_BYTES = 512
_UNSEEN = ("Mn", "Mc", "Me", "Cf")
_DOCUMENTS = r"(?:txt|rtf|docx?|odt|xlsx?|ods|csv|tsv|pdf|md|json|xml|html?|zip|7z|jpe?g|png|heic|one|pages|numbers)"
_WORD_EDGE = r"(?:^|[\s_\-.,()\[\]&+]|\d)"
_PASSWORDS = re.compile(
    rf"{_WORD_EDGE}(?:mots?[\s_\-]*de[\s_\-]*passes?|mdp|passwords?|passwd|motdepasses?|identifiants?|logins?|codes?[\s_\-]+(?:d['’_\s]?|du[\s_\-]+)?(?:acces|wi-?fi))"
    rf"{_WORD_EDGE}"
)
_CARD_PIN = re.compile(
    rf"{_WORD_EDGE}(?:code|pin|codepin)[\s_\-]*(?:pin[\s_\-]*)?(?:de[\s_\-]*)?(?:la[\s_\-]*)?(?:carte[\s_\-]*)?(?:e-?cps|cps|cpe){_WORD_EDGE}"
    rf"|{_WORD_EDGE}(?:e-?cps|cps|cpe)[\s_\-]*(?:code|pin){_WORD_EDGE}"
)
_PATIENTS = re.compile(
    rf"{_WORD_EDGE}(?:liste[\s_\-]*(?:des[\s_\-]*)?patients?|patients|fichier[\s_\-]*patients?|dossiers?[\s_\-]*(?:patients?|medica(?:l|ux))"
    r"|compte[\s_\-]*rendus?|ordonnances?|courriers?[\s_\-]*medica(?:l|ux)|resultats?[\s_\-]*(?:labo|biologie|analyses?)"
    rf"|certificats?[\s_\-]*medica(?:l|ux)|arrets?[\s_\-]*de[\s_\-]*travail|lettres?[\s_\-]*de[\s_\-]*liaison){_WORD_EDGE}"
)
_SUFFIX = re.compile(rf"\.{_DOCUMENTS}$")
_PATIENT_SUFFIX = re.compile(r"\.(?:dcm|dicom|hl7|hprim?|hpr|fse)$")
_SUBJECTS_THAT_TEACH = re.compile(
    r"(?<![a-z])(?:politique|charte|modele|formation|notice|guide|conseil|exemple|vierge|procedure)s?(?![a-z])"
    r"|(?<![a-z])manuel[\s_\-]*(?:d(?:e|u|es|['’])(?![a-z])|d['’]|utilis|qualite)"
)
_SIGNATURES = (b"MSH|^~\\&", b"H|~^\\&", b"H|^~\\&")


def plain(name: str) -> str:
    """The name in lower case, without accents or characters that do not show, as both hints and people compare it."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(character for character in decomposed if unicodedata.category(character) not in _UNSEEN).casefold()


def hint_of_name(name: str) -> Hint | None:
    """What a file name suggests; documents and images only, and never a model, a charter or a guide."""
    text = plain(name)
    if _PATIENT_SUFFIX.search(text):
        return Hint.PATIENTS
    suffix = _SUFFIX.search(text)
    if suffix is None or _SUBJECTS_THAT_TEACH.search(text):
        return None
    stem = text[: suffix.start()] + " "
    if _CARD_PIN.search(stem):
        return Hint.CARD_PIN
    if _PASSWORDS.search(stem):
        return Hint.PASSWORDS
    return Hint.PATIENTS if _PATIENTS.search(stem) else None


def hint_of_head(head: bytes) -> Hint | None:
    """What the first `HEAD_BYTES` bytes suggest: DICOM, HL7 v2, H'PRIM or a CDA document."""
    if head[128:132] == b"DICM" or head.lstrip(b"\xef\xbb\xbf\x0b \r\n").startswith(_SIGNATURES):
        return Hint.PATIENTS
    return Hint.PATIENTS if b"urn:hl7-org:v3" in head and b"ClinicalDocument" in head else None
