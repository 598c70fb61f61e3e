"""What can go wrong between a workstation and its server; the server's refusals carry the HTTP status to answer.

FleetError (70)
├─ Rejected              the server refuses a request: `status` and `code` travel, never what was received
│  ├─ MessageUnreadable    400  not a `hygie.fleet/1` document within its bounds
│  ├─ MessageTooLarge      413  beyond the bounds
│  ├─ SignatureRefused     401  unknown device, bad signature, missing header
│  ├─ ClockOff             409  signed, but more than ten minutes away from the server's hour
│  ├─ DeviceRevoked        410  the practice removed this computer
│  ├─ TooManyMessages      429  more than a computer may send: later
│  └─ CodeRefused          403  no live code, or a proof that does not fit
├─ AddressRefused (2) · CodeUnreadable (2) · NotJoined (4) · AlreadyJoined (5) · LinkUnreadable (3)
├─ ServerUnproven (5)    the server did not prove that it knows the code, or its certificate is another one
├─ ServerRefused (5)     the server answered no · ServerUnreachable (4) no answer that can be used
└─ OutboxUnwritable (70) · UnsentKept (5)
"""

# ruff: noqa: N818 - named after what happened to the person

from typing import ClassVar

from hygie.core.errors import HygieError

_UPDATE = "Mettez Hygie à jour sur ce poste et sur le serveur, puis recommencez."
_CODE_PAGE = "Sur le serveur, ouvrez la page des postes, faites un nouveau code, puis recommencez."


class FleetError(HygieError):
    """The link between a computer and its practice could not do what was asked."""

    code = "fleet"
    usual_sentence: ClassVar[str] = "Le lien entre ce poste et le cabinet ne fonctionne pas."
    usual_next_step: ClassVar[str] = "Recommencez dans quelques minutes ; si cela dure, appelez votre informatique."

    def __init__(self, sentence: str = "", next_step: str = "") -> None:
        """Both texts are the class's own unless given; they are French and hold nothing of what was received."""
        super().__init__(sentence or self.usual_sentence, next_step or self.usual_next_step)


class Rejected(FleetError):
    """A request that the server refuses; `status` is the HTTP status of its answer."""

    exit_code = 5
    code = "rejected"
    status: ClassVar[int] = 400


class MessageUnreadable(Rejected):
    """What came is not the document expected."""

    code = "unreadable_message"
    usual_sentence = "Ce message n’a pas la forme attendue."
    usual_next_step = _UPDATE


class MessageTooLarge(Rejected):
    """What came, or what should go, is beyond the bounds."""

    code = "message_too_large"
    status = 413
    usual_sentence = "Ce message est trop gros."
    usual_next_step = "Signalez-le aux auteurs d’Hygie."


class SignatureRefused(Rejected):
    """The request is not signed by a known computer."""

    code = "signature"
    status = 401
    usual_sentence = "Le serveur ne reconnaît pas la signature de ce poste."
    usual_next_step = "Lancez `hygie poste quitter`, puis rattachez ce poste avec un nouveau code."


class ClockOff(Rejected):
    """The request is well signed, but its hour is too far; `offset` is the workstation's hour minus the server's."""

    code = "clock"
    status = 409
    usual_sentence = "L’horloge de ce poste n’est pas à l’heure."
    usual_next_step = "Réglez la date et l’heure de cet ordinateur sur « automatique »."

    def __init__(self, offset: int) -> None:
        """`offset` in seconds, positive when the workstation is ahead."""
        super().__init__()
        self.offset = offset


class DeviceRevoked(Rejected):
    """The practice removed this computer: nothing more is sent, nothing more is accepted."""

    code = "revoked"
    status = 410
    usual_sentence = "Le cabinet a retiré ce poste : il n’envoie plus rien."
    usual_next_step = (
        "Si c’est une erreur, demandez un nouveau code ; lancez `hygie poste quitter`, puis rattachez ce poste."
    )


class TooManyMessages(Rejected):
    """This computer sends more than one can: it waits, nothing is lost."""

    code = "too_many"
    status = 429
    usual_sentence = "Ce poste envoie trop à la fois ; la suite partira plus tard."
    usual_next_step = "Rien à faire : ce qui attend partira au prochain envoi."


class CodeRefused(Rejected):
    """No live code, a code already used, too many tries, or a proof that does not fit. The four look alike."""

    code = "code"
    status = 403
    usual_sentence = "Ce code n’ouvre pas, ou n’ouvre plus."
    usual_next_step = _CODE_PAGE


class AddressRefused(FleetError):
    """The server's address is not one to send to."""

    exit_code = 2
    code = "address"
    usual_sentence = "Cette adresse de serveur ne convient pas."
    usual_next_step = "Recopiez celle que montre la page des postes ; elle commence par https://."


class CodeUnreadable(FleetError):
    """The code is not ten characters of its alphabet."""

    exit_code = 2
    code = "code_unreadable"
    usual_sentence = "Ce code n’a pas la bonne forme : il a dix lettres ou chiffres, en deux groupes."
    usual_next_step = "Recopiez celui que montre la page des postes ; majuscules et tiret ne comptent pas."


class NotJoined(FleetError):
    """This computer belongs to no practice."""

    exit_code = 4
    code = "not_joined"
    usual_sentence = "Ce poste n’est rattaché à aucun cabinet."
    usual_next_step = "Faites un code sur la page des postes du serveur, puis : hygie poste rejoindre ADRESSE CODE."


class AlreadyJoined(FleetError):
    """This computer belongs to a practice already."""

    exit_code = 5
    code = "already_joined"
    usual_sentence = "Ce poste est déjà rattaché à un cabinet."
    usual_next_step = "Pour en changer : hygie poste quitter, puis recommencez."


class LinkUnreadable(FleetError):
    """The file that tells the server, or the key, cannot be read."""

    exit_code = 3
    code = "link_unreadable"
    usual_sentence = "Le rattachement de ce poste ne se lit pas : un de ses fichiers est abîmé ou d’un autre compte."
    usual_next_step = (
        "Relancez avec le compte qui l’a rattaché ; sinon : hygie poste quitter --discard, puis un nouveau code."
    )


class ServerUnproven(FleetError):
    """The server is not, or does not prove to be, the practice's own: nothing was sent to it."""

    exit_code = 5
    code = "server_unproven"
    usual_sentence = "Ce serveur n’a pas prouvé qu’il est celui du cabinet ; rien ne lui a été envoyé."
    usual_next_step = (
        "Vérifiez l’adresse et le code, faites un nouveau code et recommencez ; "
        "si cela revient, appelez votre informatique avant d’insister."
    )


class ServerRefused(FleetError):
    """The server answered, and the answer is no."""

    exit_code = 5
    code = "server_refused"
    usual_sentence = "Le serveur refuse ce que ce poste lui envoie."


class ServerUnreachable(FleetError):
    """No usable answer: absent, silent, too long, or not a Hygie."""

    exit_code = 4
    code = "server_unreachable"
    usual_sentence = "Le serveur du cabinet ne répond pas."
    usual_next_step = "Vérifiez qu’il est allumé et que ce poste est sur le même réseau, puis recommencez."


class OutboxUnwritable(FleetError):
    """What should be sent could not be kept: full disk, missing rights, damaged file."""

    code = "outbox_unwritable"
    usual_sentence = "Hygie ne peut pas garder ce qui doit partir vers le cabinet."
    usual_next_step = "Faites de la place sur le disque et vérifiez les droits du dossier, puis lancez : hygie docteur."


class UnsentKept(FleetError):
    """Leaving now would lose messages that the practice never got."""

    exit_code = 5
    code = "unsent"
    usual_sentence = "Des messages ne sont pas encore partis vers le cabinet."
    usual_next_step = "Lancez d’abord `hygie poste envoyer` ; pour les abandonner : hygie poste quitter --discard."
