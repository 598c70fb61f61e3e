"""Every address of the app; paths are French, names are English. Each view states its action (accounts/access.py)."""

from django.urls import include, path

from hygie.web.inventory.urls import public_urls

urlpatterns = [
    path("", include("hygie.web.dashboard.urls")),
    path("", include("hygie.web.accounts.urls")),
    path("", include("hygie.web.accounts.entry_urls")),
    path("", include("hygie.web.practice.urls")),
    path("", include("hygie.web.incidents.urls")),
    path("materiel/", include("hygie.web.inventory.urls")),
    path("", include(public_urls)),
    path("journal/", include("hygie.web.journal.urls")),
    path("", include("hygie.web.workstations.urls")),
]
handler400 = "hygie.web.middleware.bad_request"
handler403 = "hygie.web.middleware.forbidden"
handler404 = "hygie.web.middleware.not_found"
handler500 = "hygie.web.middleware.broken"
