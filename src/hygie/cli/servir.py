"""`hygie servir`: the practice's own app, on this computer alone unless a name and a certificate open it to the others.

One command makes the data folder, the keys, the database and a one-time set-up code; there is no default account.
"""

import importlib.util
import json
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hygie.cli.french import FrenchCommand
from hygie.cli.practice import practice_option, usable
from hygie.core.clock import SystemClock
from hygie.core.errors import MissingPart, UsageError
from hygie.core.folder import data_folder
from hygie.core.french import hour_in_words

if TYPE_CHECKING:
    from hygie.web.server.certificate import Certificate
    from hygie.web.server.listen import Listen
    from hygie.web.server.tls import Tls

FILE = click.Path(path_type=Path)
NEEDED = ("django", "allauth", "cheroot", "whitenoise")


@dataclass(frozen=True, slots=True)
class Door:
    """Where the app is reached: an address, a name, a certificate when it is open to other computers."""

    listen: "Listen"
    host: str
    tls: "Tls | None"
    fingerprint: str = ""

    def url(self, listen: "Listen") -> str:
        """What to type in a browser."""
        if self.tls is None:
            return f"http://{listen}/"
        return f"https://{self.host}:{listen.port}/"


@click.command(cls=FrenchCommand)
@click.option("--listen", "address", default="127.0.0.1:8642", metavar="ADRESSE:PORT",
              help="Où écouter. Par défaut, cet ordinateur seul.")  # fmt: skip
@click.option("--host", "host", metavar="NOM", help="Le nom que les autres ordinateurs taperont ; fait un certificat.")
@click.option("--certificate", type=FILE, metavar="FICHIER", help="Un certificat à vous, au format PEM.")
@click.option("--certificate-key", type=FILE, metavar="FICHIER", help="La clé de ce certificat.")
@click.option("--reset", "person", metavar="IDENTIFIANT",
              help="Donne un code d’entrée à qui a tout perdu, mot de passe et codes, puis s’arrête.")  # fmt: skip
@practice_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", metavar="FORME",
              help="text ou json.")  # fmt: skip
def servir(  # noqa: PLR0913, PLR0917 - one parameter an option
    address: str,
    host: str | None,
    certificate: Path | None,
    certificate_key: Path | None,
    person: str | None,
    practice: Path | None,
    form: str,
) -> int:
    """Ouvre l’application du cabinet dans un navigateur.

    Sans option, seul cet ordinateur peut s’y connecter. Pour l’ouvrir aux autres ordinateurs du cabinet, donnez
    l’adresse de cet ordinateur avec --listen et son nom avec --host.
    """
    _require_extra()
    from hygie.web.server.lock import single_instance

    os.umask(0o077)
    folder = usable(practice or data_folder())
    os.environ["HYGIE_HOME"] = str(folder)
    now = SystemClock().now()
    with single_instance(folder):
        if person is not None:
            _reset(folder, person, form, now)
            return 0
        door = _door(folder, address, host, (certificate, certificate_key), now)
        os.environ["HYGIE_TLS"] = "1" if door.tls else ""
        os.environ["HYGIE_HOST"] = door.host if door.tls else ""
        os.environ["HYGIE_FINGERPRINT"] = door.fingerprint
        os.environ["HYGIE_NEXT_FINGERPRINT"] = _announced(folder, door, given=certificate is not None, now=now)
        _open(folder, door, form, now)
    return 0


def _reset(folder: Path, person: str, form: str, now: datetime) -> None:
    """A way back in for somebody who lost everything, for whoever owns the data folder: it is their own computer."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "hygie.web.settings"
    django.setup()
    from hygie.web.accounts.recovery import let_back_in
    from hygie.web.data import prepare_database

    prepare_database(folder, now)
    name, code = let_back_in(person, now)
    if form == "json":
        click.echo(json.dumps({"event": "reset", "invitation": code}, ensure_ascii=False))
        return
    lines = [f"Code d’entrée de {name}, à usage unique, pour trois jours : {code}"]
    lines += ["Relancez Hygie, ouvrez la page /invitation/ et choisissez un nouveau mot de passe."]
    click.echo("\n".join(lines))


def _require_extra() -> None:
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise MissingPart(
            f"Il manque l’extra « web » d’Hygie ({', '.join(missing)}).",
            "Installez-le depuis le dossier d’Hygie : [web].",
        )


def _door(folder: Path, address: str, host: str | None, given: tuple[Path | None, Path | None], now: datetime) -> Door:
    """The address, the name and the certificate; refused before anything listens when they do not go together."""
    from hygie.web.server.certificate import fingerprint
    from hygie.web.server.listen import host_name, parse_listen, refuse_exposure
    from hygie.web.server.tls import Tls

    listen = parse_listen(address)
    if (given[0] is None) != (given[1] is None):
        raise UsageError("Un certificat va avec sa clé.", "Donnez --certificate et --certificate-key.")
    if host is None and given[0] is not None:
        raise UsageError("Il manque le nom de ce serveur.", "Donnez --host, le nom que porte le certificat.")
    if host is None:
        refuse_exposure(listen, encrypted=False)
        return Door(listen, listen.host, None)
    name = host_name(host)
    certificate = _certificate(folder, name, given, now)
    return Door(listen, name, Tls(certificate, name), fingerprint(certificate))


def _certificate(folder: Path, name: str, given: tuple[Path | None, Path | None], now: datetime) -> "Certificate":
    """The given pair, or the one that Hygie makes and renews."""
    from hygie.web.server import certificate as made_by_us
    from hygie.web.server.given import covers, given_certificate

    if given[0] is not None and given[1] is not None:
        return given_certificate(given[0], given[1], name, now)
    made = made_by_us.made_certificate(folder)
    if made is not None and made_by_us.needs_renewal(made, now) and made_by_us.next_certificate(folder) is not None:
        made = made_by_us.promote_next(folder)
    if made is None or now >= made_by_us.expires_at(made) or not covers(made, name):
        made = made_by_us.make_certificate(folder, name, [], now)
    return made


def _announced(folder: Path, door: Door, *, given: bool, now: datetime) -> str:
    """The fingerprint of the certificate to come, prepared a month ahead so that workstations learn it under this one.

    It is served from the first start within that month at which it had already been announced.
    """
    from hygie.web.server import certificate as made_by_us

    made = made_by_us.made_certificate(folder)
    if door.tls is None or given or made is None or not made_by_us.needs_renewal(made, now):
        return ""
    return made_by_us.fingerprint(made_by_us.prepare_next(folder, door.host, [], now))


def _open(folder: Path, door: Door, form: str, now: datetime) -> None:
    """Prepare the data, then serve until asked to stop."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "hygie.web.settings"
    django.setup()
    from hygie.web.data import fold_log, prepare_database
    from hygie.web.jobs import jobs
    from hygie.web.server.scheduler import Scheduler
    from hygie.web.server.serve import serve, stop_on_signals
    from hygie.web.wsgi import application

    copy = prepare_database(folder, now)
    stop = threading.Event()
    with stop_on_signals(stop):
        Scheduler(jobs(folder), SystemClock(), folder / "jobs.json").start(stop)
        serve(application, door.listen, door.tls, stop, spool=folder, ready=_teller(door, form, copy))
    fold_log(folder)


def _teller(door: Door, form: str, copy: Path | None) -> Any:
    """What is said once, when the app can be opened."""

    def tell(listen: "Listen") -> None:
        code, expires_at = _setup_code()
        if form == "json":
            told = {"event": "ready", "url": door.url(listen), "setup_code": code, "expires_at": expires_at}
            click.echo(json.dumps(told, ensure_ascii=False))
            return
        lines = [f"Hygie est ouverte : {door.url(listen)}"]
        lines += [f"Copie de vos données avant la mise à jour : {copy}"] if copy else []
        if code and expires_at:
            until = hour_in_words(datetime.fromisoformat(expires_at))
            lines += [f"Code d’installation, à usage unique, jusqu’à {until} : {code}"]
        click.echo("\n".join([*lines, "Pour l’arrêter : Ctrl et C."]))

    return tell


def _setup_code() -> tuple[str | None, str | None]:
    """A new code while nobody has an account; none afterwards."""
    from hygie.web.accounts.flows import SETUP_LIFE, is_set_up, issue_setup_code

    if is_set_up():
        return None, None
    now = SystemClock().now()
    return issue_setup_code(now), (now + SETUP_LIFE).isoformat(timespec="seconds")
