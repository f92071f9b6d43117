"""What the administrative API answers below ``/v1/``."""

from django.urls import path

from assidu.api.application import api
from assidu.api.reference import document, reference

urlpatterns = [
    path("v1/openapi.json", document, name="openapi"),
    path("v1/docs", reference, name="reference"),
    path("v1/", api.urls),
]
