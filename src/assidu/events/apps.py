from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "assidu.events"
    label = "events"
    verbose_name = "Events"
