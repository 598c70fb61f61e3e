"""The check-up as a table that a French spreadsheet opens: one row a finding, semicolons, UTF-8 with its mark.

A cell that a spreadsheet would run as a formula begins with an apostrophe, which shows it as text.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable

from hygie.checkup.compare import WORDS
from hygie.checkup.run import Checkup
from hygie.core.finding import Owner
from hygie.documents.checkup_json import WireException, WireFinding, WireMeasure, WireSource, as_wire
from hygie.documents.words import ORIGIN_WORDS

BYTE_ORDER_MARK = "\ufeff"
OWNERS = {
    Owner.DOCTOR: "médecin",
    Owner.SECRETARY: "secrétariat",
    Owner.IT_PROVIDER: "prestataire informatique",
    Owner.HOST: "hébergeur ou éditeur",
    Owner.INSURER: "assureur",
}
_BETWEEN = " | "
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")

Cell = str | int
_COLUMNS: dict[str, Callable[[WireMeasure, WireFinding], Cell]] = {
    "mesure": lambda measure, _: measure.title,
    "identifiant": lambda _, finding: finding.check_id,
    "titre": lambda _, finding: finding.title,
    "état": lambda _, finding: WORDS[finding.outcome],
    "connu par": lambda _, finding: ORIGIN_WORDS[finding.origin],
    "gravité": lambda _, finding: int(finding.severity),
    "responsable": lambda _, finding: OWNERS[finding.owner],
    "minutes": lambda _, finding: finding.minutes,
    "constat": lambda _, finding: finding.summary,
    "pourquoi": lambda _, finding: finding.why,
    "étapes": lambda _, finding: _numbered(finding.steps),
    "retour en arrière": lambda _, finding: _BETWEEN.join(finding.undo),
    "sources": lambda _, finding: _BETWEEN.join(_source(source) for source in finding.sources),
    "observé le": lambda _, finding: finding.observed_at.isoformat(timespec="seconds"),
    "vu depuis le": lambda _, finding: finding.first_seen_at.isoformat(timespec="seconds"),
    "exception": lambda _, finding: _exception(finding.exception),
}


def render_csv(checkup: Checkup) -> str:
    """The table, its lines ended by CR LF: write it as UTF-8 bytes, so that no system changes them again."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";", lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows(
        [_harmless(cell(measure, finding)) for cell in _COLUMNS.values()]
        for measure in as_wire(checkup).measures
        for finding in measure.findings
    )
    return BYTE_ORDER_MARK + table.getvalue()


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, int):
        return cell
    text = _UNPRINTABLE.sub("", cell)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _numbered(steps: Iterable[str]) -> str:
    return _BETWEEN.join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _source(source: WireSource) -> str:
    return f"{source.title} {source.url} {source.read_on.isoformat()}"


def _exception(exception: WireException | None) -> str:
    return f"jusqu’au {exception.until.isoformat()} : {exception.reason}" if exception else ""
