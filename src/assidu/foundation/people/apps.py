from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "assidu.foundation.people"
    label = "people"
    verbose_name = "People"
