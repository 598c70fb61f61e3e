"""Measure 1, the devices: encryption, sessions, accounts, what is plugged in."""

import math

from hygie.checkup.registry import check
from hygie.core.finding import Verdict, failed, not_applicable, passed, unknown
from hygie.core.french import agree, plural
from hygie.probes.facts import (
    Administrators,
    AutoLogin,
    Autorun,
    DailyAccount,
    DormantAccounts,
    FailedLogons,
    GuestAccount,
    HomeRights,
    RemovableHistory,
    RemovableMedia,
    ScreenLock,
    SwapAreas,
    SystemVolumes,
)

LOCK_SECONDS = 600
FEW_ADMINISTRATORS = 2
FEW_DEVICES = 5
FEW_REFUSALS = 20


@check("access-disk-encryption")
def disk_encryption(disks: SystemVolumes) -> Verdict:
    """Every disk that holds the system or people's files is encrypted."""
    clear = [volume.place for volume in disks.volumes if not volume.encrypted]
    if not disks.volumes:
        return unknown("Aucun disque du système n'a été reconnu.")
    if clear:
        one = "Un disque de l'ordinateur n'est pas chiffré : volé, il se lit."
        several = "{} disques de l'ordinateur ne sont pas chiffrés : volés, ils se lisent."
        return failed(agree(len(clear), one, several), volumes=len(disks.volumes), clear=len(clear))
    good = agree(
        len(disks.volumes), "Le disque de l'ordinateur est chiffré.", "Les {} disques de l'ordinateur sont chiffrés."
    )
    return passed(good, volumes=len(disks.volumes))


@check("access-swap-encryption")
def swap_encryption(swap: SwapAreas) -> Verdict:
    """What memory writes on the disk is encrypted."""
    if not swap.areas:
        return not_applicable("Cet ordinateur n'écrit pas sa mémoire sur le disque.")
    if all(area.encrypted for area in swap.areas):
        return passed("La mémoire écrite sur le disque est chiffrée.")
    return failed("La mémoire s'écrit en clair sur le disque.", areas=len(swap.areas))


@check("access-screen-lock")
def screen_lock(lock: ScreenLock) -> Verdict:
    """The session locks by itself within ten minutes."""
    if not lock.locks or lock.after_seconds is None:
        return failed("La session ne se verrouille pas toute seule.", sessions=lock.sessions)
    minutes = max(1, math.ceil(lock.after_seconds / 60))
    if lock.after_seconds > LOCK_SECONDS:
        return failed(f"La session ne se verrouille qu'après {plural(minutes, 'minute')}.", minutes=minutes)
    return passed(f"La session se verrouille seule après {plural(minutes, 'minute')}.", minutes=minutes)


@check("access-auto-login")
def auto_login(login: AutoLogin) -> Verdict:
    """A password is asked when the computer starts."""
    if login.enabled:
        return failed("L'ordinateur ouvre une session sans mot de passe.")
    return passed("Un mot de passe est demandé au démarrage.")


@check("access-guest-account")
def guest_account(guest: GuestAccount) -> Verdict:
    """Nobody opens a session as a guest."""
    if guest.enabled:
        return failed("N'importe qui peut ouvrir une session d'invité.")
    return passed("La session d'invité est fermée.")


@check("access-administrators-few")
def administrators_few(accounts: Administrators) -> Verdict:
    """At most two people administer the computer."""
    count = accounts.administrators
    evidence = {"administrators": count, "people": accounts.people}
    if count > FEW_ADMINISTRATORS:
        return failed(f"{count} comptes de personnes sont administrateurs.", **evidence)
    if not count:
        return passed("Aucun compte de personne n'est administrateur.", **evidence)
    one, several = "Un seul compte de personne est administrateur.", "{} comptes de personnes sont administrateurs."
    return passed(agree(count, one, several), **evidence)


@check("access-root-twins")
def root_twins(accounts: Administrators) -> Verdict:
    """Only root has root's identity."""
    if accounts.root_twins:
        subject = agree(accounts.root_twins, "Un autre compte a", "{} autres comptes ont")
        return failed(f"{subject} tous les droits du système.", accounts=accounts.root_twins)
    return passed("Aucun compte caché n'a tous les droits du système.")


@check("access-daily-account")
def daily_account(account: DailyAccount) -> Verdict:
    """The account of every day does not administer."""
    if account.administrator:
        return failed("Le compte de tous les jours est administrateur.")
    return passed("Le compte de tous les jours n'est pas administrateur.")


@check("access-dormant-accounts")
def dormant_accounts(accounts: DormantAccounts) -> Verdict:
    """No forgotten account can open a session."""
    if accounts.dormant:
        rest = f"sans usage depuis {plural(accounts.days, 'jour')}"
        one, several = f"Un compte {rest} peut encore servir.", f"{{}} comptes {rest} peuvent encore servir."
        return failed(agree(accounts.dormant, one, several), dormant=accounts.dormant)
    return passed("Aucun compte oublié ne peut encore servir.", people=accounts.people)


@check("access-home-rights")
def home_rights(rights: HomeRights) -> Verdict:
    """People's folders are closed to the other accounts."""
    if rights.open_to_others:
        one = "Un dossier personnel se lit depuis les autres comptes."
        several = "{} dossiers personnels se lisent depuis les autres comptes."
        return failed(agree(rights.open_to_others, one, several), open=rights.open_to_others, homes=rights.homes)
    if not rights.homes:
        return not_applicable("Aucune personne n'a de dossier sur cet ordinateur.")
    return passed("Les dossiers personnels sont fermés aux autres comptes.", homes=rights.homes)


@check("access-failed-logons")
def failed_logons(logons: FailedLogons) -> Verdict:
    """Few passwords were refused."""
    count = plural(logons.count, "mot de passe refusé", "mots de passe refusés")
    during = f"en {plural(logons.days, 'jour')}"
    if logons.count > FEW_REFUSALS:
        return failed(f"{count} {during} : quelqu'un essaie peut-être d'entrer.", count=logons.count)
    return passed(f"{count} {during}." if logons.count else f"Aucun mot de passe refusé {during}.", count=logons.count)


@check("access-removable-encrypted")
def removable_encrypted(media: RemovableMedia) -> Verdict:
    """Sticks and disks plugged in, backups included, are encrypted."""
    count = len(media.media)
    if count == 0:
        return not_applicable("Aucun disque ni aucune clé n'est branché en ce moment.")
    if clear := sum(1 for medium in media.media if medium.encrypted is False):
        one = "Une clé ou un disque branché n'est pas chiffré : perdu, il se lit."
        several = "{} clés ou disques branchés ne sont pas chiffrés : perdus, ils se lisent."
        return failed(agree(clear, one, several), media=count, clear=clear)
    if any(medium.encrypted is None for medium in media.media):
        return unknown("Rien ne dit si la clé ou le disque branché est chiffré.", media=count)
    return passed("Les clés et disques branchés sont chiffrés.", media=count)


@check("access-removable-history")
def removable_history(history: RemovableHistory) -> Verdict:
    """Few different sticks and disks were plugged in."""
    count = history.devices
    if count > FEW_DEVICES:
        return failed(f"{count} clés et disques USB différents ont été branchés ici.", devices=count)
    if not count:
        return passed("Aucune trace de clé ni de disque USB sur cet ordinateur.", devices=count)
    one = "Une seule clé ou un seul disque USB a été branché ici."
    return passed(agree(count, one, "Seulement {} clés ou disques USB ont été branchés ici."), devices=count)


@check("access-autorun")
def autorun(setting: Autorun) -> Verdict:
    """What is plugged in does not start by itself."""
    if setting.enabled:
        return failed("Ce qui est sur une clé peut se lancer tout seul.")
    return passed("Ce qui est sur une clé ne se lance pas tout seul.")
