from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "assidu.connectors"
    label = "connectors"
    verbose_name = "Connectors"
