"""Documents of this room as files: YAML or JSON, every mistake told with its line."""

from typing import Any

from assidu.economics.models.policy import Policy
from assidu.plans.identity import plain
from assidu.plans.problems import Problem
from assidu.plans.reading import read_as
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.problems import PROBLEMS
from assidu.plans.writing import yaml_of

SENTENCES = PROBLEMS | {
    "not_a_number": Sentence(
        "« {found} » n'est pas un nombre ; écrivez par exemple 2.5, avec un point et sans guillemets",
        "`{found}` is not a number; write 2.5 for example, with a point and without quotes",
    ),
    "unknown_currency": Sentence(
        "aucune monnaie du programme ne s'appelle « {found} » (il y a : {known})",
        "no currency of the programme is called `{found}` (there are: {known})",
    ),
}
"""What is wrong with a document, in words."""


def read_policy(
    content: bytes | str, currencies: tuple[str, ...]
) -> tuple[Policy | None, tuple[Problem, ...]]:
    """``currencies``: those of the programme."""
    found, problems, marks = read_as(content, Policy)
    unknown = tuple(
        Problem(
            "unknown_currency",
            ("currencies", code),
            {"found": code, "known": ", ".join(currencies)},
            marks.get(("currencies", code)),
        )
        for code in (found.currencies if found is not None else ())
        if code not in currencies
    )
    return (None if problems or unknown else found), (*problems, *unknown)


def policy_yaml(policy: Policy) -> str:
    return yaml_of(in_full(policy))


def in_full(policy: Policy) -> dict[str, Any]:
    """With the defaults: whoever sets it sees what there is to set."""
    return plain(policy, with_defaults=True)
