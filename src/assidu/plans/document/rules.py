"""Rules: ways to earn, with their limits."""

from typing import Annotated

from msgspec import Meta

from assidu.decisions.calendar import Period
from assidu.decisions.plan import QuotaScope, Trigger
from assidu.plans.document.conditions import Lines, When
from assidu.plans.document.gifts import Gift
from assidu.plans.document.goals import Goal
from assidu.plans.document.parts import Amount, Code, Duration, Part, Text, Units
from assidu.plans.document.pending import Pending
from assidu.plans.document.profile import ProfileField


class Cap(Part, frozen=True, kw_only=True):
    """At most so many units for one customer in a period."""

    units: Units
    per: Period


class Times(Part, frozen=True, kw_only=True):
    """At most so often for one customer in a period."""

    limit: Annotated[int, Meta(ge=1, le=1_000_000)]
    per: Period


class Quota(Part, frozen=True, kw_only=True):
    """Only for the first tickets of a period, over the programme or in each store."""

    first: Annotated[int, Meta(ge=1, le=10_000_000)]
    per: Period
    over: QuotaScope = QuotaScope.PROGRAMME


class Budget(Part, frozen=True, kw_only=True):
    """At most so much in a period, over all customers: an amount, or units of the currency that is given."""

    amount: (
        Annotated[Amount, Meta(description="What is taken off; of what a rule gives, its worth.")] | None
    ) = None
    units: Units | None = None
    per: Period = Period.EVER
    over: QuotaScope = QuotaScope.PROGRAMME
    clip: Annotated[
        bool, Meta(description="Is what is left given where it is less than what is due, or nothing?")
    ] = True


class Rule(Part, frozen=True, kw_only=True):
    """One way to earn."""

    code: Code
    name: Text
    trigger: Trigger = Trigger.SALE
    activity: Annotated[Code, Meta(description="Which one, where the trigger is `activity`.")] | None = None
    profile: Annotated[
        tuple[ProfileField, ...],
        Meta(
            max_length=len(ProfileField),
            description="For `profile-completed`: it is noticed by itself once all of these are known.",
        ),
    ] = ()
    currency: Code
    gift: Gift
    when: When = When()
    lines: Lines | None = None
    cap_per_sale: Units | None = None
    cap: Cap | None = None
    times: Times | None = None
    quota: Quota | None = None
    budget: Annotated[Budget, Meta(description="What tickets give back counts no longer.")] | None = None
    goal: Goal | None = None
    serves: Annotated[Code, Meta(description="The objective that it serves.")] | None = None
    expires: Annotated[Duration, Meta(description="Instead of the currency's own.")] | None = None
    pending: Annotated[Pending, Meta(description="Instead of the currency's own.")] | None = None
