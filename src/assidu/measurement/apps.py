from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "assidu.measurement"
    label = "measurement"
    verbose_name = "Measurement"
