"""Measure 1, the network: what others can reach, and what an attacker likes to change."""

import ipaddress
from datetime import timedelta

from hygie.checkup.registry import check
from hygie.core.finding import Verdict, failed, not_applicable, passed, unknown
from hygie.core.french import agree, listed
from hygie.probes.facts import (
    AddedRoots,
    Firewall,
    HostsFile,
    Listener,
    ListeningServices,
    LocalCertificates,
    Moment,
    Proxy,
    RemoteDesktop,
    RemoteTools,
    Resolvers,
    SharedFolders,
    Wifi,
)
from hygie.reference.lists import names, ports

CERTIFICATE_MARGIN = timedelta(days=30)


def _of(services: ListeningServices, *families: str) -> list[Listener]:
    known = ports()
    return [one for one in services.reachable if one.port in known and known[one.port].family in families]


def _judge(found: list[Listener], good: str, bad: str) -> Verdict:
    """Failed when a port of the family is reachable; the names of the services follow `bad`."""
    if not found:
        return passed(good)
    services = sorted({ports()[one.port].service for one in found})
    evidence = [f"{one.port}/tcp {one.program}".strip() for one in found]
    return failed(f"{bad} : {listed(services)}.", ports=evidence)


@check("access-firewall")
def firewall(wall: Firewall) -> Verdict:
    """Unasked connections are refused."""
    if wall.active:
        return passed("Le pare-feu de l'ordinateur est actif.", mechanism=wall.mechanism)
    return failed("Aucun pare-feu ne filtre ce qui entre sur cet ordinateur.", mechanism=wall.mechanism)


@check("access-remote-tools")
def remote_tools(tools: RemoteTools) -> Verdict:
    """No remote-maintenance program stays installed."""
    if not tools.installed:
        return passed("Aucun programme connu de prise en main à distance n'est installé.")
    names = list(tools.installed)
    allow = agree(len(names), "permet", "permettent")
    return failed(f"{listed(names)} {allow} de prendre la main à distance.", programs=names)


@check("access-remote-desktop")
def remote_desktop(desktop: RemoteDesktop) -> Verdict:
    """Remote desktop is off."""
    if not desktop.enabled:
        return passed("Le bureau à distance est fermé.")
    if desktop.network_level_authentication is False:
        return failed("Le bureau à distance est ouvert, sans vérification avant l'affichage.", nla=False)
    return failed("Le bureau à distance de cet ordinateur est ouvert au réseau.")


@check("access-vnc")
def vnc(services: ListeningServices) -> Verdict:
    """No screen sharing is reachable."""
    good = "Aucun partage d'écran n'est joignable depuis le réseau."
    return _judge(_of(services, "screen"), good, "L'écran de cet ordinateur est joignable depuis le réseau")


@check("access-legacy-services")
def legacy_services(services: ListeningServices) -> Verdict:
    """No service of another age is reachable."""
    good = "Aucun service ancien et sans protection n'est joignable depuis le réseau."
    return _judge(_of(services, "legacy"), good, "Le réseau peut joindre un service ancien, sans protection")


@check("access-databases-reachable")
def databases_reachable(services: ListeningServices) -> Verdict:
    """No database is reachable."""
    good = "Aucune base de données connue n'est joignable depuis le réseau."
    return _judge(_of(services, "database"), good, "Le réseau peut joindre une base de données")


@check("access-medical-ports")
def medical_ports(services: ListeningServices) -> Verdict:
    """No imaging or HL7 service is reachable."""
    good = "Aucun serveur d'images ou de résultats connu n'est joignable depuis le réseau."
    return _judge(_of(services, "medical"), good, "Le réseau peut joindre un serveur d'images ou de résultats")


@check("access-other-services")
def other_services(services: ListeningServices) -> Verdict:
    """Every reachable service has a name somebody knows."""
    known = ports()
    found = [one for one in services.reachable if one.port not in known or known[one.port].family == "print"]
    if not found:
        return passed("Aucun service inconnu n'est joignable depuis le réseau.")
    evidence = [f"{one.port}/tcp {one.program}".strip() for one in found]
    bad = "Un service que personne n'a nommé est joignable depuis le réseau."
    several = "{} services que personne n'a nommés sont joignables depuis le réseau."
    return failed(agree(len(found), bad, several), ports=evidence)


@check("messaging-mail-server")
def mail_server(services: ListeningServices) -> Verdict:
    """This computer is no mail server for the network."""
    good = "Cet ordinateur n'est pas un serveur de messagerie."
    return _judge(_of(services, "mail"), good, "Le réseau peut joindre un serveur de messagerie")


@check("access-shares-anonymous")
def shares_anonymous(folders: SharedFolders) -> Verdict:
    """A name and a password are asked for every shared folder."""
    open_ones = sum(1 for share in folders.shares if share.anonymous)
    if open_ones:
        one = "Un dossier partagé se lit sans nom ni mot de passe."
        several = "{} dossiers partagés se lisent sans nom ni mot de passe."
        return failed(agree(open_ones, one, several), open=open_ones, shares=len(folders.shares))
    if not folders.shares:
        return passed("Cet ordinateur ne partage aucun dossier.", shares=0)
    return passed("Les dossiers partagés demandent un mot de passe.", shares=len(folders.shares))


@check("access-shares-writable")
def shares_writable(folders: SharedFolders) -> Verdict:
    """Not everybody can change a shared folder."""
    loose = sum(1 for share in folders.shares if share.writable_by_all)
    if loose:
        count = agree(loose, "un dossier partagé", "{} dossiers partagés")
        return failed(f"Tout le réseau peut modifier {count}.", writable=loose, shares=len(folders.shares))
    if not folders.shares:
        return passed("Cet ordinateur ne partage aucun dossier.", shares=0)
    return passed("Seuls les comptes choisis peuvent modifier les dossiers partagés.", shares=len(folders.shares))


@check("access-wifi")
def wifi(networks: Wifi) -> Verdict:
    """Known wireless networks are protected."""
    if networks.unprotected:
        one, several = "Un réseau Wi-Fi connu est sans protection.", "{} réseaux Wi-Fi connus sont sans protection."
        sentence = agree(networks.unprotected, one, several)
        return failed(sentence, unprotected=networks.unprotected, known=networks.known)
    if not networks.known:
        return not_applicable("Cet ordinateur ne connaît aucun réseau Wi-Fi.")
    return passed("Les réseaux Wi-Fi connus sont protégés.", known=networks.known)


@check("access-proxy")
def proxy(setting: Proxy) -> Verdict:
    """No intermediary stands in the way."""
    if setting.configured:
        return failed("La navigation passe par un intermédiaire : est-il voulu ?")
    return passed("Aucun intermédiaire n'est réglé sur cet ordinateur.")


@check("access-dns")
def dns(servers: Resolvers) -> Verdict:
    """Names are resolved by the box or by a known server."""
    if not servers.addresses:
        return unknown("Aucun serveur de noms n'a été trouvé.")
    strangers = [address for address in servers.addresses if not _is_expected(address)]
    if strangers:
        one = "Un serveur de noms n'est pas dans la liste connue : demandez à votre prestataire."
        several = "{} serveurs de noms ne sont pas dans la liste connue : demandez à votre prestataire."
        return unknown(agree(len(strangers), one, several), servers=len(strangers))
    return passed("Les serveurs de noms sont la box ou des services connus.", servers=len(servers.addresses))


def _is_expected(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    server = getattr(parsed, "ipv4_mapped", None) or parsed
    return server.is_private or server.is_loopback or server.is_link_local or str(server) in names().resolvers


@check("access-hosts")
def hosts(table: HostsFile) -> Verdict:
    """No protected name is diverted."""
    if table.diverted:
        diverted = list(table.diverted)
        one, several = "Une adresse connue est détournée", "{} adresses connues sont détournées"
        return failed(f"{agree(len(diverted), one, several)} : {listed(diverted)}.", sites=diverted)
    return passed("Aucune adresse connue n'est détournée.")


@check("access-added-roots")
def added_roots(roots: AddedRoots) -> Verdict:
    """No authority was added by hand."""
    if roots.added:
        one, several = "Une autorité de certification a été ajoutée", "{} autorités de certification ont été ajoutées"
        sentence = f"{agree(roots.added, one, several)} à la main : quelqu'un pourrait lire vos échanges."
        return failed(sentence, added=roots.added)
    return passed("Aucune autorité de certification n'a été ajoutée.")


@check("access-certificates")
def certificates(local: LocalCertificates, moment: Moment) -> Verdict:
    """This computer's certificates hold for 30 days."""
    if not local.ends:
        return not_applicable("Cet ordinateur n'a pas de certificat à lui.")
    late = [end for end in local.ends if end < moment.now + CERTIFICATE_MARGIN]
    expired = sum(1 for end in late if end < moment.now)
    if expired:
        one, several = "Un certificat de cet ordinateur est périmé.", "{} certificats de cet ordinateur sont périmés."
        return failed(agree(expired, one, several), expired=expired, examined=len(local.ends))
    if late:
        one = "Un certificat de cet ordinateur se termine dans moins de 30 jours."
        several = "{} certificats de cet ordinateur se terminent dans moins de 30 jours."
        return failed(agree(len(late), one, several), soon=len(late), examined=len(local.ends))
    return passed("Les certificats de cet ordinateur sont valables.", examined=len(local.ends))
