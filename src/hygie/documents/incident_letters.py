"""What leaves the practice by post: messages to providers, the note for the team, letters and notices for patients.

A letter says what kind of data is touched and what to do about it, worst first. Merged letters bear the names that the
caller gives; nothing is stored. They are refused while they would leave a blank that no hand will fill.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hygie.core.errors import Refused
from hygie.core.french import listed, plural
from hygie.documents import paper_words as say
from hygie.documents.paper import (
    Addresses,
    Block,
    Bullets,
    Field,
    Fields,
    Heading,
    Paper,
    Paragraph,
    Signature,
    Steps,
    Table,
    Tick,
)
from hygie.documents.paper_pdf import paper_pdf, papers_pdf
from hygie.incident.dossier import Dossier
from hygie.reference.playbooks import steps_of

LIST_A_FILE: Final = 5_000
LETTERS_A_FILE: Final = 500
NAMED: Final = "Lettre nominative, imprimée au cabinet. Hygie ne la garde pas."
NAMED_LIST: Final = "Liste nominative : à détruire après l’envoi. Hygie ne la garde pas."


class LettersNotReady(Refused):
    """A letter would leave blanks that nobody will fill by hand. `missing` are ends of « dites… »."""

    code = "letters_not_ready"

    def __init__(self, missing: Sequence[str]) -> None:
        """Name what is missing."""
        self.missing = tuple(missing)
        super().__init__(
            f"Les lettres ne sont pas prêtes. Il manque : {' ; '.join(missing)}.",
            "Complétez l’incident et la fiche du cabinet, puis faites les lettres.",
        )


class TooManyLetters(Refused):
    """More letters than one file can hold."""

    code = "too_many_letters"

    def __init__(self, most: int) -> None:
        """Say how many fit."""
        super().__init__(f"Un fichier tient {most} lettres au plus.", f"Faites les lettres par paquets de {most}.")


def host(dossier: Dossier) -> Paper:
    """To the host: keep logs, block, say what was touched."""
    return _message(dossier, "host", "host")


def isp(dossier: Dossier) -> Paper:
    """To the internet provider."""
    return _message(dossier, "isp", "isp")


def software(dossier: Dossier) -> Paper:
    """To the software vendor: the written notice of article 33(2) when the leak is at its place, else keep logs."""
    return _message(dossier, "software" if say.playbook_of(dossier).provider else "software_account", "software")


def _message(dossier: Dossier, name: str, role: str) -> Paper:
    words, who = say.text_of(name), say.party(dossier, role)
    known = say.when(dossier.state.known_at)
    facts = {
        "known": f"le {known}" if known else "", "logs_from": say.BLANK, "contract": who.contract if who else "",
    }  # fmt: skip
    return _letter(dossier, role, words, (
        addressed(dossier, role),
        *(Paragraph(say.filled(sentence, facts)) for sentence in words.opening),
        Paragraph(words.asks_title, strong=True),
        Bullets(tuple(say.filled(ask, facts) for ask in words.asks)),
        Paragraph(f"Notre référence : incident {dossier.reference}.{_answer_to(dossier)}"),
        *(Paragraph(say.filled(sentence, facts)) for sentence in words.closing),
        Signature(dossier.identity.holder or "Nom et signature", dated=False),
    ))  # fmt: skip


def _answer_to(dossier: Dossier) -> str:
    phone = dossier.identity.phone
    return f" Pour nous joindre : {phone}." if phone else ""


def _letter(dossier: Dossier, name: str, words: say.Text, blocks: tuple[Block, ...], *, large: bool = False) -> Paper:
    return Paper(
        name, words.title, words.kind, dossier.made_at, blocks, dossier.reference, dossier.identity.name,
        exercise=dossier.exercise, large=large,
    )  # fmt: skip


def addressed(dossier: Dossier, role: str, name: str = "") -> Addresses:
    """The head of a letter to the party of that role; four lines to fill when the practice named none."""
    who = say.party(dossier, role)
    recipient = (name or who.name, who.email) if who else (name,) if name else ()
    return Addresses(say.address(dossier), recipient, say.place_and_day(dossier))


def team(dossier: Dossier) -> Paper:
    """The note to read to everybody at the practice; computers are spoken of when they are stopped."""
    words = say.text_of("team")
    known = say.when(dossier.state.known_at)
    playbook = say.playbook_of(dossier)
    return _letter(dossier, "team", words, (
        *(Paragraph(say.filled(sentence, {"known": f"le {known}" if known else ""})) for sentence in words.opening),
        Paragraph(f"Ce dont il s’agit : {playbook.title}.", strong=True),
        Heading(words.asks_title),
        Bullets(words.asks if playbook.isolate else words.asks[1:]),
        Heading("Ne pas"),
        Bullets(playbook.never),
        Heading("Ce que l’on dit"),
        *(Paragraph(sentence) for sentence in (words.closing if playbook.isolate else words.closing[1:])),
        Heading("Qui mène l’incident"),
        Fields((
            Field("Personne à qui tout dire", dossier.identity.contact or dossier.identity.holder),
            Field("Téléphone qui marche", dossier.identity.phone),
        )),
    ))  # fmt: skip


def patients_letter(dossier: Dossier) -> Paper:
    """The letter to patients without a recipient: a model, to be completed when something is not yet known."""
    return _patient_letter(dossier, ())


def _patient_letter(dossier: Dossier, recipient: tuple[str, ...], foot: str = "") -> Paper:
    words = say.text_of("patients_letter")
    paper = _letter(dossier, "patients_letter", words, (
        Addresses(say.address(dossier), recipient, say.place_and_day(dossier)),
        *(Paragraph(say.filled(sentence, _aware(dossier))) for sentence in words.opening),
        *_told(dossier),
        Paragraph("Ce que nous vous conseillons", strong=True),
        Bullets(advice(dossier)),
        *(Paragraph(sentence) for sentence in words.closing),
        Paragraph(_contact(dossier)),
        Signature(dossier.identity.holder or "Nom et signature", dated=False),
    ))  # fmt: skip
    if not foot:
        return paper
    return Paper(
        paper.id, paper.title, paper.kind, paper.made_at, paper.blocks, paper.reference, paper.practice,
        foot=foot, exercise=paper.exercise,
    )  # fmt: skip


def _aware(dossier: Dossier) -> dict[str, str]:
    aware = say.day(dossier.state.aware_at)
    return {"aware": f"le {aware}" if aware else ""}


def risks(dossier: Dossier) -> tuple[say.Risk, ...]:
    """What the letter must speak of, worst first; empty while the categories of data are not known."""
    held = set(say.chosen(dossier.state.breach.get("data_category")))
    return tuple(one for one in say.words().risk if held.intersection(one.categories))


def _told(dossier: Dossier) -> tuple[Block, ...]:
    """Nature, data, consequences and measures (article 34, paragraph 2)."""
    known = risks(dossier)
    natures = say.chosen(dossier.state.breach.get("nature"))
    happened = " ".join(one.sentence for one in say.words().nature if one.id in natures)
    data = f"Il s’agit de : {listed([one.says for one in known], len(known))}." if known else ""
    may = " ".join(one.risk for one in known)
    done = " ".join(measures(dossier))
    asked = (("Ce qui s’est passé", happened), ("Les données", data), ("Ce qui peut arriver", may),
             ("Ce que nous avons fait", done))  # fmt: skip
    return tuple(block for title, text in asked for block in _said_or_blank(title, text))


def _said_or_blank(title: str, text: str) -> tuple[Block, ...]:
    if text:
        return (Paragraph(text, lead=f"{title}."),)
    return (Fields((Field(title, "", "À compléter à la main.", 2),)),)


def measures(dossier: Dossier) -> tuple[str, ...]:
    """What was done, in a patient's words: only what the incident says is done."""
    state = dossier.state
    names = {step.id for step in steps_of(state.playbook)}
    done = {name for name, answer in state.steps.items() if name in names and answer.reply.value == "fait"}
    return tuple(one.sentence for one in say.words().measure if one.step in done)


def advice(dossier: Dossier) -> tuple[str, ...]:
    """What to do, by kind of data, then what is true for all."""
    return (*(one.do for one in risks(dossier)), *say.items_of("advice"))


def _contact(dossier: Dossier) -> str:
    who = dossier.identity
    name, phone, email = who.contact or who.holder or say.BLANK, who.phone or say.BLANK, who.email
    return f"Pour vos questions : {name}, {phone}{f', {email}' if email else ''}."


def patients_notice(dossier: Dossier) -> Paper:
    """The public communication of article 34(3)(c), for a web site or the press."""
    words = say.text_of("patients_notice")
    return _letter(dossier, "patients_notice", words, (
        *(Paragraph(say.filled(sentence, _aware(dossier))) for sentence in words.opening),
        *_told(dossier),
        Heading("Ce que nous vous conseillons"),
        Bullets(advice(dossier)),
        *(Paragraph(sentence) for sentence in words.closing),
        Paragraph(_contact(dossier)),
    ))  # fmt: skip


def poster(dossier: Dossier) -> Paper:
    """The poster for the waiting room, read from afar."""
    words = say.text_of("poster")
    return _letter(dossier, "poster", words, (
        *(Paragraph(say.filled(sentence, _aware(dossier))) for sentence in words.opening),
        Heading(words.asks_title),
        Bullets(words.asks),
        *(Paragraph(sentence) for sentence in words.closing),
        Paragraph(_contact(dossier), strong=True),
    ), large=True)  # fmt: skip


def patients_run(dossier: Dossier, count: int | None = None) -> Paper:
    """What to do with the letters, from printing to proof; `count` letters when they were made."""
    titled = [item.partition(" | ") for item in say.items_of("patients_run")]
    return Paper(
        "patients_run", "Envoyer les lettres aux patients", "Liste à suivre", dossier.made_at, (
            Paragraph(f"{plural(count, 'lettre', 'lettres')} à envoyer." if count else "Une lettre par personne."),
            Steps(tuple(Tick(title.rstrip(" |"), note) for title, _, note in titled)),
            Heading("La preuve"),
            Fields((
                Field("Lettres imprimées", say.number(count)),
                Field("Envoyées le"), Field("Moyen"), Field("Nombre envoyé"), Field("Nombre revenu"),
                Field("Fait par"),
            )),
        ), dossier.reference, dossier.identity.name, dossier.fingerprint, exercise=dossier.exercise,
    )  # fmt: skip


def letters(dossier: Dossier, rows: Sequence[Mapping[str, str]]) -> bytes:
    """One PDF, a letter for each recipient in order (rows of `recipients.read_recipients`). Nothing is stored.

    LettersNotReady names what is missing; TooManyLetters beyond LETTERS_A_FILE: `parts` cuts the list.
    """
    if missing := lacking(dossier):
        raise LettersNotReady(missing)
    if not rows:
        raise LettersNotReady(["la liste des personnes"])
    if len(rows) > LETTERS_A_FILE:
        raise TooManyLetters(LETTERS_A_FILE)
    made = [_patient_letter(dossier, recipient(row), NAMED) for row in rows]
    return papers_pdf(made, say.text_of("patients_letter").title)


def parts(rows: Sequence[Mapping[str, str]]) -> list[Sequence[Mapping[str, str]]]:
    """The recipients in lists that each make one file of letters, in order."""
    return [rows[at : at + LETTERS_A_FILE] for at in range(0, len(rows), LETTERS_A_FILE)]


def lacking(dossier: Dossier) -> tuple[str, ...]:
    """What a letter still needs, in words; empty when it can be printed."""
    needed = (
        ("le jour où la fuite a été connue", dossier.state.aware_at),
        ("les catégories de données touchées", risks(dossier)),
        ("la nature de la fuite", say.labels(dossier, "nature")),
        ("une mesure prise", measures(dossier)),
        ("le téléphone du cabinet", dossier.identity.phone),
        ("le nom du titulaire", dossier.identity.holder),
        ("la ville du cabinet", dossier.identity.city),
    )
    return tuple(words for words, found in needed if not found)


def recipient(row: Mapping[str, str]) -> tuple[str, ...]:
    """A recipient's lines of address."""
    name = " ".join(filter(None, (row.get("title", ""), row.get("first_name", ""), row.get("last_name", ""))))
    town = f"{row.get('postcode', '')} {row.get('city', '')}".strip()
    return tuple(filter(None, (name, row.get("address", ""), row.get("address_2", ""), town)))


def letters_list(dossier: Dossier, rows: Sequence[Mapping[str, str]], *, first: int = 1) -> bytes:
    """The list of the recipients in the order of the letters, to tick while posting. Nothing is stored.

    `first` is the number of the first letter. TooManyLetters beyond LIST_A_FILE.
    """
    if not rows:
        raise LettersNotReady(["la liste des personnes"])
    if len(rows) > LIST_A_FILE:
        raise TooManyLetters(LIST_A_FILE)
    tables = tuple(_listed(part, first + rank * LETTERS_A_FILE) for rank, part in enumerate(parts(rows)))
    paper = Paper(
        "letters_list", "Personnes à prévenir", "Liste nominative, dans l’ordre des lettres", dossier.made_at,
        (Paragraph(f"{plural(len(rows), 'lettre', 'lettres')}."), *tables), dossier.reference, dossier.identity.name,
        foot=NAMED_LIST, exercise=dossier.exercise,
    )  # fmt: skip
    return paper_pdf(paper)


def _listed(rows: Sequence[Mapping[str, str]], first: int) -> Table:
    lines = tuple((str(first + rank), ", ".join(recipient(row)), "") for rank, row in enumerate(rows))
    return Table(("N°", "Personne", "Envoyée le"), lines, (8, 70, 22))
