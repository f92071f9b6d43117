from django.apps import AppConfig


class EconomicsConfig(AppConfig):
    name = "assidu.economics"
    label = "economics"
    verbose_name = "Economics"
