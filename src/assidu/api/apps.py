from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "assidu.api"
    label = "api"
    verbose_name = "Api"
