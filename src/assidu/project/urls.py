"""The table of every address that Django answers; `asgi` takes the hot ones first."""

from django.urls import URLPattern, URLResolver, include, path

handler403 = "assidu.backoffice.views.errors.forbidden"
handler404 = "assidu.backoffice.views.errors.not_found"
handler500 = "assidu.backoffice.views.errors.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("assidu.api.urls")),
    path("", include("assidu.portal.urls")),
    path("", include("assidu.backoffice.urls")),
]
