"""What a trial of several plans answers. Amounts in minor units; margins and net sales without VAT."""

from dataclasses import dataclass

from assidu.economics.models.assumptions import Range
from assidu.economics.models.behaviour import DRAWN, Behaviour
from assidu.economics.models.estimate import Estimate

__all__ = [
    "DRAWN",
    "OTHER",
    "PLANS_MAX",
    "Behaviour",
    "Estimate",
    "LeftOut",
    "MicroQuestion",
    "MicroResult",
    "PlanAsked",
    "PlanTried",
    "Range",
    "Round",
    "RuleCost",
    "Sensitivity",
    "Share",
]
PLANS_MAX = 5
OTHER = "other"
"""What was given without a rule or an offer: rewards worth more than they cost, referrals."""


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """A plan to try, as a document; ``label`` is what it was made of (``simulation.tried_plans``), or a name that
    somebody gave it."""

    label: str
    yaml: str


@dataclass(frozen=True, slots=True)
class MicroQuestion:
    """Up to ``PLANS_MAX`` plans, and what is assumed of customers."""

    plans: tuple[PlanAsked, ...]
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What a rule or an offer gives in the period, at face value, and what that costs in the end (HT)."""

    rule: str
    face: Estimate
    cost: Estimate | None = None  # kept trials from before it was told have none


@dataclass(frozen=True, slots=True)
class Share:
    """Some customers, as the plan leaves them: what they get more or less than recorded, at face value.

    ``cost`` is told by status: what the plan costs in the end (HT), of all customers of that status. ``names``: how
    many this line holds, where what is smallest stands together under ``other``.
    """

    name: str
    customers: int
    spend_minor: int
    recorded_minor: int
    planned_minor: int
    winners: int
    losers: int
    cost: Estimate | None = None
    names: int = 1


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the net change would be, on average over the draws in which an assumption lies in the lowest, and in the
    highest, fifth of its range."""

    assumption: str
    low_minor: int
    high_minor: int

    @property
    def swing_minor(self) -> int:
        return abs(self.high_minor - self.low_minor)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Of so many ``customers`` among those tried, ``moments`` to answer were not looked at: there were too many."""

    customers: int = 0
    moments: int = 0


@dataclass(frozen=True, slots=True)
class PlanTried:
    """One plan beside what was recorded. ``cost`` is what is given × what of it is used × what that costs, and what
    offers take off at once; ``net_change`` is margin less cost, more or less than recorded.

    ``against_first`` is the same against the first plan that is tried, on the same customers and draws (nothing for
    that one itself), and ``better_than_first`` the part of the draws in which this plan does better.
    """

    label: str
    face: Estimate
    off: Estimate
    cost: Estimate
    revenue_change: Estimate
    margin_change: Estimate
    net_change: Estimate
    loss_probability: float
    rules: tuple[RuleCost, ...]
    deciles: tuple[Share, ...]
    tiers: tuple[Share, ...]
    stores: tuple[Share, ...]
    sensitivity: tuple[Sensitivity, ...]  # what matters most first
    against_first: Estimate | None
    better_than_first: float | None
    generosity: float | None
    """Face value for each euro of net sales; nothing where nothing was sold."""
    left_out: LeftOut = LeftOut()


@dataclass(frozen=True, slots=True)
class Round:
    """Where the estimates stood once so many customers were decided.

    ``moved``: the farthest that an end of any plan's 80 % interval moved since the round before, as a part of its
    width; nothing in the first round.
    """

    customers: int
    histories: int
    seconds: float
    net_low_80: tuple[float, ...]
    net_high_80: tuple[float, ...]
    moved: float | None = None


@dataclass(frozen=True, slots=True)
class MicroResult:
    """``settled_after``: the number of the round from which each moved no end of an interval by more than a tenth of
    its width, or nothing yet.

    ``histories`` is how many times a customer's history was decided from its beginning to its end. ``lives_differ`` are
    the currencies of which units do not live equally long in all plans, the recorded one among them: how much of them
    is used is assumed alike, so that figures hold nothing of it.
    """

    customers: int
    of_customers: int
    histories: int
    seconds: float
    recorded_cost: Estimate
    recorded_face: Estimate
    net_sales_minor: int
    plans: tuple[PlanTried, ...]
    rounds: tuple[Round, ...]
    settled_after: int | None
    lives_differ: tuple[str, ...] = ()
    recorded_off: Estimate | None = None
    """Of ``recorded_face``, what was taken off at once; trials kept from before do not say it."""
