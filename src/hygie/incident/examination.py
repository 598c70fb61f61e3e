"""What the local examination proves: a sign of attack, an ordinary fault, or that nobody knows. Pure.

One strong sign, or several weak ones, make a sign of attack. A fault is concluded only when everything needed was seen
and nothing weighs towards an attack. Everything else stays unknown: nothing seen is never « all is well ».
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hygie.core.french import listed, typeset
from hygie.probes import facts as known
from hygie.probes.collect import Facts
from hygie.probes.examine import answers as own
from hygie.reference.contacts import Contact, contacts
from hygie.reference.examination import (
    ExaminationRules,
    Question,
    QuestionId,
    VerdictId,
    Weight,
    examination_rules,
)
from hygie.reference.lists import names

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen: its identifier, its weight, its French sentence, and the playbook it points to."""

    id: str
    question: QuestionId
    weight: Weight
    sentence: str
    playbook: str | None = None


@dataclass(frozen=True, slots=True)
class NotSeen:
    """One question that was not answered, or not wholly: why, in French."""

    question: QuestionId
    label: str
    reason: str
    wholly: bool


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The verdict in one sentence, what to do with whom to call, and what it stands on.

    `signs` weigh towards an attack, `faults` explain without one, `to_tell` proves nothing and helps the technician.
    """

    verdict: VerdictId
    sentence: str
    call: str
    whom_to_call: tuple[Contact, ...]
    signs: tuple[Observation, ...]
    faults: tuple[Observation, ...]
    to_tell: tuple[Observation, ...]
    not_seen: tuple[NotSeen, ...]
    playbook: str | None


@dataclass(frozen=True, slots=True)
class _Seen:
    sign: str
    count: int
    names: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def conclusion(facts: Facts) -> Conclusion:
    """What these facts prove, with its words. Total: whatever is missing is said in `not_seen`."""
    rules = examination_rules()
    seen = [_observation(rules, one) for question in rules.questions for one in _seen(facts, question) if one.count]
    signs = tuple(one for one in seen if one.weight in {"strong", "weak"})
    faults = tuple(one for one in seen if one.weight == "fault")
    blind = tuple(one for question in rules.questions for one in _not_seen(facts, question))
    verdict = _verdict(rules, signs, faults, blind)
    words = rules.verdict(verdict)
    return Conclusion(
        verdict=verdict,
        sentence=typeset(words.sentence),
        call=typeset(words.call),
        whom_to_call=tuple(contacts()[name] for name in words.contacts),
        signs=signs,
        faults=faults,
        to_tell=tuple(one for one in seen if one.weight == "context"),
        not_seen=blind,
        playbook=_playbook(verdict, signs),
    )


def _verdict(
    rules: ExaminationRules, signs: Sequence[Observation], faults: Sequence[Observation], blind: Sequence[NotSeen]
) -> VerdictId:
    if any(one.weight == "strong" for one in signs) or _questions(signs) >= rules.weak_signs_for_attack:
        return "attack"
    needed = {question.id for question in rules.questions if question.needed}
    unanswered = any(one.wholly and one.question in needed for one in blind)
    return "fault" if faults and not signs and not unanswered else "unknown"


def _questions(signs: Sequence[Observation]) -> int:
    """How many different questions show a sign: an account created and promoted is one fact, told twice."""
    return len({one.question for one in signs})


def _playbook(verdict: VerdictId, signs: Sequence[Observation]) -> str | None:
    """The playbook of the heaviest sign, only when there is a sign of attack."""
    if verdict != "attack":
        return None
    heaviest = sorted(signs, key=lambda one: one.weight != "strong")
    return next((one.playbook for one in heaviest if one.playbook), None)


def _observation(rules: ExaminationRules, seen: _Seen) -> Observation:
    sign = rules.sign(seen.sign)
    sentence = (sign.one if seen.count == 1 else sign.several).format(
        n=seen.count,
        days=rules.recent_days,
        names=listed(seen.names, _SHOWN),
        folders=listed(seen.folders, _SHOWN),
    )
    return Observation(sign.id, sign.question, sign.weight, typeset(sentence), sign.playbook)


# ------------------------------------------------------------------ what was not seen


def _not_seen(facts: Facts, question: Question) -> Iterator[NotSeen]:
    """One line per question and reason: the facts that nobody could have, then what was looked at in part."""
    told: set[str] = set()
    for kind in _FACTS[question.id]:
        fact = facts.get(kind)
        wholly = isinstance(fact, known.Unknown)
        reason = fact.reason if isinstance(fact, known.Unknown) else getattr(fact, "partial", "")
        if reason and reason not in told:
            told.add(reason)
            yield NotSeen(question.id, typeset(question.label), typeset(reason), wholly)


_FACTS: Final[Mapping[QuestionId, tuple[type, ...]]] = {
    "files": (own.DamagedFiles,),
    "hosts": (known.HostsFile,),
    "remote": (known.RemoteTools, own.RemoteActivity),
    "administrators": (known.Administrators, own.NewAccounts),
    "startup": (own.NewStartup,),
    "proxy": (known.Proxy, own.OwnProxies),
    "resolvers": (known.Resolvers,),
    "services": (known.ListeningServices,),
    "disks": (own.DiskTrouble, known.DiskSpace),
    "updates": (own.UpdateRunning, known.PendingReboot),
}


# ------------------------------------------------------------------ what was seen


def _seen(facts: Facts, question: Question) -> Iterator[_Seen]:
    for kind in _FACTS[question.id]:
        fact = facts.get(kind)
        if isinstance(fact, kind) and not (
            kind is known.DiskSpace and isinstance(facts.get(own.DiskTrouble), own.DiskTrouble)
        ):
            yield from _READERS[kind](fact)


def _damaged(fact: own.DamagedFiles) -> Iterator[_Seen]:
    yield _Seen("ransom_note", fact.notes, folders=fact.folders)
    yield _Seen("renamed_files", fact.renamed, folders=fact.folders)
    yield _Seen("unreadable_files", fact.unreadable, folders=fact.folders)


def _hosts(fact: known.HostsFile) -> Iterator[_Seen]:
    yield _Seen("diverted_names", len(fact.diverted), fact.diverted)


def _remote_tools(fact: known.RemoteTools) -> Iterator[_Seen]:
    yield _Seen("remote_installed", len(fact.installed), fact.installed)


def _remote_activity(fact: own.RemoteActivity) -> Iterator[_Seen]:
    both = tuple(name for name in fact.running if name in fact.recent)
    for sign, found in (
        ("remote_new_and_running", both),
        ("remote_running", tuple(name for name in fact.running if name not in both)),
        ("remote_recent", tuple(name for name in fact.recent if name not in both)),
    ):
        yield _Seen(sign, len(found), found)


def _administrators(fact: known.Administrators) -> Iterator[_Seen]:
    yield _Seen("root_twins", fact.root_twins)
    yield _Seen("administrators", fact.administrators)


def _new_accounts(fact: own.NewAccounts) -> Iterator[_Seen]:
    yield _Seen("new_administrators", fact.administrators)
    yield _Seen("new_accounts", fact.created)


def _startup(fact: own.NewStartup) -> Iterator[_Seen]:
    folders = tuple(dict.fromkeys(group.folder for group in fact.groups))
    yield _Seen("new_startup", sum(group.count for group in fact.groups), folders=folders)


def _proxy(fact: known.Proxy) -> Iterator[_Seen]:
    yield _Seen("proxy", int(fact.configured))


def _own_proxies(fact: own.OwnProxies) -> Iterator[_Seen]:
    yield _Seen("proxy", fact.configured)


def _resolvers(fact: known.Resolvers) -> Iterator[_Seen]:
    yield _Seen("unusual_resolvers", sum(1 for address in fact.addresses if not _usual(address)))


def _usual(address: str) -> bool:
    """Whether it is the box (a private address), this computer, or a resolver known by name."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    server = getattr(parsed, "ipv4_mapped", None) or parsed
    return server.is_private or server.is_loopback or server.is_link_local or str(server) in names().resolvers


def _services(fact: known.ListeningServices) -> Iterator[_Seen]:
    yield _Seen("services", len(fact.reachable), tuple(str(one.port) for one in fact.reachable))


def _disks(fact: own.DiskTrouble) -> Iterator[_Seen]:
    yield _Seen("full_disk", fact.full)
    yield _Seen("read_only_disk", fact.read_only)
    yield _Seen("disk_errors", fact.errors)
    yield _Seen("smart_failing", fact.failing)


def _space(fact: known.DiskSpace) -> Iterator[_Seen]:
    yield _Seen("full_disk", int(1 - fact.smallest_free_share >= examination_rules().disks.full_share))


def _updates(fact: own.UpdateRunning) -> Iterator[_Seen]:
    yield _Seen("update_running", int(fact.running))


def _reboot(fact: known.PendingReboot) -> Iterator[_Seen]:
    yield _Seen("pending_reboot", int(fact.required))


_READERS: Final[Mapping[type, Callable[[Any], Iterator[_Seen]]]] = {
    own.DamagedFiles: _damaged,
    known.HostsFile: _hosts,
    known.RemoteTools: _remote_tools,
    own.RemoteActivity: _remote_activity,
    known.Administrators: _administrators,
    own.NewAccounts: _new_accounts,
    own.NewStartup: _startup,
    known.Proxy: _proxy,
    own.OwnProxies: _own_proxies,
    known.Resolvers: _resolvers,
    known.ListeningServices: _services,
    own.DiskTrouble: _disks,
    known.DiskSpace: _space,
    own.UpdateRunning: _updates,
    known.PendingReboot: _reboot,
}
