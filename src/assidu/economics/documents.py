"""Documents of this room as files: YAML or JSON, every mistake told with its line."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assidu.economics.models.assumptions import Assumptions
from assidu.economics.models.assumptions import problems as unsound
from assidu.economics.models.behaviour import Behaviour
from assidu.economics.models.behaviour import problems as unlikely
from assidu.economics.models.policy import Policy
from assidu.plans.identity import plain
from assidu.plans.problems import Mark, Path, Problem
from assidu.plans.reading import read_as
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.problems import PROBLEMS
from assidu.plans.writing import yaml_of

SENTENCES = PROBLEMS | {
    "not_a_number": Sentence(
        "« {found} » n'est pas un nombre ; écrivez par exemple 2.5, avec un point et sans guillemets",
        "`{found}` is not a number; write 2.5 for example, with a point and without quotes",
    ),
    "segment_twice": Sentence(
        "« {found} » est déjà le code d'un segment : donnez-en un autre",
        "`{found}` is already the code of a segment: give it another one",
    ),
    "segment_named_twice": Sentence(
        "« {found} » est déjà le nom d'un segment : donnez-en un autre",
        "`{found}` is already the name of a segment: give it another one",
    ),
    "out_of_bounds": Sentence(
        "{found} n'a pas de sens ici : entre {least} et {most}",
        "{found} makes no sense here: between {least} and {most}",
    ),
    "not_between": Sentence(
        "la valeur {value} n'est pas entre {low} et {high}",
        "the value {value} does not lie between {low} and {high}",
    ),
    "not_a_whole": Sentence(
        "ces parts font {found} en tout : il faut 100", "these parts are {found} in all: they have to be 100"
    ),
    "not_a_first_day": Sentence(
        "{found} n'est pas le premier jour d'un mois", "{found} is not the first day of a month"
    ),
    "beyond_counting": Sentence(
        "ces ventes dépassent {most} : au-delà, les centimes ne sont plus exacts",
        "these sales are beyond {most}: cents would no longer be exact",
    ),
    "too_much_at_once": Sentence(
        "{found} valeurs à calculer d'un coup ; le maximum est {most} : moins de tirages, de mois ou de segments",
        "{found} values to work out at once; at most {most}: fewer draws, months or segments",
    ),
    "unknown_currency": Sentence(
        "aucune monnaie du programme ne s'appelle « {found} » (il y a : {known})",
        "no currency of the programme is called `{found}` (there are: {known})",
    ),
}
"""What is wrong with a document, in words."""

TYPED_SENTENCES = SENTENCES | {
    "not_a_number": Sentence("« {found} » n'est pas un nombre", "`{found}` is not a number"),
}
"""The same of what was typed in a form, where a comma and a point are as good as one another."""


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


def read_assumptions(content: bytes | str) -> tuple[Assumptions | None, tuple[Problem, ...]]:
    found, problems, marks = read_as(content, Assumptions)
    if found is not None and not problems:
        problems = tuple(replace(one, mark=_nearest(one.path, marks)) for one in unsound(found))
    return (None if problems else found), problems


def read_behaviour(content: bytes | str) -> tuple[Behaviour | None, tuple[Problem, ...]]:
    found, problems, marks = read_as(content, Behaviour)
    if found is not None and not problems:
        problems = tuple(replace(one, mark=_nearest(one.path, marks)) for one in unlikely(found))
    return (None if problems else found), problems


def behaviour_yaml(found: Behaviour) -> str:
    """With the defaults: whoever changes it sees what there is to change."""
    return yaml_of(plain(found, with_defaults=True))


def _nearest(path: Path, marks: Mapping[Path, Mark]) -> Mark | None:
    """Where it is written or, where it was left out, what holds it."""
    while path and path not in marks:
        path = path[:-1]
    return marks.get(path)


def assumptions_yaml(found: Assumptions) -> str:
    return yaml_of(plain(found))


def policy_yaml(policy: Policy) -> str:
    return yaml_of(in_full(policy))


def in_full(policy: Policy) -> dict[str, Any]:
    """With the defaults: whoever sets it sees what there is to set."""
    return plain(policy, with_defaults=True)
