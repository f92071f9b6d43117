"""The table of every address that Django answers; `asgi` takes the hot ones first."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
