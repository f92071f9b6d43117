"""What a rule gives."""

from dataclasses import dataclass

from assidu.decisions.money import Rounding


@dataclass(frozen=True, slots=True)
class PerAmount:
    """``give`` units for each ``per_minor`` spent; ``whole_steps`` counts full steps only."""

    give: int
    per_minor: int
    rounding: Rounding = Rounding.DOWN
    whole_steps: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    give: int


@dataclass(frozen=True, slots=True)
class Multiply:
    """``percent`` of what ``base`` gives, instead of 100: the rule adds the difference."""

    rule: str
    base: PerAmount
    percent: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """The gift of the highest step reached; steps are sorted by amount."""

    steps: tuple[tuple[int, int], ...]  # (at least, in minor units; give)


Gift = PerAmount | Fixed | Multiply | Threshold
