"""The check-up: findings dressed with their texts, at most six actions in order, and sentences that never flatter."""

import re
from datetime import timedelta

import pytest

from hygie.checkup.answers import Answers
from hygie.checkup.run import MAX_ACTIONS, Checkup, Context, judge, voice
from hygie.checkup.score import Status
from hygie.core.finding import Measure, Origin, Outcome, Owner, Waiver
from hygie.core.french import NARROW, NO_BREAK
from hygie.core.severity import Severity
from hygie.probes import facts as f
from hygie.probes.collect import Facts
from hygie.reference.catalogue import catalogue
from tests.checkup.build import ASKED, CHECKS, NOW, TODAY, answers, checkup, context, facts, finding, of, waiver

FIREWALL_OFF = f.Firewall(active=False, mechanism="aucun")
AUTORUN = f.Autorun(enabled=True)
EMPTY = f.EmptyPasswords(1)
UNPLUG = f.RemovableMedia((f.Medium("/media/d", encrypted=True, holds_backup=True),))
HIDDEN = "Il faut les droits d'administrateur."
PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
WAITING, NA = Outcome.WAITING, Outcome.NOT_APPLICABLE


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ").replace(NARROW, " ").replace("’", "'")


def titles(result: Checkup) -> list[str]:
    return [plain(action.title) for action in result.actions]


# ------------------------------------------------------------------ the whole


def test_a_practice_in_order_has_seven_good_measures_and_nothing_to_do() -> None:
    result = checkup()
    assert result.headline == "7 en ordre sur 7"
    assert result.sentence == "Tout est en ordre."
    assert (result.score, result.confidence) == (100.0, 1.0)
    assert result.actions == ()
    assert (result.waiting, result.unknown) == (0, 0)
    assert {part.status for part in result.measures} == {Status.GOOD}
    assert [part.number for part in result.measures] == [1, 2, 3, 4, 5, 6, 7]
    assert len(result.findings) == len(CHECKS)


def test_a_computer_nobody_could_look_at_is_never_in_order() -> None:
    result = judge(Facts({}), context(Answers()))
    assert result.headline == "0 en ordre sur 7"
    assert (result.score, result.confidence) == (0.0, 0.0)
    assert result.unknown == len(CHECKS)
    assert {part.status for part in result.measures} == {Status.UNKNOWN}
    assert result.sentence == f"{len(CHECKS)} points restent inconnus."


def test_what_the_practice_said_and_where_it_ran_is_carried_along() -> None:
    told = answers(practice="Cabinet des Lilas", insurer_contract="AB 12", phones={"Informatique": "01"})
    result = checkup(told=told, host="PC-ACCUEIL", duration=3.5)
    assert (result.practice, result.insurer_contract, result.phones) == (
        "Cabinet des Lilas",
        "AB 12",
        {"Informatique": "01"},
    )
    assert (result.host, result.duration, result.system, result.started_at) == ("PC-ACCUEIL", 3.5, "linux", NOW)
    assert result.since_last is None
    assert result.catalogue_version == catalogue().version


@pytest.mark.parametrize("wanted", [[Measure.CPS], [Measure.ACCESS, Measure.BACKUP], list(Measure)])
def test_only_the_wanted_measures_are_judged_and_counted(wanted: list[Measure]) -> None:
    result = checkup(only=wanted)
    assert [part.id for part in result.measures] == wanted
    assert result.headline == f"{len(wanted)} en ordre sur {len(wanted)}"
    assert {finding.measure for finding in result.findings} == set(wanted)


def test_a_failure_elsewhere_changes_nothing_of_the_wanted_measure() -> None:
    assert checkup(facts(FIREWALL_OFF), only=[Measure.BACKUP]) == checkup(only=[Measure.BACKUP])


@pytest.mark.parametrize("check_id", CHECKS)
def test_a_finding_is_dressed_with_the_texts_of_its_check(check_id: str) -> None:
    told, check = of(checkup(), check_id), CHECKS[check_id]
    assert (told.severity, told.owner, told.minutes) == (check.severity, check.owner, check.minutes)
    assert plain(told.title) == plain(check.title)
    assert plain(told.why) == plain(check.why)
    assert told.steps
    assert told.undo
    assert len(told.sources) == len(check.sources)
    assert told.reason == told.summary
    assert (told.observed_at, told.first_seen_at, told.exception) == (NOW, NOW, None)
    assert told.origin is (Origin.MEASURED if check.answer == "measured" else Origin.PROVED)
    for text in (told.title, told.summary, told.why, *told.steps, *told.undo):
        assert "'" not in text


def test_the_unknown_has_no_origin_and_says_why() -> None:
    told = of(checkup(facts().without(f.Firewall, HIDDEN)), "access-firewall")
    assert (told.outcome, told.origin, plain(told.reason)) == (UNKNOWN, Origin.UNKNOWN, HIDDEN)
    absent = Facts({**facts().by_type, f.Wifi: f.Absent("Aucune carte Wi-Fi.")})
    told = of(checkup(absent), "access-wifi")
    assert (told.outcome, told.origin, told.reason) == (NA, Origin.MEASURED, "Aucune carte Wi-Fi.")


def test_judging_the_same_facts_again_gives_the_same_check_up() -> None:
    spoilt = facts(FIREWALL_OFF, EMPTY).without(f.Wifi, HIDDEN)
    assert checkup(spoilt) == checkup(spoilt)


# ------------------------------------------------------------------ actions


def everything_wrong() -> Checkup:
    spoilt = facts(
        FIREWALL_OFF, AUTORUN, EMPTY, UNPLUG, f.PrintSpool(1), f.Proxy(configured=True), f.AutoLogin(enabled=True)
    )
    told = answers({"cps-personal": "no", "cps-expiry": "unknown", "gdpr-register": "unknown"})
    return checkup(spoilt.without(f.Wifi, HIDDEN), told)


def test_at_most_six_actions_are_proposed() -> None:
    assert len(everything_wrong().actions) == MAX_ACTIONS == 6


def test_open_doors_come_first_then_the_questions_as_one_then_the_rest_by_weight() -> None:
    result = everything_wrong()
    assert [action.check_id for action in result.actions] == [
        "passwords-empty",  # critical, published priority 1
        "backup-disk-unplugged",  # critical, priority 2
        "cps-personal",  # critical, priority 9
        "gdpr-register",  # the questions, under the weightiest
        "access-auto-login",  # severity 4, priority 5
        "access-firewall",  # severity 4, priority 6
    ]


def test_what_could_not_be_measured_comes_last() -> None:
    result = checkup(facts(f.PrintSpool(1)).without(f.Firewall, HIDDEN))
    assert titles(result) == [
        "Ne plus conserver les documents imprimés",
        "Faire vérifier : activer le pare-feu de l'ordinateur",
    ]


def test_equals_are_ordered_by_time_then_by_name() -> None:
    result = checkup(
        facts(
            FIREWALL_OFF, f.RemoteTools(("AnyDesk",)), f.RemoteDesktop(enabled=True, network_level_authentication=True)
        )
    )
    told = [(CHECKS[a.check_id].severity, CHECKS[a.check_id].priority, a.minutes, a.check_id) for a in result.actions]
    assert told == sorted(told, key=lambda row: (-row[0], *row[1:]))
    assert [row[3] for row in told] == ["access-firewall", "access-remote-desktop", "access-remote-tools"]


def test_one_question_is_asked_of_the_one_who_knows() -> None:
    (action,) = checkup(told=answers({"access-inventory": "unknown"})).actions
    check = CHECKS["access-inventory"]
    assert plain(action.title) == f"Répondre : {plain(check.question or '')}"
    assert (action.owner, action.minutes) == (check.ask, 5)


def test_many_questions_are_one_action_of_the_doctor_under_the_weightiest() -> None:
    (action,) = checkup(told=answers({check.id: "unknown" for check in ASKED})).actions
    first = CHECKS[action.check_id]
    assert action.title == f"Répondre aux {len(ASKED)} questions du cabinet"
    assert (action.owner, action.minutes) == (Owner.DOCTOR, len(ASKED) // 3)
    assert first.severity is Severity.CRITICAL
    assert plain(action.why) == (
        f"Ce que personne ne sait ne compte jamais comme bon. La première : « {plain(first.question or '')} »"
    )
    assert action.gain > 50


def test_a_few_questions_take_five_minutes() -> None:
    (action,) = checkup(told=answers({"cps-expiry": "unknown", "gdpr-register": "unknown"})).actions
    assert (action.title, action.minutes) == ("Répondre aux 2 questions du cabinet", 5)


def test_a_wait_and_an_exception_ask_for_no_action() -> None:
    told = answers({"cps-expiry": "waiting"}, waivers={"access-autorun": waiver()})
    assert checkup(facts(AUTORUN), told).actions == ()


def test_the_gain_is_what_the_score_wins_when_it_is_mended() -> None:
    spoilt = checkup(facts(AUTORUN))
    (action,) = spoilt.actions
    assert action.gain == round(100 - spoilt.score, 1) > 0


def test_a_finding_mended_under_a_cap_may_win_nothing_and_never_loses() -> None:
    result = checkup(facts(EMPTY, f.PasswordHashes(1, 1), f.BrowserPasswords(1)))
    assert all(action.gain >= 0 for action in result.actions)


# ------------------------------------------------------------------ sentences


@pytest.mark.parametrize(
    ("outcomes", "sentence"),
    [
        ([], "Rien à vérifier ici."),
        ([(NA, 3)], "Rien à vérifier ici."),
        ([(PASSED, 3)], "Tout est en ordre."),
        ([(PASSED, 3), (NA, 5)], "Tout est en ordre."),
        ([(PASSED, 3), (WAITING, 3)], "Rien ne presse : une réponse est attendue."),
        ([(WAITING, 3), (WAITING, 3)], "Rien ne presse : 2 réponses sont attendues."),
        ([(FAILED, 5)], "Une seule chose presse."),
        ([(FAILED, 5), (FAILED, 2)], "Une chose presse, sur 2 à faire."),
        ([(FAILED, 5), (FAILED, 5)], "2 choses pressent, sur 2 à faire."),
        ([(FAILED, 5), (FAILED, 5), (FAILED, 1)], "2 choses pressent, sur 3 à faire."),
        ([(FAILED, 4)], "Une seule chose est à faire."),
        ([(FAILED, 4), (FAILED, 3)], "2 choses sont à faire, aucune ne presse."),
        ([(UNKNOWN, 5)], "Un point reste inconnu."),
        ([(UNKNOWN, 5), (UNKNOWN, 1)], "2 points restent inconnus."),
        ([(UNKNOWN, 5), (WAITING, 1)], "Un point reste inconnu."),
        ([(FAILED, 5), (UNKNOWN, 1)], "Une seule chose presse. Un point reste inconnu."),
        ([(FAILED, 3), (UNKNOWN, 1), (UNKNOWN, 1)], "Une seule chose est à faire. 2 points restent inconnus."),
    ],
)
def test_the_sentence_that_opens_a_report(outcomes: list[tuple[Outcome, int]], sentence: str) -> None:
    told = [finding(outcome, Severity(weight)) for outcome, weight in outcomes]
    assert plain(voice(told)) == sentence


def test_the_opening_sentence_never_forgets_a_running_exception() -> None:
    excepted = finding(FAILED, Severity.CRITICAL, exception=waiver())
    assert plain(voice([finding(PASSED), excepted])) == "Rien d'autre à faire, mais une exception court."
    assert plain(voice([excepted, excepted])) == "Rien d'autre à faire, mais 2 exceptions courent."
    assert plain(voice([excepted, finding(FAILED, Severity.MINOR)])) == "Une seule chose est à faire."


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({}, Status.GOOD, "Chaque carte reste personnelle et son code secret."),
        ({"cps-expiry": "waiting"}, Status.WAITING, "En attente d'une réponse."),
        ({"cps-expiry": "unknown"}, Status.UNKNOWN, "Un point reste inconnu."),
        ({"cps-expiry": "unknown", "cps-locum": "unknown"}, Status.UNKNOWN, "2 points restent inconnus."),
        ({"cps-expiry": "waiting", "cps-personal": "unknown"}, Status.WAITING, "En attente d'une réponse."),
        ({"cps-expiry": "no", "cps-personal": "unknown"}, Status.TODO, "Le cabinet a répondu non le 24 novembre 2026."),
        ({"cps-personal": "no", "cps-expiry": "waiting"}, Status.BAD, "Le cabinet a répondu non le 24 novembre 2026."),
    ],
)
def test_the_line_of_a_measure_is_its_worst_news(changed: dict[str, str], status: Status, sentence: str) -> None:
    part = next(part for part in checkup(told=answers(changed)).measures if part.id is Measure.CPS)
    assert (part.status, plain(part.sentence)) == (status, sentence)


def test_the_weightiest_failure_speaks_for_its_measure() -> None:
    result = checkup(facts(AUTORUN, FIREWALL_OFF, f.SecureBoot(enabled=False)))
    assert plain(result.measures[0].sentence) == "Aucun pare-feu ne filtre ce qui entre sur cet ordinateur."


@pytest.mark.parametrize(
    ("known", "excepted", "sentence"),
    [
        ((AUTORUN,), ("access-autorun",), "Une exception court jusqu'au 23 janvier 2027."),
        ((AUTORUN, FIREWALL_OFF), ("access-autorun", "access-firewall"),
         "2 exceptions courent, la première jusqu'au 23 janvier 2027."),
    ],
)  # fmt: skip
def test_a_measure_in_order_thanks_to_an_exception_says_so(
    known: tuple[object, ...], excepted: tuple[str, ...], sentence: str
) -> None:
    until = TODAY + timedelta(days=60)
    waivers = {
        check_id: Waiver("Le scanner l'exige.", until + timedelta(days=place))
        for place, check_id in enumerate(excepted)
    }
    part = checkup(facts(*known), answers(waivers=waivers)).measures[0]
    assert (part.status, plain(part.sentence)) == (Status.GOOD, sentence)


def test_an_exception_never_covers_what_is_unknown_and_ends_by_itself() -> None:
    told = answers(waivers={"access-autorun": waiver(TODAY - timedelta(days=1)), "access-firewall": waiver()})
    result = checkup(facts(AUTORUN).without(f.Firewall, HIDDEN), told)
    assert of(result, "access-autorun").exception is None
    assert of(result, "access-firewall").exception is None
    assert [action.check_id for action in result.actions] == ["access-autorun", "access-firewall"]


def test_a_measure_to_which_nothing_applies_has_nothing_to_verify() -> None:
    cards = {check.id: "not_applicable" for check in ASKED if check.id.startswith("cps-")}
    none = {
        f.CardReader: f.Absent("Aucun."),
        f.CardMiddleware: f.Absent("Aucun."),
        f.SensitiveFiles: f.Absent("Aucun."),
    }
    result = checkup(Facts({**facts().by_type, **none}), answers(cards), only=[Measure.CPS])
    assert (result.measures[0].status, result.measures[0].sentence) == (Status.NOT_APPLICABLE, "Rien à vérifier ici.")
    assert result.headline == "0 en ordre sur 1"
    assert result.sentence == "Rien à vérifier ici."


def test_the_headline_counts_only_good_measures() -> None:
    result = checkup(
        facts(FIREWALL_OFF, f.PrintSpool(1)), answers({"cps-expiry": "unknown", "training-news": "waiting"})
    )
    assert result.headline == "3 en ordre sur 7"
    assert (result.waiting, result.unknown) == (1, 1)


def test_every_sentence_of_a_check_up_is_typeset() -> None:
    result = everything_wrong()
    for text in (result.sentence, *(part.sentence for part in result.measures), *(a.title for a in result.actions)):
        assert not re.search(r" [:;!?»]|« |'", text), text


@pytest.mark.parametrize("system", ["windows", "macos", "linux"])
def test_gestures_are_those_of_the_system(system: str) -> None:
    told = Context(catalogue(), answers(), system, NOW)
    result = judge(facts(), told)
    for done in result.findings:
        assert done.steps == CHECKS[done.check_id].steps.on(system)
        assert done.undo == CHECKS[done.check_id].undo.on(system)
