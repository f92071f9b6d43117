from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "assidu.loyalty"
    label = "loyalty"
    verbose_name = "Loyalty"
