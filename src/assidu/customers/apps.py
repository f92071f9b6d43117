from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "assidu.customers"
    label = "customers"
    verbose_name = "Customers"
