from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "assidu.simulation"
    label = "simulation"
    verbose_name = "Simulation"
