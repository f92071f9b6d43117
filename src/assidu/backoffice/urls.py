"""The addresses of the back office."""

from django.urls import path

from assidu.backoffice.views import audit, door, home, keys, palette, people, preferences

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("join/<uuid:person_id>/<str:token>/", door.join, name="join"),
    path("language/", door.choose_language, name="choose-language"),
    path("theme/", door.choose_theme, name="choose-theme"),
    path("palette/", palette.palette, name="palette"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/password/", preferences.password, name="password"),
    path("settings/people/", people.PeopleList.view(), name="people"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<uuid:person_id>/", people.person, name="person"),
    path("settings/people/<uuid:person_id>/link/", people.renew_link, name="person-link"),
    path("settings/keys/", keys.KeyList.view(), name="keys"),
    path("settings/keys/new/", keys.make_key, name="key-new"),
    path("settings/keys/<uuid:key_id>/revoke/", keys.revoke_key, name="key-revoke"),
    path("settings/audit/", audit.AuditList.view(), name="audit"),
    path("settings/audit/looks/", audit.LookList.view(), name="looks"),
]
