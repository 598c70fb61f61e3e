"""Addresses of the inventory, under « materiel/ »; `public_urls` go at the root, for links without an account."""

from django.urls import path

from hygie.web.inventory import exchange, phone, relations, views

app_name = "inventory"
urlpatterns = [
    path("", views.devices, name="devices"),
    path("ajouter/", views.add_device, name="add_device"),
    path("<int:pk>/", views.device, name="device"),
    path("<int:pk>/modifier/", views.edit_device, name="edit_device"),
    path("<int:pk>/sortie/", views.dispose_device, name="dispose_device"),
    path("<int:pk>/retour/", views.restore_device, name="restore_device"),
    path("<int:pk>/lien/ouvrir/", phone.open_link, name="open_link"),
    path("<int:pk>/lien/", phone.link, name="link"),
    path("<int:pk>/relire/", phone.review, name="review"),
    path("cartes/", views.cards, name="cards"),
    path("cartes/ajouter/", views.add_card, name="add_card"),
    path("cartes/<int:pk>/", views.card, name="card"),
    path("cartes/<int:pk>/modifier/", views.edit_card, name="edit_card"),
    path("cartes/<int:pk>/etat/", views.card_state, name="card_state"),
    path("comptes/", relations.accounts, name="accounts"),
    path("comptes/ajouter/", relations.add_account, name="add_account"),
    path("comptes/<int:pk>/modifier/", relations.edit_account, name="edit_account"),
    path("comptes/<int:pk>/fermer/", relations.close_account, name="close_account"),
    path("prestataires/", relations.providers, name="providers"),
    path("prestataires/ajouter/", relations.add_provider, name="add_provider"),
    path("prestataires/<int:pk>/modifier/", relations.edit_provider, name="edit_provider"),
    path("prestataires/<int:pk>/fin/", relations.end_provider, name="end_provider"),
    path("prestataires/contacts.vcf", relations.contacts, name="contacts"),
    path("exporter/<slug:table>.<slug:form>", exchange.export, name="export"),
    path("importer/", exchange.choose, name="import"),
    path("importer/relire/", exchange.preview, name="preview"),
    path("importer/confirmer/", exchange.confirm, name="confirm"),
]
public_urls = [path("telephone/<str:token>/", phone.answer, name="phone")]
