"""How far what one group showed is believed, beside what all groups show.

Bühlmann, H. and Straub, E. (1970), "Glaubwürdigkeit für Schadensätze", Mitteilungen der Vereinigung Schweizerischer
Versicherungsmathematiker 70, with the usual unbiased estimators of the two variances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Group = Sequence[tuple[float, float]]
"""What one group showed, time after time: a ratio, and its weight."""


@dataclass(frozen=True, slots=True)
class Credibility:
    """``within``: how much a group differs from itself, at a weight of 1; ``between``: how much groups differ."""

    within: float
    between: float

    def factor(self, weight: float) -> float:
        """Between 0 (the group's own ratio is noise) and 1 (it is the truth)."""
        if self.between <= 0 or weight <= 0:
            return 0.0
        return weight / (weight + self.within / self.between)


def credibility(groups: Sequence[Group]) -> Credibility:
    """Nothing is believed of groups of which too few are known to tell them apart."""
    told = [[(ratio, weight) for ratio, weight in group if weight > 0] for group in groups]
    told = [group for group in told if group]
    weights = [sum(weight for _, weight in group) for group in told]
    means = [mean(group) for group in told]
    times = sum(len(group) - 1 for group in told)
    total = sum(weights)
    if len(told) < 2 or times == 0:
        return Credibility(0.0, 0.0)
    within = (
        sum(
            weight * (ratio - own) ** 2
            for group, own in zip(told, means, strict=True)
            for ratio, weight in group
        )
        / times
    )
    overall = sum(weight * own for weight, own in zip(weights, means, strict=True)) / total
    apart = sum(weight * (own - overall) ** 2 for weight, own in zip(weights, means, strict=True))
    share = total - sum(weight**2 for weight in weights) / total
    return Credibility(within, max((apart - (len(told) - 1) * within) / share, 0.0) if share > 0 else 0.0)


def mean(group: Group) -> float:
    return sum(ratio * weight for ratio, weight in group) / sum(weight for _, weight in group)
