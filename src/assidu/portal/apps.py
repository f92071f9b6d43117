from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "assidu.portal"
    label = "portal"
    verbose_name = "Portal"
