"""What customers do besides buying, the groups that a brand makes of them, and how much they take part."""

from typing import Annotated

from msgspec import Meta

from assidu.plans.document.parts import Code, Part, Selected, Text

ACTIVITIES_MAX = 200
AUDIENCES_MAX = 1_000
ANSWERS_MAX = 100
HALF_LIFE_MONTHS_MAX = 24


class Activity(Part, frozen=True, kw_only=True):
    """Something that customers do, besides what every programme knows: a workshop attended, a jar brought back."""

    code: Code
    name: Text


class Answered(Part, frozen=True, kw_only=True):
    """A question, and those answers to it that count: `{question: diet, answers: [vegan, vegetarian]}`."""

    question: Annotated[Selected, Meta(description="As activities name it in their `answers`.")]
    answers: Annotated[tuple[Selected, ...], Meta(min_length=1, max_length=ANSWERS_MAX)]


class Audience(Part, frozen=True, kw_only=True):
    """A group of customers, filled from outside, by hand, or by what they answer."""

    code: Code
    name: Text
    answered: (
        Annotated[
            Answered, Meta(description="Whoever answers so enters it, whoever answers otherwise leaves it.")
        ]
        | None
    ) = None


class Weight(Part, frozen=True, kw_only=True):
    """What one purchase (`sale`) or activity adds to the score."""

    of: Annotated[Code, Meta(description="`sale`, or the code of an activity.")]
    score: Annotated[int, Meta(ge=1, le=10_000)]


class Engagement(Part, frozen=True, kw_only=True):
    """How much a customer takes part, over all channels and whatever they spend: a score that fades with time."""

    half_life_months: Annotated[
        int,
        Meta(ge=1, le=HALF_LIFE_MONTHS_MAX, description="After so many calendar months half of it is left."),
    ] = 6
    weights: Annotated[tuple[Weight, ...], Meta(min_length=1, max_length=ACTIVITIES_MAX)]
