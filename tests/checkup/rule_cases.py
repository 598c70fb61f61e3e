# ruff: noqa: E501 - a table with one case a line
"""Facts built by hand for every rule, with the outcome and a part of the sentence each must give."""

from datetime import datetime, timedelta

from hygie.content.hints import Hint
from hygie.core.finding import Outcome
from hygie.probes import facts as f
from hygie.probes.facts import Place
from tests.checkup.build import NOW

PASSED, FAILED, UNKNOWN, NA = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE
Case = tuple[str, object, Outcome, str]


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def clear(count: int) -> tuple[f.Volume, ...]:
    return tuple(f.Volume(f"/disk{number}", encrypted=False) for number in range(count))


def media(*encrypted: bool | None, backup: bool = False) -> f.RemovableMedia:
    return f.RemovableMedia(tuple(f.Medium("/media/x", encrypted=state, holds_backup=backup) for state in encrypted))


def reachable(*ports: int, program: str = "") -> f.ListeningServices:
    return f.ListeningServices(tuple(f.Listener(port, program) for port in ports))


def shares(*open_to: tuple[bool, bool]) -> f.SharedFolders:
    return f.SharedFolders(tuple(f.Share(anonymous=nameless, writable_by_all=loose) for nameless, loose in open_to))


def files(hint: Hint, *places: Place, complete: bool = True) -> f.SensitiveFiles:
    found = tuple(f.SensitiveFile(hint, place, f"secret {number}.pdf") for number, place in enumerate(places))
    return f.SensitiveFiles(found, 300, complete=complete)


def mail(*accounts: tuple[f.MailHost, bool]) -> f.MailAccounts:
    return f.MailAccounts(tuple(f.MailAccount(host, encrypted=encrypted) for host, encrypted in accounts))


def ends(*days: float) -> f.LocalCertificates:
    return f.LocalCertificates(tuple(NOW + timedelta(days=number) for number in days))


def antivirus(running: bool | None = True, days: float | None = 1, *names: str) -> f.Antivirus:  # noqa: FBT001, FBT002 - a table
    return f.Antivirus(names or ("ClamAV",), running, None if days is None else ago(days))


def release(product: str, version: str) -> f.SystemRelease:
    return f.SystemRelease(product, version, f"{product} {version}".strip())


CONSUMER, MSSANTE, OTHER = f.MailHost.CONSUMER, f.MailHost.MSSANTE, f.MailHost.OTHER

DEVICES: tuple[Case, ...] = (
    ("access-disk-encryption", f.SystemVolumes((f.Volume("/", encrypted=True),)), PASSED, "Le disque de l'ordinateur est chiffré"),
    ("access-disk-encryption", f.SystemVolumes((f.Volume("C:", encrypted=True),) * 2), PASSED, "Les 2 disques"),
    ("access-disk-encryption", f.SystemVolumes((f.Volume("C:", encrypted=True), *clear(1))), FAILED, "Un disque de l'ordinateur n'est pas"),
    ("access-disk-encryption", f.SystemVolumes(clear(2)), FAILED, "2 disques de l'ordinateur ne sont pas chiffrés : volés, ils se lisent"),
    ("access-disk-encryption", f.SystemVolumes(()), UNKNOWN, "Aucun disque du système"),
    ("access-swap-encryption", f.SwapAreas((f.Volume("/swap", encrypted=True),)), PASSED, "chiffrée"),
    ("access-swap-encryption", f.SwapAreas((f.Volume("/swap", encrypted=True), *clear(1))), FAILED, "en clair"),
    ("access-swap-encryption", f.SwapAreas(()), NA, "n'écrit pas sa mémoire"),
    ("access-screen-lock", f.ScreenLock(locks=True, after_seconds=600, sessions=1), PASSED, "après 10 minutes"),
    ("access-screen-lock", f.ScreenLock(locks=True, after_seconds=60, sessions=1), PASSED, "après 1 minute."),
    ("access-screen-lock", f.ScreenLock(locks=True, after_seconds=0, sessions=1), PASSED, "après 1 minute."),
    ("access-screen-lock", f.ScreenLock(locks=True, after_seconds=601, sessions=1), FAILED, "qu'après 11 minutes"),
    ("access-screen-lock", f.ScreenLock(locks=True, after_seconds=None, sessions=1), FAILED, "pas toute seule"),
    ("access-screen-lock", f.ScreenLock(locks=False, after_seconds=300, sessions=1), FAILED, "pas toute seule"),
    ("access-auto-login", f.AutoLogin(enabled=False), PASSED, "Un mot de passe est demandé"),
    ("access-auto-login", f.AutoLogin(enabled=True), FAILED, "sans mot de passe"),
    ("access-guest-account", f.GuestAccount(enabled=False), PASSED, "fermée"),
    ("access-guest-account", f.GuestAccount(enabled=True), FAILED, "N'importe qui"),
    ("access-administrators-few", f.Administrators(4, 0, 0), PASSED, "Aucun compte de personne"),
    ("access-administrators-few", f.Administrators(4, 1, 0), PASSED, "Un seul compte de personne est administrateur"),
    ("access-administrators-few", f.Administrators(4, 2, 0), PASSED, "2 comptes de personnes sont administrateurs"),
    ("access-administrators-few", f.Administrators(4, 3, 0), FAILED, "3 comptes de personnes sont administrateurs"),
    ("access-root-twins", f.Administrators(4, 1, 0), PASSED, "Aucun compte caché"),
    ("access-root-twins", f.Administrators(4, 1, 1), FAILED, "Un autre compte a tous"),
    ("access-root-twins", f.Administrators(4, 1, 2), FAILED, "2 autres comptes ont tous"),
    ("access-daily-account", f.DailyAccount(administrator=False), PASSED, "n'est pas administrateur"),
    ("access-daily-account", f.DailyAccount(administrator=True), FAILED, "est administrateur"),
    ("access-dormant-accounts", f.DormantAccounts(0, 3, 90), PASSED, "Aucun compte oublié"),
    ("access-dormant-accounts", f.DormantAccounts(1, 3, 90), FAILED, "Un compte sans usage depuis 90 jours peut"),
    ("access-dormant-accounts", f.DormantAccounts(21, 30, 90), FAILED, "21 comptes sans usage depuis 90 jours peuvent"),
    ("access-home-rights", f.HomeRights(0, 3), PASSED, "fermés"),
    ("access-home-rights", f.HomeRights(1, 3), FAILED, "Un dossier personnel se lit"),
    ("access-home-rights", f.HomeRights(2, 3), FAILED, "2 dossiers personnels se lisent"),
    ("access-home-rights", f.HomeRights(0, 0), NA, "Aucune personne"),
    ("access-failed-logons", f.FailedLogons(0, 7), PASSED, "Aucun mot de passe refusé en 7 jours"),
    ("access-failed-logons", f.FailedLogons(1, 1), PASSED, "1 mot de passe refusé en 1 jour."),
    ("access-failed-logons", f.FailedLogons(20, 7), PASSED, "20 mots de passe refusés"),
    ("access-failed-logons", f.FailedLogons(21, 7), FAILED, "21 mots de passe refusés en 7 jours : quelqu'un"),
    ("access-removable-encrypted", media(True), PASSED, "chiffrés"),
    ("access-removable-encrypted", media(True, True, backup=True), PASSED, "chiffrés"),
    ("access-removable-encrypted", media(True, False), FAILED, "Une clé ou un disque branché n'est pas chiffré"),
    ("access-removable-encrypted", media(False, False, None), FAILED, "2 clés ou disques branchés ne sont pas"),
    ("access-removable-encrypted", media(False, backup=True), FAILED, "n'est pas chiffré"),
    ("access-removable-encrypted", media(True, None), UNKNOWN, "Rien ne dit"),
    ("access-removable-encrypted", media(), NA, "Aucun disque ni aucune clé"),
    ("access-removable-history", f.RemovableHistory(0, None), PASSED, "Aucune trace"),
    ("access-removable-history", f.RemovableHistory(1, None), PASSED, "Une seule clé ou un seul disque USB a été"),
    ("access-removable-history", f.RemovableHistory(5, None), PASSED, "Seulement 5 clés ou disques"),
    ("access-removable-history", f.RemovableHistory(6, None), FAILED, "6 clés et disques USB différents"),
    ("access-autorun", f.Autorun(enabled=False), PASSED, "ne se lance pas"),
    ("access-autorun", f.Autorun(enabled=True), FAILED, "peut se lancer"),
)  # fmt: skip

SYSTEM: tuple[Case, ...] = (
    ("access-system-supported", release("debian", "13"), PASSED, "corrigé jusqu'au 30 juin 2030"),
    ("access-system-supported", release("debian", "12.9"), PASSED, "30 juin 2028"),
    ("access-system-supported", release("debian", "11"), FAILED, "n'est plus corrigé depuis le 31 août 2026"),
    ("access-system-supported", release("windows-10", "22H2"), FAILED, "14 octobre 2025"),
    ("access-system-supported", release("windows-7", ""), FAILED, "n'est plus corrigé"),
    ("access-system-supported", release("debian", "1"), UNKNOWN, "date de fin de ce système : debian 1"),
    ("access-system-supported", release("debian", ""), UNKNOWN, "date de fin"),
    ("access-system-supported", release("haiku", "1"), UNKNOWN, "date de fin"),
    ("access-updates-pending", f.SecurityUpdates(0), PASSED, "Aucune mise à jour"),
    ("access-updates-pending", f.SecurityUpdates(1, ("openssl",)), FAILED, "Une mise à jour de sécurité attend."),
    ("access-updates-pending", f.SecurityUpdates(21), FAILED, "21 mises à jour de sécurité attendent."),
    ("access-updates-fresh", f.UpdateLists(ago(0)), PASSED, "il y a moins d'une semaine"),
    ("access-updates-fresh", f.UpdateLists(ago(6.9)), PASSED, "il y a moins d'une semaine"),
    ("access-updates-fresh", f.UpdateLists(ago(7)), FAILED, "depuis 7 jours"),
    ("access-updates-fresh", f.UpdateLists(ago(400)), FAILED, "depuis 400 jours"),
    ("access-updates-fresh", f.UpdateLists(ago(-2)), UNKNOWN, "date à venir"),
    ("access-updates-automatic", f.AutomaticUpdates(enabled=True, mechanism="x"), PASSED, "s'installent seules"),
    ("access-updates-automatic", f.AutomaticUpdates(enabled=False, mechanism="x"), FAILED, "ne s'installent pas"),
    ("access-restart-pending", f.PendingReboot(required=False), PASSED, "Aucune"),
    ("access-restart-pending", f.PendingReboot(required=True), FAILED, "redémarre"),
    ("access-antivirus", antivirus(), PASSED, "Un antivirus fonctionne : ClamAV."),
    ("access-antivirus", antivirus(True, 1, "A", "B"), PASSED, "A et B"),
    ("access-antivirus", antivirus(running=False), FAILED, "Antivirus présent : ClamAV. Il est arrêté."),
    ("access-antivirus", f.Antivirus((), running=True, signatures_at=NOW), FAILED, "Aucun antivirus connu"),
    ("access-antivirus", antivirus(running=None), UNKNOWN, "Rien ne dit"),
    ("access-antivirus-fresh", antivirus(days=6), PASSED, "moins d'une semaine"),
    ("access-antivirus-fresh", antivirus(days=7), FAILED, "ont 7 jours"),
    ("access-antivirus-fresh", antivirus(days=None), UNKNOWN, "ne se lit pas"),
    ("access-antivirus-fresh", antivirus(days=-3), UNKNOWN, "date à venir"),
    ("access-antivirus-fresh", f.Antivirus((), running=None, signatures_at=None), NA, "rien à mettre à jour"),
    ("access-software-supported", f.InstalledSoftware({"firefox": "140"}), PASSED, "Aucun programme connu"),
    ("access-software-supported", f.InstalledSoftware({"Python2.7": "2.7.18"}), FAILED, "Python 2.7 n'est plus corrigé par son éditeur"),
    ("access-software-supported", f.InstalledSoftware({"python2.7": "2.7", "php7.4": "7.4"}), FAILED, "PHP 7 et Python 2.7 ne sont plus corrigés"),
    ("access-software-supported", f.InstalledSoftware({"nodejs": "18.1-1nodesource1"}), FAILED, "Node.js 18"),
    ("access-software-supported", f.InstalledSoftware({"nodejs": "18.1-deb12"}), PASSED, "Aucun"),
    ("access-software-supported", f.InstalledSoftware({}), UNKNOWN, "n'a pu être lu"),
    ("access-package-sources", f.PackageSources(3, 0), PASSED, "sources signées"),
    ("access-package-sources", f.PackageSources(3, 1), FAILED, "sans signature"),
    ("access-secure-boot", f.SecureBoot(enabled=True), PASSED, "actif"),
    ("access-secure-boot", f.SecureBoot(enabled=False), FAILED, "coupé"),
    ("access-time-sync", f.TimeSync(active=True, mechanism="ntpd"), PASSED, "à jour"),
    ("access-time-sync", f.TimeSync(active=False, mechanism="aucun"), FAILED, "Aucun service"),
    ("access-logs-kept", f.LogRetention(180, survives_restart=True), PASSED, "gardés 180 jours"),
    ("access-logs-kept", f.LogRetention(179, survives_restart=True), FAILED, "gardés 179 jours : moins de six mois"),
    ("access-logs-kept", f.LogRetention(1, survives_restart=True), FAILED, "gardés 1 jour :"),
    ("access-logs-kept", f.LogRetention(365, survives_restart=False), FAILED, "redémarrage"),
    ("access-logs-kept", f.LogRetention(None, survives_restart=True), UNKNOWN, "nulle part"),
    ("access-startup-rights", f.StartupRights(0, 10), PASSED, "Seuls les administrateurs"),
    ("access-startup-rights", f.StartupRights(1, 10), FAILED, "modifier un programme de démarrage"),
    ("access-startup-rights", f.StartupRights(21, 30), FAILED, "modifier 21 programmes de démarrage"),
    ("access-startup-rights", f.StartupRights(0, 0), UNKNOWN, "n'a pu être examiné"),
    ("access-disk-space", f.DiskSpace(0.1, 1), PASSED, "10 %"),
    ("access-disk-space", f.DiskSpace(0.29, 1), PASSED, "29 %"),
    ("access-disk-space", f.DiskSpace(0.0999, 1), FAILED, "il reste 9 %"),
    ("access-disk-space", f.DiskSpace(0.0, 1), FAILED, "il reste 0 %"),
)  # fmt: skip

NETWORK: tuple[Case, ...] = (
    ("access-firewall", f.Firewall(active=True, mechanism="x"), PASSED, "actif"),
    ("access-firewall", f.Firewall(active=False, mechanism="aucun"), FAILED, "Aucun pare-feu"),
    ("access-remote-tools", f.RemoteTools(()), PASSED, "Aucun programme connu"),
    ("access-remote-tools", f.RemoteTools(("AnyDesk",)), FAILED, "AnyDesk permet"),
    ("access-remote-tools", f.RemoteTools(("AnyDesk", "TeamViewer")), FAILED, "AnyDesk et TeamViewer permettent"),
    ("access-remote-desktop", f.RemoteDesktop(enabled=False, network_level_authentication=None), PASSED, "fermé"),
    ("access-remote-desktop", f.RemoteDesktop(enabled=True, network_level_authentication=True), FAILED, "ouvert"),
    ("access-remote-desktop", f.RemoteDesktop(enabled=True, network_level_authentication=None), FAILED, "ouvert"),
    ("access-remote-desktop", f.RemoteDesktop(enabled=True, network_level_authentication=False), FAILED, "sans vérification"),
    ("access-vnc", reachable(443), PASSED, "Aucun partage d'écran"),
    ("access-vnc", reachable(5900), FAILED, "joignable depuis le réseau : VNC"),
    ("access-legacy-services", reachable(443), PASSED, "Aucun service ancien"),
    ("access-legacy-services", reachable(23, 21), FAILED, "FTP et Telnet"),
    ("access-databases-reachable", reachable(443), PASSED, "Aucune base"),
    ("access-databases-reachable", reachable(5432, 5433), FAILED, "base de données : PostgreSQL."),
    ("access-medical-ports", reachable(443, 80), PASSED, "Aucun serveur d'images"),
    ("access-medical-ports", reachable(104), FAILED, "DICOM"),
    ("access-medical-ports", reachable(11112), FAILED, "DICOM"),
    ("access-medical-ports", reachable(4242, 8042, 2575), FAILED, "HL7"),
    ("access-other-services", reachable(22, 445, 5432), PASSED, "Aucun service inconnu"),
    ("access-other-services", reachable(49999), FAILED, "Un service que personne n'a nommé est joignable"),
    ("access-other-services", reachable(49999, 631), FAILED, "2 services que personne n'a nommés sont joignables"),
    ("messaging-mail-server", reachable(443), PASSED, "n'est pas un serveur"),
    ("messaging-mail-server", reachable(25), FAILED, "serveur de messagerie"),
    ("access-shares-anonymous", shares((False, True)), PASSED, "demandent un mot de passe"),
    ("access-shares-anonymous", shares(), PASSED, "ne partage aucun dossier"),
    ("access-shares-anonymous", shares((True, False)), FAILED, "Un dossier partagé se lit"),
    ("access-shares-anonymous", shares((True, False), (True, True)), FAILED, "2 dossiers partagés se lisent"),
    ("access-shares-writable", shares((True, False)), PASSED, "Seuls les comptes choisis"),
    ("access-shares-writable", shares(), PASSED, "ne partage aucun dossier"),
    ("access-shares-writable", shares((False, True)), FAILED, "modifier un dossier partagé"),
    ("access-shares-writable", shares((False, True), (False, True)), FAILED, "modifier 2 dossiers partagés"),
    ("access-wifi", f.Wifi(3, 0), PASSED, "protégés"),
    ("access-wifi", f.Wifi(3, 1), FAILED, "Un réseau Wi-Fi connu est"),
    ("access-wifi", f.Wifi(3, 2), FAILED, "2 réseaux Wi-Fi connus sont"),
    ("access-wifi", f.Wifi(0, 0), NA, "aucun réseau Wi-Fi"),
    ("access-proxy", f.Proxy(configured=False), PASSED, "Aucun intermédiaire"),
    ("access-proxy", f.Proxy(configured=True), FAILED, "est-il voulu"),
    ("access-dns", f.Resolvers(("192.168.1.254", "fe80::1%eth0", "fd00::1")), PASSED, "box"),
    ("access-dns", f.Resolvers(("9.9.9.9", "2620:fe::fe", "80.67.169.12")), PASSED, "connus"),
    ("access-dns", f.Resolvers(("2620:00fe:0000:0000:0000:0000:0000:00fe",)), PASSED, "connus"),
    ("access-dns", f.Resolvers(("192.168.1.1", "5.5.5.5")), UNKNOWN, "Un serveur de noms n'est pas"),
    ("access-dns", f.Resolvers(("5.5.5.5", "6.6.6.6")), UNKNOWN, "2 serveurs de noms ne sont pas"),
    ("access-dns", f.Resolvers(("::ffff:5.5.5.5",)), UNKNOWN, "Un serveur de noms"),
    ("access-dns", f.Resolvers(("box.local", "", "999.1.1.1")), UNKNOWN, "3 serveurs"),
    ("access-dns", f.Resolvers(()), UNKNOWN, "Aucun serveur de noms"),
    ("access-hosts", f.HostsFile(()), PASSED, "Aucune adresse"),
    ("access-hosts", f.HostsFile(("ameli.fr",)), FAILED, "Une adresse connue est détournée : ameli.fr."),
    ("access-hosts", f.HostsFile(("a.fr", "b.fr", "c.fr", "d.fr")), FAILED, "4 adresses connues sont détournées : a.fr, b.fr, c.fr et 1 autre."),
    ("access-added-roots", f.AddedRoots(0), PASSED, "Aucune autorité"),
    ("access-added-roots", f.AddedRoots(1), FAILED, "Une autorité de certification a été ajoutée à la main"),
    ("access-added-roots", f.AddedRoots(2), FAILED, "2 autorités de certification ont été ajoutées à la main"),
    ("access-certificates", ends(30, 400), PASSED, "valables"),
    ("access-certificates", ends(29.9, 400), FAILED, "Un certificat de cet ordinateur se termine"),
    ("access-certificates", ends(1, 2, 400), FAILED, "2 certificats de cet ordinateur se terminent"),
    ("access-certificates", ends(-1, 2, 400), FAILED, "Un certificat de cet ordinateur est périmé"),
    ("access-certificates", ends(-1, -2), FAILED, "2 certificats de cet ordinateur sont périmés"),
    ("access-certificates", ends(), NA, "pas de certificat"),
)  # fmt: skip

CARDS_AND_PASSWORDS: tuple[Case, ...] = (
    ("cps-reader-service", f.CardReader(1, service_running=True), PASSED, "répondent"),
    ("cps-reader-service", f.CardReader(1, service_running=False), FAILED, "arrêté"),
    ("cps-reader-service", f.CardReader(1, service_running=None), UNKNOWN, "ne se lit pas"),
    ("cps-reader-service", f.CardReader(0, service_running=None), NA, "Aucun lecteur PC/SC"),
    ("cps-middleware", f.CardMiddleware("5.2.2"), PASSED, "lit toutes les cartes"),
    ("cps-middleware", f.CardMiddleware("5.2"), PASSED, "5.2"),
    ("cps-middleware", f.CardMiddleware("5.10.1"), PASSED, "5.10.1"),
    ("cps-middleware", f.CardMiddleware("5.2-1"), PASSED, "5.2-1"),
    ("cps-middleware", f.CardMiddleware("6"), PASSED, "6"),
    ("cps-middleware", f.CardMiddleware("5.1.9"), FAILED, "Cryptolib 5.1.9 ne lit pas les cartes CPS4"),
    ("cps-middleware", f.CardMiddleware("5"), FAILED, "CPS4"),
    ("cps-middleware", f.CardMiddleware(None), FAILED, "n'est pas installé"),
    ("cps-middleware", f.CardMiddleware(""), UNKNOWN, "La version de Cryptolib ne se lit pas"),
    ("cps-middleware", f.CardMiddleware("²"), UNKNOWN, "ne se lit pas"),
    ("cps-middleware", f.CardMiddleware("v5.2"), UNKNOWN, "ne se lit pas"),
    ("cps-middleware", f.CardMiddleware("9" * 5000), UNKNOWN, "ne se lit pas"),
    ("cps-pin-file", files(Hint.PASSWORDS, Place.DESKTOP), PASSED, "Aucun fichier"),
    ("cps-pin-file", files(Hint.CARD_PIN, Place.DOCUMENTS), FAILED, "1 fichier semble contenir le code d'une carte : dans les documents."),
    ("cps-pin-file", files(Hint.PASSWORDS, Place.DESKTOP, complete=False), UNKNOWN, "après 300 fichiers"),
    ("passwords-list-file", files(Hint.PATIENTS, Place.DESKTOP), PASSED, "Aucun fichier"),
    ("passwords-list-file", files(Hint.PASSWORDS, Place.SYNCED, Place.DESKTOP, complete=False), FAILED,
     "2 fichiers semblent contenir des mots de passe : dans un dossier copié sur Internet et sur le bureau."),
    ("passwords-list-file", files(Hint.PATIENTS, complete=False), UNKNOWN, "pas pu être regardé"),
    ("passwords-empty", f.EmptyPasswords(0), PASSED, "Aucun compte"),
    ("passwords-empty", f.EmptyPasswords(1), FAILED, "Un compte s'ouvre"),
    ("passwords-empty", f.EmptyPasswords(2), FAILED, "2 comptes s'ouvrent"),
    ("passwords-policy", f.PasswordPolicy(12, 4), PASSED, "refuse"),
    ("passwords-policy", f.PasswordPolicy(14, 3), PASSED, "refuse"),
    ("passwords-policy", f.PasswordPolicy(13, 3), FAILED, "long, mais trop simple"),
    ("passwords-policy", f.PasswordPolicy(20, 2), FAILED, "long, mais trop simple"),
    ("passwords-policy", f.PasswordPolicy(11, 4), FAILED, "de 11 caractères"),
    ("passwords-policy", f.PasswordPolicy(1, 0), FAILED, "de 1 caractère."),
    ("passwords-policy", f.PasswordPolicy(0, 0), FAILED, "n'exige aucune longueur"),
    ("passwords-lockout", f.Lockout(1), PASSED, "après 1 essai."),
    ("passwords-lockout", f.Lockout(10), PASSED, "après 10 essais"),
    ("passwords-lockout", f.Lockout(11), FAILED, "qu'après 11 essais"),
    ("passwords-lockout", f.Lockout(None), FAILED, "sans fin"),
    ("passwords-lockout", f.Lockout(0), FAILED, "sans fin"),
    ("passwords-hash", f.PasswordHashes(0, 3), PASSED, "bien protégés"),
    ("passwords-hash", f.PasswordHashes(1, 3), FAILED, "Un mot de passe est gardé"),
    ("passwords-hash", f.PasswordHashes(2, 3), FAILED, "2 mots de passe sont gardés"),
    ("passwords-hash", f.PasswordHashes(0, 0), NA, "Aucun compte"),
    ("passwords-secret-files", f.SecretFilesRights(0, 3), PASSED, "fermées"),
    ("passwords-secret-files", f.SecretFilesRights(1, 3), FAILED, "N'importe quel compte"),
    ("passwords-secret-files", f.SecretFilesRights(0, 0), UNKNOWN, "n'ont pas été trouvés"),
    ("passwords-elevation", f.ElevationWithoutPassword(0), PASSED, "demande un mot de passe"),
    ("passwords-elevation", f.ElevationWithoutPassword(1), FAILED, "sans donner son mot de passe"),
    ("passwords-ssh", f.SshServer(password_login=False, root_login="no", empty_passwords=False), PASSED, "que des clés"),
    ("passwords-ssh", f.SshServer(password_login=True, root_login="no", empty_passwords=False), FAILED, "simple mot de passe"),
    ("passwords-ssh-root", f.SshServer(password_login=True, root_login="keys", empty_passwords=False), PASSED, "n'entre pas"),
    ("passwords-ssh-root", f.SshServer(password_login=False, root_login="yes", empty_passwords=False), PASSED, "n'entre pas"),
    ("passwords-ssh-root", f.SshServer(password_login=True, root_login="yes", empty_passwords=False), FAILED, "laisse entrer"),
    ("passwords-ssh-empty", f.SshServer(password_login=True, root_login="no", empty_passwords=False), PASSED, "refuse"),
    ("passwords-ssh-empty", f.SshServer(password_login=False, root_login="no", empty_passwords=True), PASSED, "refuse"),
    ("passwords-ssh-empty", f.SshServer(password_login=True, root_login="no", empty_passwords=True), FAILED, "vide"),
    ("passwords-browser", f.BrowserPasswords(0), PASSED, "Aucun navigateur"),
    ("passwords-browser", f.BrowserPasswords(1), FAILED, "Un profil de navigateur garde"),
    ("passwords-browser", f.BrowserPasswords(2), FAILED, "2 profils de navigateur gardent"),
    ("passwords-manager", f.PasswordManagers(("KeePassXC",)), PASSED, "Un coffre de mots de passe est installé : KeePassXC."),
    ("passwords-manager", f.PasswordManagers(("A", "B")), PASSED, "2 coffres de mots de passe sont installés : A et B."),
    ("passwords-manager", f.PasswordManagers(()), FAILED, "Aucun coffre"),
    ("passwords-private-keys", f.PrivateKeys(0, 2), PASSED, "phrase secrète"),
    ("passwords-private-keys", f.PrivateKeys(1, 2), FAILED, "Une clé privée s'utilise"),
    ("passwords-private-keys", f.PrivateKeys(2, 2), FAILED, "2 clés privées s'utilisent"),
    ("passwords-private-keys", f.PrivateKeys(0, 0), NA, "Aucune clé privée"),
    ("passwords-stored", f.StoredCredentials(()), PASSED, "Aucun fichier de réglages"),
    ("passwords-stored", f.StoredCredentials(("netrc", "netrc")), FAILED, "Un mot de passe est écrit en clair"),
    ("passwords-stored", f.StoredCredentials(("netrc", "fstab")), FAILED, "2 sortes de fichiers"),
)  # fmt: skip

BACKUPS_MAIL_FILES: tuple[Case, ...] = (
    ("backup-program", f.BackupPrograms(("restic",)), PASSED, "Un programme de sauvegarde est installé : restic."),
    ("backup-program", f.BackupPrograms(("A", "B")), PASSED, "2 programmes de sauvegarde sont installés : A et B."),
    ("backup-program", f.BackupPrograms(()), FAILED, "Aucun programme"),
    ("backup-recent", f.BackupTrace("restic", ago(0.2)), PASSED, "moins d'un jour"),
    ("backup-recent", f.BackupTrace("restic", ago(1)), PASSED, "a 1 jour."),
    ("backup-recent", f.BackupTrace("restic", ago(6.9)), PASSED, "a 6 jours."),
    ("backup-recent", f.BackupTrace("restic", ago(7)), FAILED, "remonte à 7 jours"),
    ("backup-recent", f.BackupTrace("restic", None), FAILED, "restic n'a encore jamais réussi"),
    ("backup-recent", f.BackupTrace("restic", ago(-2)), UNKNOWN, "date à venir"),
    ("backup-disk-unplugged", media(), PASSED, "Aucun disque de sauvegarde"),
    ("backup-disk-unplugged", media(False, None), PASSED, "Aucun disque de sauvegarde"),
    ("backup-disk-unplugged", media(True, backup=True), FAILED, "Un disque de sauvegarde est branché"),
    ("backup-disk-unplugged", media(True, True, backup=True), FAILED, "2 disques de sauvegarde sont branchés"),
    ("backup-permanent-mount", f.PermanentBackupMounts(0), PASSED, "Aucune sauvegarde"),
    ("backup-permanent-mount", f.PermanentBackupMounts(1), FAILED, "Une sauvegarde reste attachée"),
    ("backup-permanent-mount", f.PermanentBackupMounts(2), FAILED, "2 sauvegardes restent attachées"),
    ("backup-sync-only", f.SyncFolders(("OneDrive",)), PASSED, "s'ajoute"),
    ("backup-sync-only", f.SyncFolders(()), NA, "Aucun dossier synchronisé"),
    ("backup-target-writable", f.BackupTargets(1, 0), PASSED, "ne peut pas effacer"),
    ("backup-target-writable", f.BackupTargets(2, 1), FAILED, "peut effacer"),
    ("backup-target-writable", f.BackupTargets(0, 0), NA, "Aucune copie"),
    ("messaging-consumer-account", mail((MSSANTE, True), (OTHER, False)), PASSED, "Aucun compte"),
    ("messaging-consumer-account", mail((CONSUMER, True)), FAILED, "Un compte de messagerie grand public est réglé"),
    ("messaging-consumer-account", mail((CONSUMER, True), (CONSUMER, True)), FAILED, "2 comptes de messagerie grand public sont réglés"),
    ("messaging-consumer-account", mail(), NA, "Aucun compte de messagerie n'est réglé"),
    ("messaging-encrypted-link", mail((MSSANTE, True)), PASSED, "voyage chiffré"),
    ("messaging-encrypted-link", mail((MSSANTE, True), (OTHER, False)), FAILED, "Le courrier d'un compte voyage en clair"),
    ("messaging-encrypted-link", mail((OTHER, False), (OTHER, False)), FAILED, "Le courrier de 2 comptes voyage en clair"),
    ("messaging-encrypted-link", mail(), NA, "Aucun compte"),
    ("messaging-forwarding", f.MailForwarding(0, 2), PASSED, "Aucune règle"),
    ("messaging-forwarding", f.MailForwarding(1, 2), FAILED, "Une règle renvoie du courrier à l'extérieur toute seule"),
    ("messaging-forwarding", f.MailForwarding(2, 2), FAILED, "2 règles renvoient du courrier à l'extérieur toutes seules"),
    ("messaging-forwarding", f.MailForwarding(0, 0), UNKNOWN, "n'a pu être lue"),
    ("messaging-remote-images", f.MailRemoteContent(0, 1), PASSED, "ne charge pas"),
    ("messaging-remote-images", f.MailRemoteContent(1, 1), FAILED, "charge les images"),
    ("messaging-remote-images", f.MailRemoteContent(0, 0), NA, "Aucun programme de messagerie"),
    ("gdpr-patient-files", files(Hint.PATIENTS, Place.SYNCED, Place.DOCUMENTS), PASSED, "Aucun fichier de patient"),
    ("gdpr-patient-files", files(Hint.PATIENTS, Place.DESKTOP), FAILED, "1 fichier semble parler de patients : sur le bureau."),
    ("gdpr-patient-files", files(Hint.PATIENTS, Place.SHARED, Place.REMOVABLE, Place.DOWNLOADS), FAILED,
     "dans les téléchargements, dans un dossier partagé et sur une clé ou un disque branché."),
    ("gdpr-patient-files", files(Hint.PATIENTS, complete=False), UNKNOWN, "pas pu être regardé"),
    ("gdpr-patient-files-synced", files(Hint.PATIENTS, Place.DESKTOP), PASSED, "Aucun fichier de patient"),
    ("gdpr-patient-files-synced", files(Hint.PATIENTS, Place.SYNCED), FAILED, "copié sur Internet"),
    ("gdpr-patient-files-synced", files(Hint.PATIENTS, complete=False), UNKNOWN, "pas pu être regardé"),
    ("gdpr-print-spool", f.PrintSpool(0), PASSED, "aucun document"),
    ("gdpr-print-spool", f.PrintSpool(1), FAILED, "Un document imprimé est gardé"),
    ("gdpr-print-spool", f.PrintSpool(2), FAILED, "2 documents imprimés sont gardés"),
)  # fmt: skip

CASES = (*DEVICES, *SYSTEM, *NETWORK, *CARDS_AND_PASSWORDS, *BACKUPS_MAIL_FILES)
