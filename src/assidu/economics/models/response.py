"""How units follow discounts: a log-linear regression with an elasticity of each product, drawn to that of its like.

Expected units of product p in week t are ``exp(a_p + e_p own_pt + effects + calendar)``, the multiplicative model of
promotion research (SCAN*PRO: Wittink, Addona, Hawkes & Porter 1988; with weeks around: van Heerde, Leeflang & Wittink
2000 and 2004), fitted by quasi-Poisson likelihood. Weeks in which nothing was sold tell no price and are left out; the
expectation is that of a week with at least one purchase. The elasticities of products of one kind vary around a mean
(empirical Bayes; the variance by Paule & Mandel 1982). Intervals come from draws of what the fit leaves open, with the
scores clustered by product, and are widened where leaving out customers moves the answer more.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from assidu.economics.models.bought import Flags, Floats, Ints, Weekly
from assidu.economics.models.discount_types import CannotTell, Untold
from assidu.economics.models.estimate import Estimate
from assidu.economics.models.signals import EFFECTS, Signals, signals_of

DRAWS = 400
KIND_MIN = 8
"""So many measured products of a department and brand, or of a department, have a mean of their own."""
_ROUNDS_MAX = 12
_STEPS_MAX = 25
_STEP = 1.5
_SETTLED = 1e-5
_SPREAD_MIN, _SPREAD_MAX = 1e-3, 5.0
_FIRST_GUESS = 2.0
_DISPERSION_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Kinds:
    """What elasticities lean on: the products of one department and brand where enough of them are measured, else
    those of the department, else all. ``of`` is the kind of every article, a department and brand; ``parts`` what each
    takes of the means that are estimated: one of them, or of several a part. ``is_told``: enough products of its
    department are measured to say something of those that are not."""

    of: Ints
    parts: Floats
    is_told: Flags


@dataclass(frozen=True, slots=True)
class Response:
    """Columns of ``elasticity`` (by measured product), ``means`` (of the other products of each kind) and ``effects``
    are sets of parameters: the first is the answer, then come draws around it, then what it would be without each of
    the groups of customers. ``spread`` is how much elasticities of one kind vary.
    """

    signals: Signals
    kinds: Kinds
    elasticity: Floats
    means: Floats
    effects: Floats
    spread: float
    groups: int

    @property
    def sets(self) -> int:
        return int(self.elasticity.shape[1])

    def effect(self, name: str) -> Floats:
        found: Floats = self.effects[EFFECTS.index(name)]
        return found

    def estimate(self, by_set: Floats, digits: int = 0) -> Estimate:
        """From a figure worked out under every set of parameters."""
        value = float(by_set[0])
        draws = np.sort(by_set[1 : self.sets - self.groups])
        left_out = by_set[self.sets - self.groups :]
        by_draws = float(draws.std())
        by_customers = float(np.sqrt((self.groups - 1) / self.groups * ((left_out - value) ** 2).sum()))
        wider = max(1.0, by_customers / by_draws) if by_draws > 0 else 1.0
        ranks = np.array([0.5, 0.025, 0.1, 0.9, 0.975]) * (len(draws) - 1)
        middle, low_95, low_80, high_80, high_95 = np.interp(ranks, np.arange(len(draws)), draws).tolist()

        def bound(at: float) -> float:
            # WeekAround the answer itself: a draw of a curve is not symmetrical, and its middle a little elsewhere.
            return float(round(value + (at - middle) * wider, digits) + 0.0)

        return Estimate(
            round(value, digits) + 0.0, bound(low_80), bound(high_80), bound(low_95), bound(high_95)
        )


def response_of(weekly: Weekly, seed: int, draws: int = DRAWS) -> Response | CannotTell:
    """What discounts do to units, with everything that is uncertain about it."""
    fit = _Fit(weekly)
    try:
        is_settled = fit.settle()
    except np.linalg.LinAlgError:
        is_settled = False
    if not is_settled:
        return CannotTell(Untold.NOT_SETTLED)
    return fit.response(np.random.default_rng(seed), draws)


class _Fit:
    """The regression. Every product has a level of its own, and how its elasticity differs from that of its kind;
    these are eliminated, product by product, from the equations of what all share: the means of kinds, the effects,
    the calendar, in this order."""

    def __init__(self, weekly: Weekly) -> None:
        self._weekly = weekly
        self._signals = signals = signals_of(weekly)
        self._units = weekly.spread(weekly.cells.units)
        self._at_once = self._units.sum(axis=1) / weekly.spread(weekly.cells.lines).sum(axis=1)
        self._kinds = kinds_of(weekly)
        self._kind = self._kinds.of[weekly.measured]
        self._parts = self._kinds.parts[self._kind]
        self._m = self._parts.shape[1]
        self._k = self._m + len(signals.effects)
        self._by_season = [np.flatnonzero(signals.season == n) for n in range(len(signals.calendar))]
        self._level = np.log(self._units.sum(axis=1) / signals.is_seen.sum(axis=1))
        self._differs = np.zeros(len(self._units))
        self._shared = np.zeros(self._k + signals.calendar.shape[2])
        self._shared[: self._m] = _FIRST_GUESS
        self._variance = 0.25
        self._dispersion = 1.0

    @property
    def _elasticity(self) -> Floats:
        found: Floats = self._parts @ self._shared[: self._m] + self._differs
        return found

    # ------------------------------------------------------------ fitting

    def settle(self) -> bool:
        """Turn and turn about: all coefficients, then how much elasticities vary and units scatter."""
        for _ in range(_ROUNDS_MAX):
            if not self._newton():
                return False
            before = self._variance
            self._measure_dispersion()
            alone, error, is_told = self._alone()
            self._variance = paule_mandel(alone[is_told], error[is_told], self._kind[is_told])
            if abs(self._variance - before) <= 0.02 * before + 1e-4:
                break
        return self._newton()

    def _newton(self) -> bool:
        for _ in range(_STEPS_MAX):
            self._look()
            step = self._solve(self._score)
            largest = max(float(np.abs(one).max()) for one in step)
            if not np.isfinite(largest):
                return False
            share = min(1.0, _STEP / largest) if largest > 0 else 1.0
            self._level = self._level + share * step[0]
            self._differs = self._differs + share * step[1]
            self._shared = self._shared + share * step[2]
            if largest < _SETTLED:
                self._look()
                return True
        return False

    def _look(self) -> None:
        """Expectations, weights and scores at the coefficients of now, and the blocks of the normal equations."""
        signals, own = self._signals, self._signals.own
        usual = self._level[:, None] + self._elasticity[:, None] * own
        usual += np.tensordot(self._shared[self._m : self._k], signals.effects, axes=1)
        usual += (signals.calendar @ self._shared[self._k :])[signals.season]
        units = np.exp(np.clip(usual, -15.0, 15.0))
        purchases = np.minimum(units / self._at_once[:, None], 50.0)
        is_any = -np.expm1(-purchases)
        # A week is only seen when somebody bought: its expectation is that of such weeks, and how it follows units.
        self._mean = units / is_any
        slope = self._mean * (1.0 - purchases * np.exp(-purchases) / is_any)
        self._per_unit = signals.is_seen * slope / self._mean
        self._score = self._per_unit * (self._units - self._mean)
        weight = self._per_unit * slope
        self._penalty = self._dispersion / self._variance
        a11, a12 = weight.sum(axis=1), (weight * own).sum(axis=1)
        squares = (weight * own * own).sum(axis=1)
        a22 = squares + self._penalty
        determinant = a11 * a22 - a12**2
        self._inverse = a22 / determinant, -a12 / determinant, a11 / determinant
        self._information = squares - a12**2 / a11
        level, differs = self._across(weight), self._across(weight * own)
        i11, i12, i22 = self._inverse
        self._to_level = i11[:, None] * level + i12[:, None] * differs
        self._to_differs = i12[:, None] * level + i22[:, None] * differs
        self._blocks = level, differs
        normal = (
            self._normal(weight, squares, differs) - level.T @ self._to_level - differs.T @ self._to_differs
        )
        # Nothing here depends on the last digits; a calendar that products do not fill must not stop it.
        self._normal_inverse = np.linalg.inv(normal + 1e-6 * np.eye(len(normal)))

    def _across(self, weight: Floats) -> Floats:
        """For each product, the weighted sums of everything that products share."""
        found = np.empty((len(weight), len(self._shared)))
        found[:, : self._m] = (weight * self._signals.own).sum(axis=1)[:, None] * self._parts
        for n, effect in enumerate(self._signals.effects):
            found[:, self._m + n] = (weight * effect).sum(axis=1)
        for rows, calendar in zip(self._by_season, self._signals.calendar, strict=True):
            found[rows, self._k :] = weight[rows] @ calendar
        return found

    def _normal(self, weight: Floats, squares: Floats, differs: Floats) -> Floats:
        m, k, effects = self._m, self._k, self._signals.effects
        found = np.zeros((len(self._shared), len(self._shared)))
        found[:m, :m] = self._parts.T @ (squares[:, None] * self._parts)
        found[:m, m:] = self._parts.T @ differs[:, m:]
        weighted = effects * weight
        found[m:k, m:k] = weighted.reshape(k - m, -1) @ effects.reshape(k - m, -1).T
        for rows, calendar in zip(self._by_season, self._signals.calendar, strict=True):
            found[m:k, k:] += weighted[:, rows].sum(axis=1) @ calendar
            found[k:, k:] += calendar.T @ (weight[rows].sum(axis=0)[:, None] * calendar)
        below = np.tril_indices(len(found), -1)
        found[below] = found.T[below]
        return found

    def _solve(self, score: Floats, pull: float = 1.0) -> tuple[Floats, Floats, Floats]:
        """The step that scores by product and week ask for: of levels, of how elasticities differ, of what is shared.

        ``pull``: is the score of all, against which kinds pull, or a part of it?
        """
        i11, i12, i22 = self._inverse
        level = score.sum(axis=1)
        differs = (score * self._signals.own).sum(axis=1) - pull * self._penalty * self._differs
        of_level, of_differs = i11 * level + i12 * differs, i12 * level + i22 * differs
        left = self._across(score).sum(axis=0) - self._blocks[0].T @ of_level - self._blocks[1].T @ of_differs
        step = self._normal_inverse @ left
        return of_level - self._to_level @ step, of_differs - self._to_differs @ step, step

    # ------------------------------------------------------------ how much things vary

    def _measure_dispersion(self) -> None:
        is_seen = self._signals.is_seen
        squares = (is_seen * (self._units - self._mean) ** 2 / self._mean).sum(axis=1)
        freedom = np.maximum(is_seen.sum(axis=1) - 2.0, 1.0)
        self._dispersion = float(squares.sum() / max(freedom.sum() - len(self._shared), 1.0))
        self._dispersions = (squares + _DISPERSION_WEIGHT * self._dispersion) / (freedom + _DISPERSION_WEIGHT)

    def _alone(self) -> tuple[Floats, Floats, Ints]:
        """Each product's elasticity as its own weeks alone tell it, the variance of that, and of which they tell."""
        information = np.maximum(self._information, 1e-9)
        alone = self._elasticity + self._penalty * self._differs / information
        return alone, self._dispersions / information, np.flatnonzero(self._information > 1e-3)

    # ------------------------------------------------------------ what is left open

    def response(self, rng: np.random.Generator, draws: int) -> Response:
        self._measure_dispersion()
        shared = rng.standard_normal((draws, len(self._shared))) @ _root(self._covariance()).T
        error = np.sqrt(self._dispersions * self._inverse[2])
        differs = rng.standard_normal((len(self._units), draws)) * error[:, None]
        differs -= self._to_differs @ shared.T
        shared_without, differs_without = self._without_each_group()
        nothing = np.zeros((len(self._units), 1))
        differing = self._differs[:, None] + np.hstack([nothing, differs, differs_without])
        together = self._shared[: self._k, None] + np.hstack(
            [np.zeros((self._k, 1)), shared.T[: self._k], shared_without[: self._k]]
        )
        means = together[: self._m]
        # Products that sell too seldom may differ from those of their kind that do not: all of them in one direction,
        # and as much as kinds differ from one another.
        unlike = np.zeros(means.shape[1])
        unlike[1 : draws + 1] = self._between_kinds(means[:, 1 : draws + 1]) * rng.standard_normal(draws)
        return Response(
            signals=self._signals,
            kinds=self._kinds,
            elasticity=self._parts @ means + differing,
            means=self._kinds.parts @ means + unlike,
            effects=together[self._m :],
            spread=float(np.sqrt(self._variance)),
            groups=shared_without.shape[1],
        )

    def _between_kinds(self, drawn: Floats) -> float:
        """How much the means of kinds differ, beyond their errors; with one kind, as products of one kind do."""
        if self._m == 1:
            return float(np.sqrt(self._variance))
        told = np.var(self._shared[: self._m], ddof=1) - drawn.var(axis=1).mean()
        return float(np.sqrt(max(told, 0.0)))

    def _covariance(self) -> Floats:
        """Of what products share, with the scores of one product taken together (Liang & Zeger 1986)."""
        scores = self._across(self._score)
        products, observations = len(scores), float(self._signals.is_seen.sum())
        parameters = len(self._shared) + 2 * products
        small = products / (products - 1) * observations / max(observations - parameters, 1.0)
        found = small * (self._normal_inverse @ (scores.T @ scores) @ self._normal_inverse)
        by_model = self._dispersion * np.diag(self._normal_inverse)
        # With few products the clustered variance is too small by chance: never less than what the model says.
        lack = np.sqrt(np.maximum(by_model / np.maximum(np.diag(found), 1e-300), 1.0))
        wider: Floats = found * lack[:, None] * lack[None, :]
        return wider

    def _without_each_group(self) -> tuple[Floats, Floats]:
        """How what is shared, and how elasticities differ, would move without each group of customers, to the first
        order (a jackknife by groups: Kott 2001)."""
        by_group = self._weekly.group_units
        groups = by_group.shape[2]
        part = by_group.sum(axis=1) / by_group.sum(axis=(1, 2))[:, None]
        moved = [
            self._solve(self._per_unit * (by_group[:, :, n] - part[:, n, None] * self._mean), pull=0.0)
            for n in range(groups)
        ]
        scale = -groups / (groups - 1)
        return scale * np.array([one[2] for one in moved]).T, scale * np.array([one[1] for one in moved]).T


def paule_mandel(values: Floats, variances: Floats, kinds: Ints) -> float:
    """The variance of the means behind values with known variances: that under which they scatter as they do."""
    several = np.bincount(kinds)[kinds] > 1
    values, variances, kinds = values[several], variances[several], kinds[several]
    freedom = len(values) - len(np.unique(kinds))
    low, high = _SPREAD_MIN**2, _SPREAD_MAX**2
    if freedom <= 0:
        return 0.25

    def excess(between: float) -> float:
        weight = 1.0 / (variances + between)
        total = np.bincount(kinds, weight)
        mean = np.bincount(kinds, weight * values) / np.where(total > 0, total, 1.0)
        return float((weight * (values - mean[kinds]) ** 2).sum()) - freedom

    if excess(low) <= 0:
        return low
    for _ in range(50):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return float((low * high) ** 0.5)


def kinds_of(weekly: Weekly) -> Kinds:
    measured = [weekly.articles[n] for n in weekly.measured]
    departments = Counter(one.department for one in measured)
    pairs = Counter((one.department, one.brand) for one in measured)
    often: dict[tuple[str, str | None], int] = {
        pair: count for pair, count in pairs.items() if count >= KIND_MIN
    }
    for department, count in departments.items():
        left = count - sum(size for (one, _), size in often.items() if one == department)
        if left >= KIND_MIN:
            often[department, None] = left
    columns = sorted(often, key=str)
    size = np.array([often[one] for one in columns], dtype=np.float64)

    def part(department: str, brand: str) -> Floats:
        if not columns:
            return np.ones(1)
        own: list[list[tuple[str, str | None]]] = [[(department, brand)], [(department, None)]]
        for among in (*own, [one for one in columns if one[0] == department], columns):
            weight = size * np.array([one in among for one in columns])
            if weight.sum() > 0:
                break
        return np.asarray(weight / weight.sum())

    known = sorted({(one.department, one.brand) for one in weekly.articles})
    number = {pair: n for n, pair in enumerate(known)}
    return Kinds(
        of=np.array([number[one.department, one.brand] for one in weekly.articles], dtype=np.int64),
        parts=np.array([part(*pair) for pair in known]),
        is_told=np.array([departments[department] >= KIND_MIN for department, _ in known]),
    )


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    found: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return found
