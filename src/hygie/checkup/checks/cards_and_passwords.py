"""Measures 2 and 3: the card's reader and software, accounts' passwords, and passwords left lying about."""

import re

from hygie.checkup.registry import check
from hygie.content.hints import Hint
from hygie.core.finding import Verdict, failed, not_applicable, passed, unknown
from hygie.core.french import agree, listed, plural
from hygie.probes.facts import (
    BrowserPasswords,
    CardMiddleware,
    CardReader,
    ElevationWithoutPassword,
    EmptyPasswords,
    Lockout,
    PasswordHashes,
    PasswordManagers,
    PasswordPolicy,
    Place,
    PrivateKeys,
    SecretFilesRights,
    SensitiveFiles,
    SshServer,
    StoredCredentials,
)

CRYPTOLIB_FOR_CPS4 = (5, 2)
CNIL_PATTERNS = ((12, 4), (14, 3))
NO_READER = "Aucun lecteur PC/SC n'est branché."
SHORTEST = min(length for length, _ in CNIL_PATTERNS)
MOST_ATTEMPTS = 10

PLACES = {
    Place.DESKTOP: "sur le bureau",
    Place.DOWNLOADS: "dans les téléchargements",
    Place.DOCUMENTS: "dans les documents",
    Place.SHARED: "dans un dossier partagé",
    Place.SYNCED: "dans un dossier copié sur Internet",
    Place.REMOVABLE: "sur une clé ou un disque branché",
}


def judge_files(
    files: SensitiveFiles, hint: Hint, places: tuple[Place, ...], good: str, what: tuple[str, str]
) -> Verdict:
    """Failed when a file of this hint lies in these places; unknown when none was seen but the look was cut short.

    `names` in the evidence is for the person's own terminal: every document leaves it out.
    """
    found = [file for file in files.found if file.hint is hint and file.place in places]
    if found:
        where = sorted({PLACES[file.place] for file in found})
        sentence = f"{plural(len(found), *what)} : {listed(where, len(PLACES))}."
        return failed(sentence, files=len(found), places=where, names=[file.name for file in found])
    if not files.complete:
        seen = plural(files.examined, "fichier")
        return unknown(f"Tout n'a pas pu être regardé : l'examen s'est arrêté après {seen}.", examined=files.examined)
    return passed(good, examined=files.examined)


@check("cps-reader-service")
def reader_service(reader: CardReader) -> Verdict:
    """The service that speaks to the reader runs."""
    if not reader.readers:
        return not_applicable(NO_READER)
    if reader.service_running is None:
        return unknown("L'état du service de lecture des cartes ne se lit pas.", readers=reader.readers)
    if not reader.service_running:
        return failed("Un lecteur de carte est branché, mais son service est arrêté.", readers=reader.readers)
    return passed("Le lecteur de carte et son service répondent.", readers=reader.readers)


@check("cps-middleware")
def middleware(reader: CardReader, software: CardMiddleware) -> Verdict:
    """Where a reader is, Cryptolib CPS is there and recent enough for every card."""
    if software.version is None:
        return (
            failed("Le logiciel de la carte CPS (Cryptolib) n'est pas installé.")
            if reader.readers
            else not_applicable(NO_READER)
        )
    numbers = re.match(r"(\d{1,4})(?:\.(\d{1,4}))?(?!\d)", software.version, re.ASCII)
    if numbers is None:
        return unknown("La version de Cryptolib ne se lit pas.")
    if (int(numbers[1]), int(numbers[2] or 0)) < CRYPTOLIB_FOR_CPS4:
        return failed(f"Cryptolib {software.version} ne lit pas les cartes CPS4.", version=software.version)
    return passed(f"Cryptolib {software.version} lit toutes les cartes.", version=software.version)


@check("cps-pin-file")
def pin_file(files: SensitiveFiles) -> Verdict:
    """No file on show is named after a card's code."""
    what = ("fichier semble contenir le code d'une carte", "fichiers semblent contenir le code d'une carte")
    return judge_files(files, Hint.CARD_PIN, tuple(Place), "Aucun fichier ne porte le nom d'un code de carte.", what)


@check("passwords-list-file")
def list_file(files: SensitiveFiles) -> Verdict:
    """No file on show is named after passwords."""
    what = ("fichier semble contenir des mots de passe", "fichiers semblent contenir des mots de passe")
    return judge_files(
        files, Hint.PASSWORDS, tuple(Place), "Aucun fichier ne porte le nom d'une liste de mots de passe.", what
    )


@check("passwords-empty")
def empty_passwords(accounts: EmptyPasswords) -> Verdict:
    """Every account asks for a password."""
    if accounts.accounts:
        one, several = "Un compte s'ouvre sans mot de passe.", "{} comptes s'ouvrent sans mot de passe."
        return failed(agree(accounts.accounts, one, several), accounts=accounts.accounts)
    return passed("Aucun compte ne s'ouvre sans mot de passe.")


@check("passwords-policy")
def password_policy(policy: PasswordPolicy) -> Verdict:
    """A new password must follow one of the CNIL's patterns (deliberation 2022-100)."""
    size, classes = policy.minimum_length, policy.minimum_classes
    evidence = {"minimum_length": size, "minimum_classes": classes}
    if any(size >= length and classes >= kinds for length, kinds in CNIL_PATTERNS):
        return passed("L'ordinateur refuse les mots de passe trop simples.", **evidence)
    if size >= SHORTEST:
        return failed("L'ordinateur accepte un mot de passe long, mais trop simple.", **evidence)
    if size <= 0:
        return failed("L'ordinateur n'exige aucune longueur de mot de passe.", **evidence)
    return failed(f"L'ordinateur accepte un mot de passe de {plural(size, 'caractère')}.", **evidence)


@check("passwords-lockout")
def lockout(setting: Lockout) -> Verdict:
    """Repeated wrong passwords make the account wait."""
    if not setting.attempts:
        return failed("On peut essayer des mots de passe sans fin.")
    if setting.attempts > MOST_ATTEMPTS:
        return failed(f"Le compte ne se bloque qu'après {setting.attempts} essais.", attempts=setting.attempts)
    return passed(f"Le compte attend après {plural(setting.attempts, 'essai')}.", attempts=setting.attempts)


@check("passwords-hash")
def password_hash(stored: PasswordHashes) -> Verdict:
    """Stored passwords are well protected."""
    if stored.weak:
        one = "Un mot de passe est gardé par une méthode ancienne."
        several = "{} mots de passe sont gardés par une méthode ancienne."
        return failed(agree(stored.weak, one, several), weak=stored.weak, examined=stored.examined)
    if not stored.examined:
        return not_applicable("Aucun compte de cet ordinateur n'a de mot de passe enregistré.")
    return passed("Les mots de passe gardés sont bien protégés.", examined=stored.examined)


@check("passwords-secret-files")
def secret_files(files: SecretFilesRights) -> Verdict:
    """The files of password prints are closed."""
    if files.readable_by_all:
        return failed("N'importe quel compte peut lire les empreintes des mots de passe.", files=files.readable_by_all)
    if not files.examined:
        return unknown("Les fichiers d'empreintes de mots de passe n'ont pas été trouvés.")
    return passed("Les empreintes des mots de passe sont fermées.", examined=files.examined)


@check("passwords-elevation")
def elevation(rules: ElevationWithoutPassword) -> Verdict:
    """Becoming administrator asks for a password."""
    if rules.rules:
        return failed("Un compte devient administrateur sans donner son mot de passe.", rules=rules.rules)
    return passed("Devenir administrateur demande un mot de passe.")


@check("passwords-ssh")
def ssh_passwords(server: SshServer) -> Verdict:
    """The SSH server takes keys only."""
    if server.password_login:
        return failed("L'accès distant SSH accepte un simple mot de passe.")
    return passed("L'accès distant SSH n'accepte que des clés.")


@check("passwords-ssh-root")
def ssh_root(server: SshServer) -> Verdict:
    """Root does not come in by SSH with a password."""
    if server.root_login == "yes" and server.password_login:
        return failed("L'accès distant SSH laisse entrer le compte root avec un mot de passe.")
    return passed("Le compte root n'entre pas par SSH avec un mot de passe.", root_login=server.root_login)


@check("passwords-ssh-empty")
def ssh_empty(server: SshServer) -> Verdict:
    """SSH refuses empty passwords."""
    if server.empty_passwords and server.password_login:
        return failed("L'accès distant SSH accepte un mot de passe vide.")
    return passed("L'accès distant SSH refuse les mots de passe vides.")


@check("passwords-browser")
def browser(profiles: BrowserPasswords) -> Verdict:
    """Browsers keep no password."""
    if profiles.profiles:
        one = "Un profil de navigateur garde des mots de passe."
        several = "{} profils de navigateur gardent des mots de passe."
        return failed(agree(profiles.profiles, one, several), profiles=profiles.profiles)
    return passed("Aucun navigateur ne garde de mot de passe.")


@check("passwords-manager")
def manager(managers: PasswordManagers) -> Verdict:
    """A password manager is there."""
    if managers.installed:
        names = list(managers.installed)
        one, several = "Un coffre de mots de passe est installé", "{} coffres de mots de passe sont installés"
        return passed(f"{agree(len(names), one, several)} : {listed(names)}.", programs=names)
    return failed("Aucun coffre de mots de passe connu n'est installé.")


@check("passwords-private-keys")
def private_keys(keys: PrivateKeys) -> Verdict:
    """Private keys have a passphrase."""
    if keys.unprotected:
        one, several = "Une clé privée s'utilise", "{} clés privées s'utilisent"
        sentence = f"{agree(keys.unprotected, one, several)} sans phrase secrète."
        return failed(sentence, unprotected=keys.unprotected, examined=keys.examined)
    if not keys.examined:
        return not_applicable("Aucune clé privée n'a été trouvée.")
    return passed("Les clés privées demandent une phrase secrète.", examined=keys.examined)


@check("passwords-stored")
def stored_credentials(stored: StoredCredentials) -> Verdict:
    """No settings file holds a password in clear."""
    if stored.kinds:
        one = "Un mot de passe est écrit en clair dans un fichier de réglages."
        several = "Des mots de passe sont écrits en clair dans {} sortes de fichiers de réglages."
        return failed(agree(len(set(stored.kinds)), one, several), kinds=sorted(set(stored.kinds)))
    return passed("Aucun fichier de réglages connu ne contient de mot de passe en clair.")
