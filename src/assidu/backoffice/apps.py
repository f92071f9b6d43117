from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "assidu.backoffice"
    label = "backoffice"
    verbose_name = "Back office"
