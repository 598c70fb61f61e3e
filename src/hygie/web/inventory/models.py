"""What the practice owns and relies on: devices, cards, online accounts, providers. Numbers are sealed."""

from typing import ClassVar

from django.db import models

from hygie.web.accounts.models import Member
from hygie.web.crypto.fields import SealedTextField
from hygie.web.tenancy import Editable, Owned

YES_NO = [("yes", "Oui"), ("no", "Non"), ("unknown", "Je ne sais pas")]


class Device(Editable):
    """A computer, a phone, a tablet, a server, a box: anything that holds or carries the practice's data."""

    KINDS: ClassVar = [
        ("desktop", "Ordinateur fixe"),
        ("laptop", "Ordinateur portable"),
        ("server", "Serveur"),
        ("phone", "Téléphone"),
        ("tablet", "Tablette"),
        ("network", "Box, routeur ou borne Wi-Fi"),
        ("printer", "Imprimante ou scanner"),
        ("medical", "Appareil médical relié"),
        ("other", "Autre"),
    ]
    MOBILE: ClassVar = frozenset({"phone", "tablet", "laptop"})
    name = models.CharField("nom", max_length=60)
    kind = models.CharField("sorte", max_length=12, choices=KINDS)
    place = models.CharField("endroit", max_length=80, blank=True)
    holder = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, verbose_name="qui s’en sert")
    serial = SealedTextField("numéro de série", blank=True)
    system = models.CharField("système", max_length=80, blank=True)
    encrypted = models.CharField("disque chiffré", max_length=8, choices=YES_NO, default="unknown")
    encrypted_origin = models.CharField(max_length=10, default="declared")
    support_ends_on = models.DateField("fin des mises à jour", null=True, blank=True)
    bought_on = models.DateField("achat", null=True, blank=True)
    this_machine = models.BooleanField(default=False)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    disposed_on = models.DateField("sortie du cabinet", null=True, blank=True)
    disposal = models.CharField("ce qu’il est devenu", max_length=120, blank=True)
    wiped = models.CharField("données effacées", max_length=8, choices=YES_NO, default="unknown")
    wiping_proof = models.ForeignKey("dashboard.Proof", on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ("disposed_on", "name")

    def __str__(self) -> str:
        return self.name


class DeviceReview(Owned):
    """The six answers given from a phone or a tablet, dated: declared, to be given again within a year."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="reviews")
    answers = models.JSONField(default=dict)
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ("-answered_at",)


class DeviceLink(Owned):
    """An address shown as a square code: it opens the six questions of one device, without an account, for a time."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Card(Editable):
    """A CPS, CPE or other card: who holds it, until when it is valid. Its code is never kept."""

    KINDS: ClassVar = [
        ("cps", "CPS (professionnel de santé)"),
        ("cpf", "CPF (en formation)"),
        ("cpe", "CPE (personnel d’établissement)"),
        ("ecps", "e-CPS (sur téléphone)"),
        ("other", "Autre carte ou badge"),
    ]
    STATES: ClassVar = [
        ("held", "Détenue"),
        ("lost", "Perdue ou volée"),
        ("returned", "Rendue"),
        ("revoked", "Annulée"),
    ]
    kind = models.CharField("sorte", max_length=8, choices=KINDS)
    holder = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, verbose_name="titulaire")
    number = SealedTextField("numéro", blank=True)
    expires_on = models.DateField("fin de validité", null=True, blank=True)
    state = models.CharField("état", max_length=8, choices=STATES, default="held")
    returned_on = models.DateField("rendue le", null=True, blank=True)

    class Meta:
        ordering = ("expires_on", "id")


class OnlineAccount(Editable):
    """An account somewhere (mailbox, diary, bank…): who uses it, and whether it asks for a second factor."""

    METHODS: ClassVar = [
        ("app", "Une application de codes"),
        ("key", "Une clé ou un passkey"),
        ("ecps", "Pro Santé Connect ou e-CPS"),
        ("sms", "Un SMS"),
        ("email", "Un e-mail"),
        ("other", "Autre"),
    ]
    name = models.CharField("compte", max_length=80)
    provider = models.ForeignKey("Provider", on_delete=models.SET_NULL, null=True, blank=True, verbose_name="chez qui")
    users = models.ManyToManyField(Member, blank=True, verbose_name="qui s’en sert")
    second_factor = models.CharField("deuxième vérification", max_length=8, choices=YES_NO, default="unknown")
    method = models.CharField("par quel moyen", max_length=8, choices=METHODS, blank=True)
    checked_on = models.DateField("vérifié le", null=True, blank=True)
    closed_on = models.DateField("fermé le", null=True, blank=True)

    class Meta:
        ordering = ("closed_on", "name")

    def __str__(self) -> str:
        return self.name


class Provider(Editable):
    """Somebody the practice relies on, and how to reach them the day it matters."""

    KINDS: ClassVar = [
        ("insurer", "Assureur : assistance 24 h sur 24"),
        ("it", "Informatique"),
        ("host", "Hébergeur du dossier patient"),
        ("software", "Éditeur du logiciel médical"),
        ("agenda", "Agenda en ligne"),
        ("messaging", "Messagerie"),
        ("isp", "Fournisseur d’accès à Internet"),
        ("telesecretary", "Télésecrétariat"),
        ("equipment", "Fournisseur d’appareil médical"),
        ("other", "Autre"),
    ]
    kind = models.CharField("rôle", max_length=14, choices=KINDS)
    name = models.CharField("nom", max_length=80)
    contact = models.CharField("personne à demander", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    hours = models.CharField("heures", max_length=80, blank=True)
    contract = SealedTextField("numéro de contrat ou de client", blank=True)
    ended_on = models.DateField("fin du contrat", null=True, blank=True)

    class Meta:
        ordering = ("ended_on", "kind", "name")

    def __str__(self) -> str:
        return self.name
