"""The playbooks: what to do, in which order, for each kind of incident. Data, never code.

`steps.toml` holds every step once; each playbook names its steps in order, and what its clocks are.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from hygie.core.finding import Owner
from hygie.reference.errors import BrokenReference
from hygie.reference.sources import sources
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Call = Literal[
    "",
    "insurer",
    "it_provider",
    "host",
    "isp",
    "agenda",
    "bank",
    "ans_cps",
    "ans_ecps",
    "police",
    "17cyber",
    "cnil",
    "cpam",
]
"""Whom the step calls: the practice's own numbers first, then contacts.toml."""
PUBLIC: Mapping[Call, str] = {
    "ans_cps": "ans_cps", "ans_ecps": "ans_ecps", "police": "police", "17cyber": "17cyber", "cnil": "cnil_violation",
    "cpam": "cpam",
}  # fmt: skip
"""The calls that reach a public service, with its contact in contacts.toml; the others are the practice's numbers."""
ClockId = Literal["", "complaint", "cnil", "insurer", "patients", "provider"]
IDS = (
    "ransomware", "phishing", "account_takeover", "data_leak", "provider_leak", "lost_device", "wrong_recipient",
    "cps_lost", "fake_support", "bank_details", "intrusion", "paper",
)  # fmt: skip
"""The twelve playbooks, in the order they are offered (contracts)."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One gesture. `title` is an order (« Retirez… »), `doing` names it in a list (« Isoler l'ordinateur »)."""

    id: str
    title: str
    doing: str
    who: Owner
    minutes: int
    call: Call = ""
    say: str = ""
    how: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    clock: ClockId = ""
    receipt: Literal["", "optional", "required"] = ""
    needs: tuple[str, ...] = ()
    waivable: bool = True
    message: str = ""
    """The message that Hygie prepares for this step: "host", "isp", "software", "team", "" for none."""
    sources: tuple[str, ...] = ()


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A shared step in the words of one playbook: what is not given stays as in steps.toml."""

    step: str
    title: str | None = None
    doing: str | None = None
    who: Owner | None = None
    minutes: int | None = None
    call: Call | None = None
    say: str | None = None
    how: tuple[str, ...] | None = None
    avoid: tuple[str, ...] | None = None
    message: str | None = None

    def worn_by(self, step: Step) -> Step:
        """The step with these words in place of its own."""
        names = (name for name in self.__struct_fields__ if name != "step")
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return msgspec.structs.replace(step, **given)


class Playbook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of incident. `complaint` gives it the complaint clock, `theft` shortens the insurer's."""

    id: str
    title: str
    sees: str
    voice: str
    steps: tuple[str, ...]
    never: tuple[str, ...]
    complaint: bool
    theft: bool = False
    provider: bool = False
    isolate: bool = False
    first: str = ""
    aware: str = ""
    """From when one is « aware » for the CNIL in this kind of incident (EDPB guidelines 9/2022, II.A)."""
    own: tuple[Wording, ...] = ()
    sources: tuple[str, ...] = ()


class StepFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """steps.toml."""

    step: tuple[Step, ...]


class PlaybookFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """playbooks.toml."""

    version: str
    playbook: tuple[Playbook, ...]


def load_steps(path: Path) -> dict[str, Step]:
    """The steps of a file by identifier. BrokenReference when two share one, or wait for a step that does not exist."""
    entries = load(path, StepFile).step
    found = {step.id: step for step in entries}
    if len(found) != len(entries):
        raise BrokenReference(path, None, "deux étapes ont le même identifiant")
    if missing := {name for step in entries for name in step.needs} - set(found):
        raise BrokenReference(path, None, f"l'étape « {min(missing)} » n'existe pas")
    return found


@once
def steps() -> Mapping[str, Step]:
    """Every step by its identifier, in the words that all playbooks share."""
    return load_steps(HERE / "steps.toml")


def load_playbooks(path: Path) -> dict[str, Playbook]:
    """The twelve playbooks of a file. BrokenReference when one is missing or names a step or a source that is not."""
    found = {one.id: one for one in load(path, PlaybookFile).playbook}
    if tuple(found) != IDS:
        raise BrokenReference(path, None, "les douze marches à suivre ne sont pas celles du contrat, dans leur ordre")
    for one in found.values():
        _check(path, one)
    return found


@once
def playbooks() -> Mapping[str, Playbook]:
    """The twelve playbooks by identifier, in the order of the contract."""
    return load_playbooks(HERE / "playbooks.toml")


def _check(path: Path, one: Playbook) -> None:
    for name in one.steps:
        if name not in steps():
            raise BrokenReference(path, None, f"l'étape « {name} » n'existe pas")
    for wording in one.own:
        if wording.step not in one.steps:
            raise BrokenReference(path, None, f"« {one.id} » n'a pas l'étape « {wording.step} »")
    named = {*one.sources, *(source for name in one.steps for source in steps()[name].sources)}
    if unknown := sorted(named - set(sources())):
        raise BrokenReference(path, None, f"la source « {unknown[0]} » n'existe pas")


def steps_of(playbook: str) -> tuple[Step, ...]:
    """The steps of a playbook, in order, in its own words. KeyError when there is no such playbook."""
    one = playbooks()[playbook]
    own = {wording.step: wording for wording in one.own}
    return tuple(own[name].worn_by(steps()[name]) if name in own else steps()[name] for name in one.steps)
