from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "assidu.ledger"
    label = "ledger"
    verbose_name = "Ledger"
