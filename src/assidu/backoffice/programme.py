"""The programme as the screens speak of it: the version in force, and names in the reader's language."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import HttpRequest
from django.utils.translation import get_language

from assidu.backoffice import formats
from assidu.decisions.calendar import local_day
from assidu.decisions.plan import REFERRAL, Plan
from assidu.foundation import clock
from assidu.loyalty import queries
from assidu.loyalty.book import PlanBook
from assidu.loyalty.plans import PublishedPlan, programmes
from assidu.measurement.queries import points_of
from assidu.plans.document import Document
from assidu.plans.wording import Language, figures, language_of, text_in
from assidu.plans.wording.language import quoted
from assidu.plans.wording.life import REFERRAL_NAME
from assidu.plans.wording.phrases import Phrases, phrases_of


@dataclass(frozen=True)
class Programme:
    """The versions of a programme, looked at on one instant in one language."""

    code: str
    versions: tuple[PublishedPlan, ...]
    book: PlanBook
    now: datetime
    language: Language

    @property
    def plan(self) -> Plan:
        """The version in force."""
        return self.book.at(self.now)

    @cached_property
    def document(self) -> Document:
        return self.document_of(self.plan.version)

    @cached_property
    def phrases(self) -> Phrases:
        return phrases_of(self.document, self.language)

    @property
    def name(self) -> str:
        return text_in(self.document.name, self.language)

    @property
    def today(self) -> date:
        return local_day(self.now, self.plan.zone)

    @cached_property
    def points(self) -> str:
        """The code of the currency that most figures are about."""
        return points_of(self.plan)

    def document_of(self, version: int) -> Document:
        return next(one.document for one in self.versions if one.version == version)

    def rule_name(self, code: str) -> str:
        """As the newest version that has the rule, the offer or the draw calls it; the code of one that none has."""
        if code == REFERRAL:
            return REFERRAL_NAME.say(self.language)
        for published in reversed(self.versions):
            document = published.document
            found = document.rule(code) or document.offer(code) or document.draw(code)
            if found is not None:
                return text_in(found.name, self.language)
        return code

    def tier_name(self, code: str | None) -> str:
        """As the version in force calls it, or the newest one that has it."""
        if not code:
            return ""
        for document in (self.document, *(one.document for one in reversed(self.versions))):
            levels = () if document.tiers is None else document.tiers.levels
            found = next((one for one in levels if one.code == code), None)
            if found is not None:
                return text_in(found.name, self.language)
        return code

    def says(self, tier: str | None) -> str:
        return self.phrases.says(tier)

    def benefits(self, tier: str | None) -> list[str]:
        """What a status brings besides, in words."""
        return [formats.typographic(one) for one in self.phrases.benefits(tier)]

    def tier_tone(self, code: str | None) -> str:
        """The colour of a status: by its rank, so that any programme's best one is golden."""
        rank, levels = self.plan.tiers.rank(code) if self.plan.tiers else -1, len(self.tiers)
        if rank < 0:
            return ""
        from_top = levels - 1 - rank
        return ("gold", "silver", "bronze", "")[min(from_top, 3)]

    @property
    def tiers(self) -> tuple[str, ...]:
        return tuple(level.code for level in self.plan.tiers.levels) if self.plan.tiers else ()

    def currency_name(self, code: str) -> str:
        return formats.typographic(self.phrases.currency_name(code))

    def units(self, quantity: int, currency: str) -> str:
        """512 points, 2 vouchers of 5 €."""
        return formats.typographic(self.phrases.units(quantity, currency))

    def quantity(self, quantity: int, currency: str) -> str:
        """The number alone, as its currency is written."""
        return self.phrases.number(quantity, currency)

    def rewards(self, quantity: int, code: str) -> str:
        """“An organic basket”, 3 times “An organic basket”."""
        known = self.phrases.rewards.get(code)
        name = quoted(code if known is None else self.phrases.text(known.name), self.language)
        return formats.typographic(figures.several(quantity, name, self.language))

    def change(self, quantity: int, currency: str) -> str:
        sign = "+" if quantity > 0 else "−" if quantity < 0 else ""
        return sign + self.units(abs(quantity), currency)

    def worth_minor(self, quantity: int, currency: str) -> int | None:
        """What units take off a ticket; ``None`` where they take nothing off."""
        known = self.plan.currencies.get(currency)
        if known is None or not known.worth_minor:
            return None
        return quantity * known.worth_minor // known.worth_units

    def money(self, minor: int) -> str:
        return formats.money(minor, self.document.sale_currency.code)


def programme_at(request: HttpRequest) -> Programme | None:
    """The programme of this installation, read once per request; ``None`` before the first is published."""
    if not hasattr(request, "assidu_programme"):
        request.assidu_programme = current_programme()  # type: ignore[attr-defined]
    known: Programme | None = request.assidu_programme  # type: ignore[attr-defined]
    return known


def current_programme() -> Programme | None:
    codes = programmes()
    return programme_called(codes[0]) if codes else None


def programme_called(code: str) -> Programme | None:
    book = queries.current_book(code)
    if book is None:
        return None
    return Programme(code, queries.versions(code), book, clock.now(), language_of(get_language()))
