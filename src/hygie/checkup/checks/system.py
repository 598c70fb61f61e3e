"""Measure 1, the system: supported, up to date, protected from what starts before it."""

import re
from datetime import timedelta

from hygie.checkup.registry import check
from hygie.core.clock import days_since
from hygie.core.finding import Verdict, failed, not_applicable, passed, unknown
from hygie.core.french import agree, day_in_words, listed, plural
from hygie.probes.facts import (
    Antivirus,
    AutomaticUpdates,
    DiskSpace,
    InstalledSoftware,
    LogRetention,
    Moment,
    PackageSources,
    PendingReboot,
    SecureBoot,
    SecurityUpdates,
    StartupRights,
    SystemRelease,
    TimeSync,
    UpdateLists,
)
from hygie.reference.lists import SoftwareSupport, software_support, system_support

SOON = timedelta(days=90)
FRESH_DAYS = 7
KEPT_DAYS = 180
FULL_SHARE = 0.10
_ROUNDING = 1e-9  # 0.29 is 0.28999… in binary
_WRONG_CLOCK = "l'heure de l'ordinateur est-elle juste ?"


@check("access-system-supported")
def system_supported(system: SystemRelease, moment: Moment) -> Verdict:
    """The maker still mends the system, and will for 90 days."""
    known = [
        entry
        for entry in system_support()
        if entry.product == system.product and _covers(entry.version, system.version)
    ]
    if not known:
        return unknown(f"Hygie ne connaît pas la date de fin de ce système : {system.label}.")
    ends, today = max(known, key=lambda entry: len(entry.version)).ends, moment.now.date()
    if ends < today:
        return failed(f"{system.label} n'est plus corrigé depuis le {day_in_words(ends)}.", ends=ends.isoformat())
    if ends - today < SOON:
        return failed(f"{system.label} ne sera plus corrigé après le {day_in_words(ends)}.", ends=ends.isoformat())
    return passed(f"{system.label} est corrigé jusqu'au {day_in_words(ends)}.", ends=ends.isoformat())


def _covers(prefix: str, version: str) -> bool:
    return prefix in ("", version) or version.startswith(f"{prefix}.")


@check("access-updates-pending")
def updates_pending(updates: SecurityUpdates) -> Verdict:
    """No security update waits."""
    if updates.pending == 0:
        return passed("Aucune mise à jour de sécurité n'attend.")
    one, several = "Une mise à jour de sécurité attend.", "{} mises à jour de sécurité attendent."
    return failed(agree(updates.pending, one, several), pending=updates.pending, packages=list(updates.titles))


@check("access-updates-fresh")
def updates_fresh(lists: UpdateLists, moment: Moment) -> Verdict:
    """The computer asked for updates within a week."""
    days = days_since(lists.refreshed_at, moment.now)
    if days is None:
        return unknown(f"La dernière recherche de mises à jour porte une date à venir : {_WRONG_CLOCK}")
    if days >= FRESH_DAYS:
        return failed(f"Cet ordinateur n'a pas cherché de mise à jour depuis {days} jours.", days=days)
    return passed("Cet ordinateur a cherché ses mises à jour il y a moins d'une semaine.", days=days)


@check("access-updates-automatic")
def updates_automatic(updates: AutomaticUpdates) -> Verdict:
    """Security updates install by themselves."""
    if updates.enabled:
        return passed("Les mises à jour de sécurité s'installent seules.", mechanism=updates.mechanism)
    return failed("Les mises à jour de sécurité ne s'installent pas seules.", mechanism=updates.mechanism)


@check("access-restart-pending")
def restart_pending(reboot: PendingReboot) -> Verdict:
    """No update waits for a restart."""
    if reboot.required:
        return failed("Une mise à jour attend que l'ordinateur redémarre.")
    return passed("Aucune mise à jour n'attend un redémarrage.")


@check("access-antivirus")
def antivirus_present(antivirus: Antivirus) -> Verdict:
    """An antivirus is there and runs."""
    if not antivirus.products:
        return failed("Aucun antivirus connu n'est installé.")
    products = list(antivirus.products)
    there = f"Antivirus présent : {listed(products)}"
    if antivirus.running is None:
        return unknown(f"{there}. Rien ne dit qu'il fonctionne.", products=products)
    if not antivirus.running:
        return failed(f"{there}. Il est arrêté.", products=products)
    return passed(f"Un antivirus fonctionne : {listed(products)}.", products=products)


@check("access-antivirus-fresh")
def antivirus_fresh(antivirus: Antivirus, moment: Moment) -> Verdict:
    """Its signatures are less than a week old."""
    if not antivirus.products:
        return not_applicable("Aucun antivirus connu n'est installé : rien à mettre à jour.")
    if antivirus.signatures_at is None:
        return unknown("L'âge des signatures de l'antivirus ne se lit pas.")
    days = days_since(antivirus.signatures_at, moment.now)
    if days is None:
        return unknown(f"Les signatures de l'antivirus portent une date à venir : {_WRONG_CLOCK}")
    if days >= FRESH_DAYS:
        return failed(f"Les signatures de l'antivirus ont {days} jours.", days=days)
    return passed("Les signatures de l'antivirus ont moins d'une semaine.", days=days)


@check("access-software-supported")
def software_supported(software: InstalledSoftware, moment: Moment) -> Verdict:
    """No installed program is past its end of support."""
    if not software.versions:
        return unknown("Aucun programme installé n'a pu être lu.")
    ended = [entry for entry in software_support() if entry.ends < moment.now.date()]
    installed = software.versions.items()
    old = sorted({entry.name for entry in ended if any(_matches(entry, name, version) for name, version in installed)})
    if not old:
        return passed("Aucun programme connu comme abandonné n'est installé.", examined=len(software.versions))
    words = agree(len(old), "n'est plus corrigé par son éditeur", "ne sont plus corrigés par leur éditeur")
    return failed(f"{listed(old)} {words}.", programs=old)


def _matches(entry: SoftwareSupport, name: str, version: str) -> bool:
    return (
        re.fullmatch(entry.key, name.casefold()) is not None
        and version.startswith(entry.version)
        and entry.contains in version
    )


@check("access-package-sources")
def package_sources(sources: PackageSources) -> Verdict:
    """Programs come from places whose signature is checked."""
    if sources.unverified:
        return failed("Des programmes peuvent s'installer sans signature vérifiée.", unverified=sources.unverified)
    return passed("Les programmes viennent de sources signées.", sources=sources.total)


@check("access-secure-boot")
def secure_boot(boot: SecureBoot) -> Verdict:
    """The firmware checks what it starts."""
    return passed("Le démarrage sécurisé est actif.") if boot.enabled else failed("Le démarrage sécurisé est coupé.")


@check("access-time-sync")
def time_sync(sync: TimeSync) -> Verdict:
    """The clock is kept right."""
    if sync.active:
        return passed("L'heure de l'ordinateur est tenue à jour.", mechanism=sync.mechanism)
    return failed("Aucun service ne tient l'heure de l'ordinateur à jour.")


@check("access-logs-kept")
def logs_kept(logs: LogRetention) -> Verdict:
    """System logs are kept six months and survive a restart."""
    if not logs.survives_restart:
        return failed("Les journaux du système s'effacent à chaque redémarrage.")
    if logs.days is None:
        return unknown("La durée de conservation des journaux n'est fixée nulle part.")
    if logs.days < KEPT_DAYS:
        return failed(
            f"Les journaux du système sont gardés {plural(logs.days, 'jour')} : moins de six mois.", days=logs.days
        )
    return passed(f"Les journaux du système sont gardés {logs.days} jours.", days=logs.days)


@check("access-startup-rights")
def startup_rights(rights: StartupRights) -> Verdict:
    """Only administrators can change what starts with the computer."""
    if rights.writable_by_all:
        count = agree(rights.writable_by_all, "un programme de démarrage", "{} programmes de démarrage")
        return failed(f"N'importe quel compte peut modifier {count}.", writable=rights.writable_by_all)
    if not rights.examined:
        return unknown("Aucun programme de démarrage n'a pu être examiné.")
    return passed("Seuls les administrateurs peuvent modifier les programmes de démarrage.", examined=rights.examined)


@check("access-disk-space")
def disk_space(space: DiskSpace) -> Verdict:
    """Every disk keeps a tenth free."""
    percent = int(100 * space.smallest_free_share + _ROUNDING)
    if space.smallest_free_share < FULL_SHARE:
        return failed(f"Un disque est presque plein : il reste {percent} % de place.", free_percent=percent)
    return passed(f"Il reste au moins {percent} % de place sur chaque disque.", free_percent=percent)
