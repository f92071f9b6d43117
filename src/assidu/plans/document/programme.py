"""The whole document."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from assidu.decisions.plan import ReturnPolicy
from assidu.plans.document.accounts import Accounts
from assidu.plans.document.activities import ACTIVITIES_MAX, AUDIENCES_MAX, Activity, Audience, Engagement
from assidu.plans.document.conditions import Exclusions
from assidu.plans.document.currencies import Currency
from assidu.plans.document.draws import DRAWS_MAX, Draw
from assidu.plans.document.forgotten import ForgottenTickets
from assidu.plans.document.life import TERMS_MAX, Closing, Leaving, Notice, Terms
from assidu.plans.document.money import SaleCurrency
from assidu.plans.document.objectives import OBJECTIVES_MAX, Objective
from assidu.plans.document.offers import LEGAL_CAPS_MAX, OFFERS_MAX, LegalCap, Offer, Stacking
from assidu.plans.document.parts import (
    CURRENCIES_MAX,
    FORMAT,
    LABELS_MAX,
    REWARDS_MAX,
    RULES_MAX,
    Amount,
    Code,
    Part,
    Selected,
    Text,
)
from assidu.plans.document.referral import Referral
from assidu.plans.document.rewards import PARTNERS_MAX, Partner, Reward
from assidu.plans.document.rules import Rule
from assidu.plans.document.tiers import Level, Tiers


class Returns(Part, frozen=True, kw_only=True):
    """What happens when goods come back after what they earned was used."""

    take_back: ReturnPolicy = ReturnPolicy.WITHIN_BALANCE


class Labels(Part, frozen=True, kw_only=True):
    """How sentences call the codes of the catalogue. Where given, a code that is not listed is questioned."""

    departments: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    brands: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    stores: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    products: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}
    channels: Annotated[dict[Selected, Text], Meta(max_length=LABELS_MAX)] = {}


class Document(Part, frozen=True, kw_only=True):
    """A loyalty programme, as Assidu reads it."""

    format: Annotated[int, Meta(ge=FORMAT, le=FORMAT, description="The version of this format: 1.")]
    programme: Code
    name: Text
    version: (
        Annotated[int, Meta(ge=1, le=1_000_000, description="Given when the programme is published.")] | None
    ) = None
    valid_from: Annotated[
        date, Meta(description="The first day on which tickets are decided with this version.")
    ]
    zone: Annotated[str, Meta(min_length=1, max_length=64, description="For example Europe/Paris.")]
    sale_currency: SaleCurrency
    currencies: Annotated[tuple[Currency, ...], Meta(min_length=1, max_length=CURRENCIES_MAX)]
    objectives: Annotated[
        tuple[Objective, ...], Meta(max_length=OBJECTIVES_MAX, description="Ranked: the first comes first.")
    ] = ()
    activities: Annotated[tuple[Activity, ...], Meta(max_length=ACTIVITIES_MAX)] = ()
    audiences: Annotated[tuple[Audience, ...], Meta(max_length=AUDIENCES_MAX)] = ()
    engagement: Engagement | None = None
    exclusions: Exclusions = Exclusions()
    rules: Annotated[tuple[Rule, ...], Meta(max_length=RULES_MAX)] = ()
    rewards: Annotated[tuple[Reward, ...], Meta(max_length=REWARDS_MAX)] = ()
    offers: Annotated[tuple[Offer, ...], Meta(max_length=OFFERS_MAX)] = ()
    stacking: Stacking = Stacking()
    draws: Annotated[tuple[Draw, ...], Meta(max_length=DRAWS_MAX, description="Draws among entries.")] = ()
    legal_caps: Annotated[
        tuple[LegalCap, ...],
        Meta(max_length=LEGAL_CAPS_MAX, description="Limits that the law sets on promotions."),
    ] = ()
    second_person_above: (
        Annotated[Amount, Meta(description="Corrections by staff worth more need a second person.")] | None
    ) = None
    partners: Annotated[tuple[Partner, ...], Meta(max_length=PARTNERS_MAX)] = ()
    tiers: Tiers | None = None
    returns: Returns = Returns()
    forgotten_tickets: ForgottenTickets | None = None
    part_paid_with_rewards_earns: Annotated[
        bool, Meta(description="Does the part of a ticket paid with points or vouchers earn?")
    ] = False
    terms: Annotated[
        tuple[Terms, ...], Meta(max_length=TERMS_MAX, description="Every version, the oldest first.")
    ] = ()
    notice: Notice | None = None
    leaving: Leaving | None = None
    closing: Closing | None = None
    referral: Referral | None = None
    accounts: Accounts | None = None
    labels: Labels = Labels()

    def rule(self, code: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.code == code), None)

    def currency(self, code: str) -> Currency | None:
        return next((currency for currency in self.currencies if currency.code == code), None)

    def reward(self, code: str) -> Reward | None:
        return next((reward for reward in self.rewards if reward.code == code), None)

    def offer(self, code: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.code == code), None)

    def draw(self, code: str) -> Draw | None:
        return next((draw for draw in self.draws if draw.code == code), None)

    def level(self, code: str) -> Level | None:
        levels = self.tiers.levels if self.tiers is not None else ()
        return next((level for level in levels if level.code == code), None)


def published(document: Document, version: int, valid_from: date | None = None) -> Document:
    """The document as it is kept once it has a number."""
    return msgspec.structs.replace(
        document, version=version, valid_from=valid_from if valid_from is not None else document.valid_from
    )
