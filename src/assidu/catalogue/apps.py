from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "assidu.catalogue"
    label = "catalogue"
    verbose_name = "Catalogue"
