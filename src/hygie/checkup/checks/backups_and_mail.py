"""Measures 4, 5 and 6: backups that ransomware cannot reach, mail, and patients' files left lying about."""

from hygie.checkup.checks.cards_and_passwords import judge_files
from hygie.checkup.registry import check
from hygie.content.hints import Hint
from hygie.core.clock import days_since
from hygie.core.finding import Verdict, failed, not_applicable, passed, unknown
from hygie.core.french import agree, listed, plural
from hygie.probes.facts import (
    BackupPrograms,
    BackupTargets,
    BackupTrace,
    MailAccounts,
    MailForwarding,
    MailHost,
    MailRemoteContent,
    Moment,
    PermanentBackupMounts,
    Place,
    PrintSpool,
    RemovableMedia,
    SensitiveFiles,
    SyncFolders,
)

RECENT_DAYS = 7
_OPEN_PLACES = (Place.DESKTOP, Place.DOWNLOADS, Place.SHARED, Place.REMOVABLE)
_NO_ACCOUNT = "Aucun compte de messagerie n'est réglé sur cet ordinateur."
_PATIENT_FILE = ("fichier semble parler de patients", "fichiers semblent parler de patients")


@check("backup-program")
def backup_program(programs: BackupPrograms) -> Verdict:
    """A backup program is there."""
    if programs.installed:
        names = list(programs.installed)
        one, several = "Un programme de sauvegarde est installé", "{} programmes de sauvegarde sont installés"
        return passed(f"{agree(len(names), one, several)} : {listed(names)}.", programs=names)
    return failed("Aucun programme de sauvegarde connu n'est installé.")


@check("backup-recent")
def backup_recent(trace: BackupTrace, moment: Moment) -> Verdict:
    """The last success is less than a week old."""
    if trace.last_success_at is None:
        return failed(f"{trace.program} n'a encore jamais réussi de copie.")
    days = days_since(trace.last_success_at, moment.now)
    if days is None:
        return unknown("La dernière copie porte une date à venir : l'heure de l'ordinateur est-elle juste ?")
    if days >= RECENT_DAYS:
        return failed(f"La dernière copie réussie remonte à {days} jours.", days=days)
    if days == 0:
        return passed("La dernière copie réussie a moins d'un jour.", days=days)
    return passed(f"La dernière copie réussie a {plural(days, 'jour')}.", days=days)


@check("backup-disk-unplugged")
def backup_disk_unplugged(media: RemovableMedia) -> Verdict:
    """No backup disk is plugged in."""
    disks = sum(1 for medium in media.media if medium.holds_backup)
    if disks:
        one = "Un disque de sauvegarde est branché : un pirate pourrait l'effacer."
        several = "{} disques de sauvegarde sont branchés : un pirate pourrait les effacer."
        return failed(agree(disks, one, several), disks=disks)
    return passed("Aucun disque de sauvegarde n'est branché.")


@check("backup-permanent-mount")
def permanent_mount(mounts: PermanentBackupMounts) -> Verdict:
    """No backup volume is attached at every start."""
    if mounts.mounts:
        one = "Une sauvegarde reste attachée en permanence à l'ordinateur."
        several = "{} sauvegardes restent attachées en permanence à l'ordinateur."
        return failed(agree(mounts.mounts, one, several), mounts=mounts.mounts)
    return passed("Aucune sauvegarde n'est attachée en permanence.")


@check("backup-sync-only")
def sync_only(folders: SyncFolders, programs: BackupPrograms) -> Verdict:
    """Synchronised folders do not stand for a backup."""
    if not folders.clients:
        return not_applicable("Aucun dossier synchronisé n'est installé.")
    clients = list(folders.clients)
    if programs.installed:
        return passed("Un programme de sauvegarde s'ajoute au dossier synchronisé.", clients=clients)
    copies = agree(len(clients), "recopie", "recopient")
    return failed(f"{listed(clients)} {copies} aussi les effacements : ce n'est pas une sauvegarde.", clients=clients)


@check("backup-target-writable")
def target_writable(targets: BackupTargets) -> Verdict:
    """The account of every day cannot erase the copies."""
    if not targets.repositories:
        return not_applicable("Aucune copie n'est rangée sur cet ordinateur.")
    if targets.writable_by_people:
        return failed("Le compte de tous les jours peut effacer les copies.", repositories=targets.repositories)
    return passed("Le compte de tous les jours ne peut pas effacer les copies.", repositories=targets.repositories)


@check("messaging-consumer-account")
def consumer_account(mail: MailAccounts) -> Verdict:
    """No mail account is at a consumer provider."""
    if not mail.accounts:
        return not_applicable(_NO_ACCOUNT)
    count = sum(1 for account in mail.accounts if account.host is MailHost.CONSUMER)
    if count:
        one = "Un compte de messagerie grand public est réglé sur cet ordinateur."
        several = "{} comptes de messagerie grand public sont réglés sur cet ordinateur."
        return failed(agree(count, one, several), consumer=count, accounts=len(mail.accounts))
    return passed("Aucun compte de messagerie grand public n'est réglé ici.", accounts=len(mail.accounts))


@check("messaging-encrypted-link")
def encrypted_link(mail: MailAccounts) -> Verdict:
    """Every account reads and sends over an encrypted link."""
    if not mail.accounts:
        return not_applicable(_NO_ACCOUNT)
    clear = sum(1 for account in mail.accounts if not account.encrypted)
    if clear:
        one = "Le courrier d'un compte voyage en clair sur Internet."
        several = "Le courrier de {} comptes voyage en clair sur Internet."
        return failed(agree(clear, one, several), clear=clear, accounts=len(mail.accounts))
    return passed("Le courrier voyage chiffré entre l'ordinateur et la messagerie.", accounts=len(mail.accounts))


@check("messaging-forwarding")
def forwarding(rules: MailForwarding) -> Verdict:
    """No rule sends mail elsewhere."""
    if rules.outside:
        one = "Une règle renvoie du courrier à l'extérieur toute seule."
        several = "{} règles renvoient du courrier à l'extérieur toutes seules."
        return failed(agree(rules.outside, one, several), rules=rules.outside)
    if not rules.examined:
        return unknown("Aucune règle de courrier n'a pu être lue.")
    return passed("Aucune règle ne renvoie le courrier ailleurs.", examined=rules.examined)


@check("messaging-remote-images")
def remote_images(content: MailRemoteContent) -> Verdict:
    """Remote images wait to be asked for."""
    if content.fetching:
        return failed("La messagerie charge les images distantes sans demander.", profiles=content.fetching)
    if not content.profiles:
        return not_applicable("Aucun programme de messagerie n'est réglé sur cet ordinateur.")
    return passed("La messagerie ne charge pas d'image distante sans demander.", profiles=content.profiles)


@check("gdpr-patient-files")
def patient_files(files: SensitiveFiles) -> Verdict:
    """No file about patients lies on show."""
    good = "Aucun fichier de patient n'a été vu dans les endroits exposés."
    return judge_files(files, Hint.PATIENTS, _OPEN_PLACES, good, _PATIENT_FILE)


@check("gdpr-patient-files-synced")
def patient_files_synced(files: SensitiveFiles) -> Verdict:
    """No file about patients is copied to a consumer cloud."""
    good = "Aucun fichier de patient n'a été vu dans un dossier copié sur Internet."
    return judge_files(files, Hint.PATIENTS, (Place.SYNCED,), good, _PATIENT_FILE)


@check("gdpr-print-spool")
def print_spool(spool: PrintSpool) -> Verdict:
    """The print service keeps no document."""
    if spool.kept:
        one = "Un document imprimé est gardé par le service d'impression."
        several = "{} documents imprimés sont gardés par le service d'impression."
        return failed(agree(spool.kept, one, several), documents=spool.kept)
    return passed("Le service d'impression ne garde aucun document.")
