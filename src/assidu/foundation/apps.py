from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "assidu.foundation"
    label = "foundation"
    verbose_name = "Foundation"
