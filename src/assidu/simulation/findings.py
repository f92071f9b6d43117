"""What people and programs read of a simulation: each figure before, after, and what it changes, in the order of the
document that was tried. Before is a version replayed over the same past, or what really happened. Pages, the API and
the comparison of several runs tell these figures and no others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from assidu.decisions.plan import REFERRAL
from assidu.plans.document import Document
from assidu.simulation.types import Cause, CustomerOutcome, DrawReplayed, Flow, Report


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A whole number beside the tried rules, as they would have had it, and the difference: units, people or times;
    minor units of money where the name ends in `_minor`. ``before`` is what it is compared with."""

    before: int
    after: int
    change: int

    @classmethod
    def of(cls, before: int, after: int) -> "BeforeAfter":
        return cls(before, after, after - before)


@dataclass(frozen=True, slots=True)
class ShareBeforeAfter:
    """The same for a share: 0.01 is one per cent."""

    before: float
    after: float
    change: float


@dataclass(frozen=True, slots=True)
class CurrencySimulated:
    """Units of one currency over the whole past: ``issued`` net of what returns took back, ``opening`` what customers
    brought from an earlier programme, ``outstanding`` what they hold at its end."""

    currency: str
    issued: BeforeAfter
    used: BeforeAfter
    expired: BeforeAfter
    corrected: BeforeAfter
    opening: BeforeAfter
    outstanding: BeforeAfter


@dataclass(frozen=True, slots=True)
class TierSimulated:
    """Members who have the status at the end."""

    tier: str
    members: BeforeAfter


@dataclass(frozen=True, slots=True)
class RuleSimulated:
    """A rule or an offer, referrals or the prizes of a draw: units given, less what returns took back; how often; and
    what an offer took off at once, in minor units. ``is_tried`` is false for one that the tried document does not
    have."""

    rule: str
    is_tried: bool
    units: BeforeAfter
    times: BeforeAfter
    off_minor: BeforeAfter


@dataclass(frozen=True, slots=True)
class DrawSimulated:
    """A draw among the entries that there would have been: members with entries, entries, prizes drawn, and what they
    cost at face value, in minor units."""

    draw: str
    members: int
    entries: int
    prizes: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class DecileSimulated:
    """A tenth of the customers, the smallest spenders first: what they spent and were given, in minor units, and how
    many get more, less and the same."""

    decile: int
    customers: int
    spend_minor: int
    given_minor: BeforeAfter
    winners: int
    losers: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class CustomerSimulated:
    """One of those who win or lose most, in minor units, with the status at the end."""

    customer_id: UUID
    spend_minor: int
    given_minor: BeforeAfter
    before_tier: str | None
    after_tier: str | None


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many events did something else than what was recorded, and why."""

    cause: Cause
    events: int


@dataclass(frozen=True, slots=True)
class DifferenceExample:
    """An event that did something else: the customer, its number in their history, and why."""

    customer_id: UUID
    seq: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Findings:
    """A simulation that is done. Amounts are in minor units of ``money``, VAT included.

    ``against`` is the version that it is compared with, replayed over the same past for the same customers; where it is
    ``null``, it is compared with what really happened, decided by each version in its turn.
    ``cost_minor`` is what was given at face value and what offers took off at once, over the whole past; ``cost_share``
    the same as a share of ``spend_minor``, which is what customers spent, net of returns, the same on both sides.
    ``outstanding_minor`` is what they hold at the end, at face value. ``winners`` and ``losers`` are those who gain and
    lose most; ``winner_count`` and ``loser_count`` are all of them. ``causes`` has a line for each cause that occurred
    and for `unexplained`, which must be none; the others are told beside what really happened only. ``seconds`` is how
    long it took.
    """

    against: int | None
    money: str
    since: date | None
    until: date | None
    sales: int
    events: int
    customers: int
    spend_minor: int
    cost_minor: BeforeAfter
    cost_share: ShareBeforeAfter
    outstanding_minor: BeforeAfter
    currencies: tuple[CurrencySimulated, ...]
    tiers: tuple[TierSimulated, ...]
    rules: tuple[RuleSimulated, ...]
    draws: tuple[DrawSimulated, ...]
    deciles: tuple[DecileSimulated, ...]
    winner_count: int
    loser_count: int
    winners: tuple[CustomerSimulated, ...]
    losers: tuple[CustomerSimulated, ...]
    causes: tuple[CauseCount, ...]
    unexplained: int
    unfunded_burns: int
    skipped_reversals: int
    refused: int
    examples: tuple[DifferenceExample, ...]
    seconds: float
    sales_per_second: float


def findings(report: Report, document: Document, against: int | None = None) -> Findings:
    """``document`` is the one that was tried, ``against`` the version whose replay is the other side."""
    before, after = report.recorded_cost_minor, report.replayed_cost_minor
    return Findings(
        against=against,
        money=document.sale_currency.code,
        since=report.since,
        until=report.until,
        sales=report.sales,
        events=report.events,
        customers=report.customers,
        spend_minor=report.spend_minor,
        cost_minor=BeforeAfter.of(before, after),
        cost_share=_share(before, after, report.spend_minor),
        outstanding_minor=BeforeAfter.of(
            report.recorded_outstanding_minor, report.replayed_outstanding_minor
        ),
        currencies=_currencies(report, document),
        tiers=_tiers(report.tiers, document),
        rules=_rules(report.rules, document),
        draws=_draws(report.draws, document),
        deciles=tuple(
            DecileSimulated(
                one.decile,
                one.customers,
                one.spend_minor,
                BeforeAfter.of(one.recorded_minor, one.replayed_minor),
                one.winners,
                one.losers,
                one.customers - one.winners - one.losers,
            )
            for one in report.deciles
        ),
        winner_count=report.winner_count,
        loser_count=report.loser_count,
        winners=_customers(report.winners),
        losers=_customers(report.losers),
        causes=_causes(report.differences),
        unexplained=report.unexplained,
        unfunded_burns=report.unfunded_burns,
        skipped_reversals=report.skipped_reversals,
        refused=report.refused,
        examples=tuple(
            DifferenceExample(UUID(customer), seq, Cause(cause)) for customer, seq, cause in report.examples
        ),
        seconds=report.seconds,
        sales_per_second=report.sales_per_second,
    )


def _share(before_minor: int, after_minor: int, spend_minor: int) -> ShareBeforeAfter:
    before, after = (minor / spend_minor if spend_minor else 0.0 for minor in (before_minor, after_minor))
    return ShareBeforeAfter(before, after, after - before)


def _currencies(report: Report, document: Document) -> tuple[CurrencySimulated, ...]:
    codes = [currency.code for currency in document.currencies]
    codes += sorted({*report.recorded, *report.replayed} - set(codes))
    found = []
    for code in codes:
        before, after = report.recorded.get(code, Flow()), report.replayed.get(code, Flow())
        flows = {
            one.name: BeforeAfter.of(getattr(before, one.name), getattr(after, one.name))
            for one in fields(Flow)
        }
        found.append(CurrencySimulated(code, **flows))
    return tuple(found)


def _tiers(tiers: Mapping[str, tuple[int, int]], document: Document) -> tuple[TierSimulated, ...]:
    known = [level.code for level in document.tiers.levels] if document.tiers else []
    known += sorted(tiers.keys() - set(known))
    return tuple(TierSimulated(code, BeforeAfter.of(*tiers.get(code, (0, 0)))) for code in known)


def _rules(rules: Mapping[str, Mapping[str, int]], document: Document) -> tuple[RuleSimulated, ...]:
    """Those that are gone come last; before them referrals and draws, where they gave anything."""
    tried = [rule.code for rule in document.rules] + [offer.code for offer in document.offers]
    besides = {draw.code for draw in document.draws} | ({REFERRAL} if document.referral else set())
    tried += [code for code in rules if code in besides]
    found = []
    for code in (*tried, *(code for code in rules if code not in tried)):
        figures = rules.get(code, {})
        units, times, off = (
            BeforeAfter.of(figures.get(f"recorded{of}", 0), figures.get(f"replayed{of}", 0))
            for of in ("", "_times", "_off_minor")
        )
        found.append(RuleSimulated(code, code in tried, units, times, off))
    return tuple(found)


def _draws(draws: Mapping[str, DrawReplayed], document: Document) -> tuple[DrawSimulated, ...]:
    return tuple(
        DrawSimulated(draw.code, found.members, found.entries, found.prizes, found.cost_minor)
        for draw in document.draws
        if (found := draws.get(draw.code)) is not None
    )


def _customers(outcomes: Sequence[CustomerOutcome]) -> tuple[CustomerSimulated, ...]:
    return tuple(
        CustomerSimulated(
            one.customer_id,
            one.spend_minor,
            BeforeAfter.of(one.recorded_minor, one.replayed_minor),
            one.recorded_tier,
            one.replayed_tier,
        )
        for one in outcomes
    )


def _causes(differences: Mapping[str, int]) -> tuple[CauseCount, ...]:
    return tuple(
        CauseCount(cause, differences.get(cause.value, 0))
        for cause in Cause
        if cause is Cause.UNEXPLAINED or cause.value in differences
    )
