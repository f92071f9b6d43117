"""An answer about several plans, on a small history of its own."""

from assidu.economics.micro.types import Behaviour, MicroQuestion, PlanAsked
from assidu.plans.writing import to_yaml
from builders.documents import BASE, a_document

TRIED = MicroQuestion(
    (
        PlanAsked("As it is", to_yaml(a_document())),
        PlanAsked("Twice the points", to_yaml(a_document(BASE.replace("give: 1", "give: 2")))),
    ),
    Behaviour(draws=100, seed=3),
)
"""Two plans and what is assumed."""
