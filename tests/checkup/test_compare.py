"""Two check-ups side by side: what got better or worse, in five sentences at most."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hygie.checkup.compare import (
    MAX_SENTENCES,
    EarlierCheckup,
    EarlierFinding,
    EarlierMeasure,
    compare,
    read_earlier,
)
from hygie.checkup.errors import UnreadableCheckup
from hygie.checkup.run import Checkup, SinceLast
from hygie.core.finding import Outcome
from hygie.core.french import NO_BREAK
from hygie.documents.checkup_json import render_json
from hygie.probes import facts as f
from tests.checkup.build import NOW, answers, checkup, facts, of

BEFORE = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
FIREWALL_OFF = f.Firewall(active=False, mechanism="aucun")


def as_earlier(result: Checkup, at: datetime = BEFORE) -> EarlierCheckup:
    measures = tuple(
        EarlierMeasure(measure.id, tuple(EarlierFinding(g.check_id, g.outcome, g.title, at) for g in measure.findings))
        for measure in result.measures
    )
    return EarlierCheckup("hygie.checkup/1", "2026-10-01", at, measures)


def since(now: Checkup, before: Checkup) -> SinceLast:
    told = compare(now, as_earlier(before)).since_last
    assert told is not None
    return told


def plain(sentence: str) -> str:
    return sentence.replace(NO_BREAK, " ")


def test_nothing_changed_is_said_with_the_day() -> None:
    told = since(checkup(), checkup())
    assert told.sentences == ("Rien n’a changé depuis le 1er octobre 2026.",)
    assert (told.better, told.worse) == ((), ())
    assert (told.previous_at, told.previous_catalogue) == (BEFORE, "2026-10-01")


def test_what_got_worse_is_said_with_both_states() -> None:
    told = since(checkup(facts(FIREWALL_OFF)), checkup())
    assert told.worse == ("access-firewall",)
    assert [plain(sentence) for sentence in told.sentences] == [
        "Le pare-feu de l’ordinateur est actif : « en ordre » avant, « à faire » maintenant."
    ]


def test_what_got_better_is_said_with_both_states() -> None:
    told = since(checkup(), checkup(facts(FIREWALL_OFF)))
    assert (told.better, told.worse) == (("access-firewall",), ())
    assert plain(told.sentences[0]).endswith("« à faire » avant, « en ordre » maintenant.")


@pytest.mark.parametrize("before", [outcome for outcome in Outcome if outcome is not Outcome.UNKNOWN])
def test_what_is_not_known_any_more_is_never_better(before: Outcome) -> None:
    hidden = checkup(facts().without(f.Firewall, "Personne ne peut regarder."))
    earlier = as_earlier(checkup())
    changed = tuple(replace_outcome(measure, "access-firewall", before) for measure in earlier.measures)
    told = compare(hidden, EarlierCheckup("hygie.checkup/1", "v", BEFORE, changed)).since_last
    assert told is not None
    assert (told.better, told.worse) == ((), ("access-firewall",))


def replace_outcome(measure: EarlierMeasure, check_id: str, outcome: Outcome) -> EarlierMeasure:
    findings = tuple(
        EarlierFinding(g.check_id, outcome if g.check_id == check_id else g.outcome, g.title, g.first_seen_at)
        for g in measure.findings
    )
    return EarlierMeasure(measure.id, findings)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ("no", "waiting", "better"),
        ("unknown", "waiting", "better"),
        ("waiting", "yes", "better"),
        ("unknown", "yes", "better"),
        ("no", "not_applicable", "better"),
        ("yes", "waiting", "worse"),
        ("waiting", "no", "worse"),
        ("unknown", "no", "worse"),
        ("not_applicable", "no", "worse"),
        ("yes", "not_applicable", "neither"),
        ("not_applicable", "yes", "neither"),
        ("no", "no", "neither"),
    ],
)
def test_each_change_of_answer_is_better_worse_or_neither(before: str, now: str, said: str) -> None:
    told = since(checkup(told=answers({"cps-personal": now})), checkup(told=answers({"cps-personal": before})))
    named = ("cps-personal",)
    assert told.better == (named if said == "better" else ())
    assert told.worse == (named if said == "worse" else ())


def test_at_most_five_sentences_the_worst_first_and_the_rest_counted() -> None:
    spoilt = facts(
        FIREWALL_OFF, f.AutoLogin(enabled=True), f.PrintSpool(3), f.Proxy(configured=True), f.EmptyPasswords(1),
        f.Autorun(enabled=True), f.SecureBoot(enabled=False),
    )  # fmt: skip
    told = since(checkup(spoilt), checkup())
    assert len(told.worse) == 7
    assert len(told.sentences) == MAX_SENTENCES
    assert plain(told.sentences[0]).startswith("Chaque compte de l’ordinateur a un mot de passe")
    assert told.sentences[-1] == "Et 3 autres changements."


def test_exactly_five_changes_are_all_said() -> None:
    spoilt = facts(
        FIREWALL_OFF, f.AutoLogin(enabled=True), f.PrintSpool(3), f.Proxy(configured=True), f.EmptyPasswords(1)
    )
    told = since(checkup(spoilt), checkup())
    assert len(told.sentences) == 5
    assert not any(sentence.startswith("Et ") for sentence in told.sentences)


def test_what_got_worse_comes_before_what_got_better() -> None:
    told = since(checkup(facts(f.PrintSpool(1))), checkup(facts(FIREWALL_OFF, f.EmptyPasswords(1))))
    assert told.worse == ("gdpr-print-spool",)
    assert "imprimés" in told.sentences[0]


def test_a_state_keeps_the_day_it_was_first_seen_until_it_changes() -> None:
    result = compare(checkup(facts(FIREWALL_OFF)), as_earlier(checkup(facts(f.Proxy(configured=True)))))
    assert of(result, "access-proxy").first_seen_at == NOW
    assert of(result, "access-firewall").first_seen_at == NOW
    assert of(result, "access-autorun").first_seen_at == BEFORE
    assert all(finding.observed_at == NOW for finding in result.findings)


def test_a_state_first_seen_later_than_now_is_not_believed() -> None:
    result = compare(checkup(), as_earlier(checkup(), NOW + timedelta(days=30)))
    assert {finding.first_seen_at for finding in result.findings} == {NOW}


def test_comparing_changes_nothing_else() -> None:
    now = checkup(facts(FIREWALL_OFF))
    compared = compare(now, as_earlier(checkup()))
    assert replace(compared, measures=now.measures, since_last=None) == now


def test_checks_that_one_of_the_two_does_not_have_are_left_out() -> None:
    part = checkup(facts(FIREWALL_OFF), only=["access"])
    told = since(part, checkup(only=["cps"]))
    assert told.sentences == ("Rien n’a changé depuis le 1er octobre 2026.",)


# ------------------------------------------------------------------ reading


def test_what_hygie_writes_is_what_it_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "bilan.json"
    path.write_text(render_json(checkup(facts(FIREWALL_OFF))), "utf-8")
    earlier = read_earlier(path)
    assert earlier.started_at == NOW
    told = compare(checkup(), earlier).since_last
    assert told is not None
    assert told.better == ("access-firewall",)


GOOD = {
    "schema": "hygie.checkup/1",
    "catalogue_version": "v",
    "started_at": "2026-10-01T09:00:00+00:00",
    "measures": [],
}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "null",
        "bonjour",
        '{"schema": NaN}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "\x00",
        json.dumps({**GOOD, "schema": "hygie.answers/1"}),
        json.dumps({**GOOD, "schema": "hygie.checkup/2"}),
        json.dumps({**GOOD, "started_at": "hier"}),
        json.dumps({**GOOD, "started_at": 3}),
        json.dumps({**GOOD, "measures": {}}),
        json.dumps({**GOOD, "measures": [{"id": "magic", "findings": []}]}),
        json.dumps({**GOOD, "measures": [{"id": "cps", "findings": [{"check_id": "x"}]}]}),
        json.dumps({**GOOD, "started_at": "2026-10-01T09:00:00"}),
        json.dumps({**GOOD, "started_at": "0001-01-01T00:00:00+14:00"}),
        json.dumps(GOOD)[:-1],
        json.dumps(GOOD) + "x",
    ],
    ids=lambda content: repr(content[-30:]),
)
def test_what_is_not_a_check_up_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bilan.json"
    path.write_text(content, "utf-8")
    with pytest.raises(UnreadableCheckup) as caught:
        read_earlier(path)
    assert caught.value.exit_code == 3
    assert caught.value.sentence.startswith("Le bilan précédent ")
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize("when", ["2026-10-01T09:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_finding_with_an_impossible_date_is_refused(tmp_path: Path, when: str) -> None:
    seen = {"check_id": "access-firewall", "outcome": "failed", "title": "t", "first_seen_at": when}
    path = tmp_path / "bilan.json"
    path.write_text(json.dumps({**GOOD, "measures": [{"id": "access", "findings": [seen]}]}), "utf-8")
    with pytest.raises(UnreadableCheckup, match="date impossible ou sans décalage"):
        read_earlier(path)


def test_fields_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "bilan.json"
    path.write_text(json.dumps({**GOOD, "novelty": {"a": [1]}}), "utf-8")
    assert read_earlier(path).measures == ()


def test_another_encoding_and_a_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bilan.json"
    path.write_text(json.dumps(GOOD), "utf-16")
    for bad in (path, tmp_path, tmp_path / "absent"):
        with pytest.raises(UnreadableCheckup):
            read_earlier(bad)
