"""Why the server does not start, each with its French sentence and the next step.

HygieError
├─ AddressNotUnderstood (2)     --listen is not HOST:PORT
├─ HostRefused (2)              the name of the server is no plain host name
├─ CertificateUnreadable (3)    a given certificate or key cannot be read
├─ CertificateRefused (5)       it can be read, and must not be served
├─ AddressTaken (5)             another program holds the port, or the address is not of this machine
├─ Exposed (5)                  an address of the network without encryption
├─ AlreadyRunning (5)           another Hygie serves the same data folder
└─ ServerDied (70)              the server stopped without being asked
"""

from hygie.core.errors import HygieError, Refused, UnreadableInput, UsageError


class AddressNotUnderstood(UsageError):  # noqa: N818 - named after what happened
    """The address to listen on is not HOST:PORT."""

    code = "address"

    def __init__(self, reason: str) -> None:
        """`reason` is a French clause without its full stop."""
        super().__init__(f"L’adresse d’écoute n’est pas comprise : {reason}.", "Écrivez par exemple : 127.0.0.1:8642.")


class HostRefused(UsageError):  # noqa: N818 - named after what happened
    """The name of the server is no plain host name."""

    code = "host"

    def __init__(self) -> None:
        """The name itself is not repeated."""
        super().__init__(
            "Le nom du serveur n’est pas un nom d’ordinateur.",
            "Écrivez un nom en lettres sans accent, chiffres et tirets, par exemple : accueil.local.",
        )


class CertificateUnreadable(UnreadableInput):
    """The certificate or its key cannot be read."""

    code = "certificate_unreadable"

    def __init__(self, which: str) -> None:
        """`which` names the file by its role, never by its content."""
        super().__init__(
            f"{which} ne se lit pas.", "Donnez un fichier PEM lisible par Hygie, avec une clé sans mot de passe."
        )


class CertificateRefused(Refused):
    """The certificate is readable, and browsers would refuse it, or it would not protect."""

    code = "certificate_refused"

    def __init__(self, reason: str) -> None:
        """`reason` is a French clause without its full stop."""
        super().__init__(
            f"Ce certificat ne convient pas : {reason}.",
            "Demandez-en un autre à qui vous l’a donné, ou laissez Hygie faire le sien.",
        )


class AddressTaken(Refused):
    """The address cannot be listened on."""

    code = "address_taken"

    def __init__(self, reason: str) -> None:
        """`reason` is a French sentence."""
        super().__init__(reason, "Fermez l’autre programme, ou choisissez une autre adresse avec --listen.")


class Exposed(Refused):
    """An address that the network reaches, without encryption."""

    code = "exposed"

    def __init__(self) -> None:
        """Said before anything listens."""
        super().__init__(
            "Cette adresse est visible du réseau, et rien ne serait chiffré.",
            "Restez sur 127.0.0.1:8642, ou donnez à Hygie un nom pour qu’elle fasse un certificat.",
        )


class AlreadyRunning(Refused):
    """Another Hygie serves the same data folder."""

    code = "already_running"

    def __init__(self) -> None:
        """Two servers on one folder would each believe they are alone."""
        super().__init__(
            "Hygie tourne déjà pour ce dossier.", "Ouvrez la page de celle qui tourne, ou arrêtez-la avant de relancer."
        )


class ServerDied(HygieError):  # noqa: N818 - named after what happened
    """The server stopped by itself."""

    code = "server_died"

    def __init__(self) -> None:
        """What was recorded is kept: nothing is acknowledged before it is on the disk."""
        super().__init__(
            "Le serveur d’Hygie s’est arrêté de lui-même.", "Relancez ; si cela recommence : hygie docteur."
        )
