"""Check-ups for the tests of the exports: one of every state, and any that Hypothesis can think of."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from hygie.checkup.answers import Answer, Answers
from hygie.checkup.run import Action, Checkup, Context, MeasureResult, SinceLast, judge
from hygie.checkup.score import Status
from hygie.core.finding import Finding, Measure, Origin, Outcome, Owner, Source, Waiver
from hygie.core.severity import Severity
from hygie.probes.collect import Facts
from hygie.reference.catalogue import catalogue

PARIS_WINTER = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 24, 7, 52, 3, 120_000, tzinfo=PARIS_WINTER)
HOSTILE = (
    '=HYPERLINK("http://evil";"clic")', "+33 1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\x00=1+1", "＝1+1",
    "<script>alert(1)</script>", "[clic](javascript:alert(1))", 'a;b"c\r\nd', "\ud800 octet perdu", "\x1b[31mrouge",
    "*gras* _a_ `b` ~c~ ^d^ \\ {{ e }} | f & g", "\u202egnihton", "é" * 3000,
    "ligne\u2028suivante", " bords ", "\ufeff=1",
)  # fmt: skip


def real_checkup(now: datetime = NOW) -> Checkup:
    """What `hygie bilan` judges when nothing could be measured, with every kind of answer."""
    shipped = catalogue()
    kinds = ("yes", "no", "not_applicable", "waiting")
    asked = [check for check in shipped.checks.values() if check.answer != "measured"]
    answers = {
        check.id: Answer(check.id, kinds[place % len(kinds)], now.date(), proof="Contrat signé" if place % 3 else "")  # type: ignore[arg-type]
        for place, check in enumerate(asked[:-4])
    }
    refused = next(check.id for check in asked if answers[check.id].answer == "no")
    waivers = {refused: Waiver("Le logiciel est remplacé en janvier.", date(2027, 1, 31))}
    context = Context(shipped, Answers(answers, waivers), "linux", now)
    return judge(Facts({}), context, host="PC-ACCUEIL", duration=3.25)


def finding(check_id: str = "access-firewall", **changes: Any) -> Finding:
    """A failed, measured finding with plain texts, some of them changed."""
    plain: dict[str, Any] = {
        "check_id": check_id, "measure": Measure(check_id.partition("-")[0]), "outcome": Outcome.FAILED,
        "origin": Origin.MEASURED, "reason": "Aucun pare-feu.", "severity": Severity.MAJOR, "owner": Owner.IT_PROVIDER,
        "title": "Le pare-feu est en marche", "summary": "Aucun pare-feu.", "why": "Tout entre.",
        "steps": ("Ouvrez les réglages.", "Activez-le."), "undo": ("Désactivez-le.",), "minutes": 20,
        "evidence": {"ports": 3, "folders": ["/srv"], "open": True, "share": 0.5, "product": "ufw"},
        "sources": (Source("ANSSI, Guide d’hygiène", "https://cyber.gouv.fr/guide", date(2026, 11, 2)),),
        "observed_at": NOW, "first_seen_at": NOW, "exception": None,
    }  # fmt: skip
    return Finding(**{**plain, **changes})


def checkup(*findings: Finding, **changes: Any) -> Checkup:
    """A check-up of one measure that holds these findings."""
    measure = MeasureResult(Measure.ACCESS, 1, "Accès au matériel", Status.TODO, "À faire.", 2.0, 6, findings)
    action = Action("access-firewall", "Activer le pare-feu", "Tout entre.", Owner.IT_PROVIDER, 20, 1.5)
    plain: dict[str, Any] = {
        "catalogue_version": "2026-11-24", "host": "PC-ACCUEIL", "system": "linux", "practice": "Cabinet secret",
        "insurer_contract": "", "phones": {}, "started_at": NOW, "duration": 3.25, "score": 33.3, "confidence": 0.5,
        "headline": "0 en ordre sur 1", "sentence": "Une seule chose est à faire.", "measures": (measure,),
        "actions": (action,), "waiting": 0, "unknown": 0,
    }  # fmt: skip
    return Checkup(**{**plain, **changes})


def hostile_checkup(text: str) -> Checkup:
    """A check-up that says `text` wherever a machine or a person chooses the words."""
    said = finding(
        reason=text, title=text, summary=text, why=text, steps=(text, text), undo=(text,),
        evidence={"product": text, "folders": [text], text: 1}, sources=(Source(text, "https://a.fr", NOW.date()),),
        exception=Waiver(text, NOW.date()),
    )  # fmt: skip
    return checkup(said, host=text, since_last=SinceLast(NOW, "2026-10-01", (text,), (), ("access-firewall",)))


_MOMENTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2090, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    timezones=st.sampled_from([UTC, PARIS_WINTER, *(timezone(timedelta(minutes=offset)) for offset in (345, -581))]),
)  # fmt: skip
_TEXTS = st.text(st.characters(exclude_categories=[]), min_size=1, max_size=40) | st.sampled_from(HOSTILE)
_VALUES = st.integers(-(2**53), 2**53) | st.floats() | st.booleans() | _TEXTS | st.lists(_TEXTS, max_size=3)


@st.composite
def any_finding(draw: st.DrawFn) -> Finding:
    """Any finding the contract allows, and evidence it does not."""
    outcome = draw(st.sampled_from(Outcome))
    known = st.sampled_from([Origin.MEASURED, Origin.DECLARED, Origin.PROVED])
    words = draw(_TEXTS)
    return finding(
        draw(st.from_regex(r"\Aaccess(-[a-z0-9]{1,9}){1,3}\Z")),
        outcome=outcome, origin=Origin.UNKNOWN if outcome is Outcome.UNKNOWN else draw(known),
        severity=draw(st.sampled_from(Severity)), owner=draw(st.sampled_from(Owner)), minutes=draw(st.integers(1, 480)),
        title=words, summary=words, reason=words, why=draw(_TEXTS), steps=(draw(_TEXTS), words),
        undo=tuple(draw(st.lists(_TEXTS, max_size=2))), sources=(),
        evidence=draw(st.dictionaries(_TEXTS | st.just("names"), _VALUES, max_size=3)),
        observed_at=draw(_MOMENTS), first_seen_at=draw(_MOMENTS),
        exception=draw(st.none() | st.builds(Waiver, _TEXTS, st.dates())),
    )  # fmt: skip


@st.composite
def any_checkup(draw: st.DrawFn) -> Checkup:
    """Any check-up of one measure."""
    findings = draw(st.lists(any_finding(), max_size=3, unique_by=lambda one: one.check_id))
    return checkup(
        *findings, host=draw(st.just("") | _TEXTS), started_at=draw(_MOMENTS), duration=draw(st.floats(0, 600))
    )
