"""The addresses that anybody may open."""

from django.urls import path

from assidu.portal.views import joining, offers, statement

urlpatterns = [
    path("m/<str:token>/", statement.statement, name="member-statement"),
    path("m/<str:token>/offers/", offers.offers, name="member-offers"),
    path("m/<str:token>/<int:who>-<int:seq>/", statement.why, name="member-why"),
    path("join/<str:place>/", joining.join, name="portal-join"),
]
