"""Does a firewall refuse what nobody asked for? Judged on the rules in force, in the order the kernel follows them.

A single refusing rule is no firewall (fail2ban adds some): a chain must end on a refusal for everybody.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from hygie.probes.facts import Firewall
from hygie.probes.machine import CannotTell, Machine

Chain = tuple[str, str, str]
Rule = tuple[str, Chain]
Rules = Mapping[Chain, list[Rule]]

_REFUSALS = ("drop", "reject")
_VERDICTS = ("accept", "drop", "reject", "return", "jump", "goto")
_IPV4 = ("ip", "inet")
_NEUTRAL = ("counter", "log")
_DEPTH = 16
_UNREADABLE = "La réponse du pare-feu n'est pas lisible."
_COMMENT = re.compile(r' -m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+)')
_FOR_ALL = re.compile(r"-A (\S+) -(?:j|g) (\S+)(?: --reject-with \S+)?\s*")


def firewall(machine: Machine) -> Firewall:
    """Whether rules in force refuse incoming traffic: nftables, then old iptables; ufw's setting when not running."""
    if not machine.live:
        return _on_disk(machine)
    readers = [(nft_filters_input, ["nft", "-j", "list", "ruleset"], "nftables")]
    readers += [(iptables_filters_input, [name], "iptables") for name in ("iptables-legacy-save", "iptables-save")]
    present = [reader for reader in readers if machine.program(reader[1][0])]
    found = next((name for judge, command, name in present if judge(_rules(machine, command))), None)
    if found is None and not present and _kernel_filters(machine):
        raise CannotTell("Aucun programme installé ne peut lire les règles du pare-feu.")
    return Firewall(found is not None, found or (present[0][2] if present else "aucun"))


def _kernel_filters(machine: Machine) -> bool:
    return machine.exists("/proc/net/ip_tables_names") or machine.exists("/sys/module/nf_tables")


def _rules(machine: Machine, command: list[str]) -> str:
    output = machine.run(command)
    if output.code:
        raise CannotTell("Il faut les droits d'administrateur pour lire les règles du pare-feu.")
    return output.text


def _on_disk(machine: Machine) -> Firewall:
    if not machine.exists("/etc/ufw"):
        raise CannotTell("Cet ordinateur n'est pas en marche : les règles de son pare-feu ne se voient pas.")
    settings = machine.read_or("/etc/ufw/ufw.conf")
    return Firewall(bool(re.search(r"^\s*ENABLED=[\"']?yes\b", settings, re.MULTILINE | re.IGNORECASE)), "ufw")


# ------------------------------------------------------------------ what a chain ends on


def _ends_on(rules: Rules, chain: Chain, depth: int = _DEPTH) -> str | None:
    """The first verdict that nothing conditions (accept, drop, reject), jumps followed; None when there is none."""
    for verdict, target in rules.get(chain, ()):
        if verdict not in ("jump", "goto"):
            return None if verdict == "return" else verdict
        below = _ends_on(rules, target, depth - 1) if depth else None
        if below or verdict == "goto":
            return below
    return None


# ------------------------------------------------------------------ nftables


def nft_filters_input(text: str) -> bool:
    """Whether a base chain on the input hook of IPv4 refuses what no rule lets in (libnftables-json(5))."""
    try:
        items = json.loads(text)["nftables"]
        chains = [item["chain"] for item in items if "chain" in item]
        inputs = [chain for chain in chains if chain.get("hook") == "input" and chain.get("family") in _IPV4]
        rules = _nft_rules(item["rule"] for item in items if "rule" in item)
        return any((_ends_on(rules, _chain_of(c, c.get("name"))) or c.get("policy")) in _REFUSALS for c in inputs)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotTell(_UNREADABLE) from error


def _chain_of(item: Mapping[str, Any], name: object) -> Chain:
    return str(item.get("family")), str(item.get("table")), str(name)


def _nft_rules(items: Iterator[Mapping[str, Any]]) -> Rules:
    """Chain → its rules that hold for every packet."""
    found: dict[Chain, list[Rule]] = defaultdict(list)
    for item in items:
        parts = [part for part in item.get("expr", []) if not any(key in part for key in _NEUTRAL)]
        words = [(word, part[word]) for part in parts[:1] for word in _VERDICTS if word in part]
        if words and len(parts) == 1:
            word, more = words[0]
            target = more.get("target") if isinstance(more, dict) else ""
            found[_chain_of(item, item.get("chain"))].append((word, _chain_of(item, target)))
    return found


# ------------------------------------------------------------------ iptables


def iptables_filters_input(text: str) -> bool:
    """Whether the INPUT chain of the filter table of iptables-save(8) refuses what no rule lets in."""
    table = "\n".join(re.findall(r"^\*filter$(.*?)^COMMIT$", text, re.MULTILINE | re.DOTALL))
    policy = re.search(r"^:INPUT (\w+)", table, re.MULTILINE)
    ending = _ends_on(_iptables_rules(table), _named("INPUT"))
    return (ending or (policy[1].casefold() if policy else "accept")) in _REFUSALS


def _named(chain: str) -> Chain:
    return "ip", "filter", chain


def _iptables_rules(table: str) -> Rules:
    found: dict[Chain, list[Rule]] = defaultdict(list)
    for line in table.splitlines():
        if rule := _FOR_ALL.fullmatch(_COMMENT.sub("", line)):
            word, target = rule[2].casefold(), rule[2]
            gone = " -g " in line
            verdict = word if word in _VERDICTS else "goto" if gone else "jump"
            found[_named(rule[1])].append((verdict, _named(target)))
    return found
