"""Beyond types: does the document say something that can be decided, and what one probably meant?

Errors keep a document from being published; warnings are read by whoever publishes it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from assidu.decisions.events import LineKind
from assidu.decisions.plan import CurrencyKind, Trigger
from assidu.plans.checks.accounts import check_accounts
from assidu.plans.checks.budgets import check_budgets
from assidu.plans.checks.draws import check_draws
from assidu.plans.checks.life import check_life
from assidu.plans.checks.money import check_money
from assidu.plans.checks.occasions import check_occasions
from assidu.plans.checks.offers import check_offers
from assidu.plans.checks.rewards import check_rewards
from assidu.plans.checks.tiers import check_tiers
from assidu.plans.checks.wallets import check_wallets
from assidu.plans.document import AMOUNT_MAX, Document, Duration, Expiry, Gift, Lines, Rule, Text, When
from assidu.plans.parts import fields_of
from assidu.plans.problems import Mark, Path, Problem, unknown
from assidu.plans.reading import read

SELECTED_ALL_MAX = 200_000
OVERLAPS_TOLD_MAX = 20
UNITS_PER_TICKET_MAX = 10**15
_USED_OTHERWISE = (CurrencyKind.GOOD, CurrencyKind.ENTRY)
"""Handed over, or drawn."""

Figure = str | int


@dataclass(frozen=True, slots=True)
class Examination:
    """A text that was read and checked. ``document`` is there when it could be read, even if it has errors."""

    document: Document | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.is_warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_warning)

    @property
    def is_ok(self) -> bool:
        return self.document is not None and not self.errors


def examine(content: bytes | str) -> Examination:
    """Read YAML or JSON and check it: everything there is to say, in the order of the lines."""
    reading = read(content)
    if reading.document is None:
        return Examination(None, reading.problems)
    found = (*reading.problems, *check(reading.document, reading.marks))
    return Examination(reading.document, tuple(sorted(found, key=lambda problem: problem.mark or Mark(0, 0))))


def check(document: Document, marks: Mapping[Path, Mark] | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong or odd; ``marks``, from the reading, give the lines."""
    checker = _Checker(document)
    checker.check()
    if marks is None:
        return tuple(checker.problems)
    placed = [replace(problem, mark=_mark_of(problem.path, marks)) for problem in checker.problems]
    return tuple(sorted(placed, key=lambda problem: problem.mark or Mark(0, 0)))


def _mark_of(path: Path, marks: Mapping[Path, Mark]) -> Mark | None:
    """Where the part is written or, when it is not, what holds it."""
    for length in range(len(path), -1, -1):
        mark = marks.get(path[:length])
        if mark is not None:
            return mark
    return None


class _Checker:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.currencies = {currency.code for currency in document.currencies}
        self.levels = [level.code for level in document.tiers.levels] if document.tiers else []

    def error(self, sentence: str, /, *path: str | int, **figures: Figure) -> None:
        self.problems.append(Problem(sentence, path, figures))

    def warning(self, sentence: str, /, *path: str | int, **figures: Figure) -> None:
        self.problems.append(Problem(sentence, path, figures, is_warning=True))

    def check(self) -> None:
        self._header()
        self._amounts_and_durations()
        self._codes_once()
        self._currencies()
        self._exclusions()
        for i, rule in enumerate(self.document.rules):
            self._rule(i, rule)
        self._selected()
        self._overlaps()
        self._labels()
        self.problems += check_money(self.document)
        self.problems += check_rewards(self.document)
        self.problems += check_tiers(self.document)
        self.problems += check_occasions(self.document)
        self.problems += check_budgets(self.document)
        self.problems += check_offers(self.document)
        self.problems += check_draws(self.document)
        self.problems += check_wallets(self.document)
        self.problems += check_life(self.document)
        self.problems += check_accounts(self.document)

    def _header(self) -> None:
        if not _is_zone(self.document.zone):
            self.error("zone_unknown", "zone", found=self.document.zone)
        if not self.document.rules:
            self.warning("no_rules", "rules")

    def _amounts_and_durations(self) -> None:
        decimals = self.document.sale_currency.decimals
        for path, part in _walk(self.document, ()):
            if isinstance(part, Decimal):
                exponent = part.as_tuple().exponent
                if not part.is_finite() or part < 0 or part > AMOUNT_MAX:
                    self.error("amount_out_of_range", *path, found=str(part), most=int(AMOUNT_MAX))
                elif isinstance(exponent, int) and -exponent > decimals:
                    self.error("too_many_decimals", *path, found=str(part), decimals=decimals)
                elif part == 0 and path[-1] != "spend_at_least":
                    self.error("amount_zero", *path)
            elif isinstance(part, Duration):
                named = [
                    name for name in ("days", "weeks", "months", "years") if getattr(part, name) is not None
                ]
                # Until a day of each year: a duration beside it is optional.
                is_enough = isinstance(part, Expiry) and part.each_year is not None and not named
                if len(named) != 1 and not is_enough:
                    self.error("duration_count", *path, found=", ".join(named) or "-")

    def _codes_once(self) -> None:
        document = self.document
        for name, codes in (
            ("currencies", [currency.code for currency in document.currencies]),
            ("rules", [rule.code for rule in document.rules]),
            ("rewards", [reward.code for reward in document.rewards]),
            ("partners", [partner.code for partner in document.partners]),
            ("objectives", [objective.code for objective in document.objectives]),
            ("activities", [activity.code for activity in document.activities]),
            ("audiences", [audience.code for audience in document.audiences]),
        ):
            self._once(codes, (name,))
        self._once(self.levels, ("tiers", "levels"))

    def _once(self, codes: Sequence[str], path: Path) -> None:
        seen = set()
        for i, code in enumerate(codes):
            if code in seen:
                self.error("code_twice", *path, i, "code", code=code)
            seen.add(code)

    def _currencies(self) -> None:
        earned = {rule.currency for rule in self.document.rules} | {
            reward.gives.currency for reward in self.document.rewards
        }
        earned |= {
            given.currency
            for offer in self.document.offers
            if (given := offer.effect.points or offer.effect.voucher) is not None
        }
        earned |= {prize.gives.currency for draw in self.document.draws for prize in draw.prizes}
        spent = {reward.costs.currency for reward in self.document.rewards}
        levels = self.document.tiers.levels if self.document.tiers else ()
        spent |= {level.units_at_least.currency for level in levels if level.units_at_least is not None}
        # A slip in a rule is told once, at the rule: it is why the currency seems to have no use.
        has_slip = not earned | spent <= self.currencies
        for i, currency in enumerate(self.document.currencies):
            path = ("currencies", i)
            if currency.kind is CurrencyKind.VOUCHER and currency.worth is None:
                self.error("voucher_without_worth", *path, code=currency.code)
            elif currency.pays and currency.worth is None:
                self.error("pays_without_worth", *path, "pays", code=currency.code)
            if currency.decimals and currency.kind is not CurrencyKind.MONEY:
                self.error("decimals_not_money", *path, "decimals", code=currency.code)
            if currency.pays_at_least > 1 and not currency.pays:
                self.warning("pays_at_least_alone", *path, "pays_at_least", code=currency.code)
            if has_slip:
                continue
            if currency.code not in earned:
                self.warning("currency_never_earned", *path, code=currency.code)
            if currency.kind is CurrencyKind.BADGE:
                if currency.pays:
                    self.error("badge_pays", *path, "pays", code=currency.code)
            elif currency.kind not in _USED_OTHERWISE and currency.code not in spent and not currency.pays:
                self.warning("currency_never_used", *path, code=currency.code)

    def _exclusions(self) -> None:
        out = self.document.exclusions
        if LineKind.PRODUCT in out.kinds:
            self.error("kind_product", "exclusions", "kinds", out.kinds.index(LineKind.PRODUCT))
        for name in ("departments", "brands", "products", "kinds"):
            self._listed_once(getattr(out, name), ("exclusions", name))

    def _listed_once(self, listed: Sequence[str], path: Path) -> None:
        seen = set()
        for i, found in enumerate(listed):
            if found in seen:
                self.error("listed_twice", *path, i, found=str(found))
            seen.add(found)

    def _rule(self, i: int, rule: Rule) -> None:
        path = ("rules", i)
        self._known_currency(rule.currency, (*path, "currency"))
        self._gift(rule, (*path, "gift"))
        self._when(rule.when, (*path, "when"))
        if rule.lines is not None:
            if not (rule.lines.departments or rule.lines.brands or rule.lines.products):
                self.error("lines_empty", *path, "lines")
            for name in ("departments", "brands", "products"):
                self._listed_once(getattr(rule.lines, name), (*path, "lines", name))
        if rule.trigger is Trigger.JOINING:
            self._joining(rule, path)
        why = self._never(rule)
        if why is not None:
            self.warning("rule_never", *path, rule=rule.code, why=why)

    def _known_currency(self, code: str, path: Path) -> None:
        if code not in self.currencies:
            self._unknown("unknown_currency", code, self.currencies, path)

    def _unknown(
        self, code: str, found: str, known: Iterable[str], path: Path, *, is_warning: bool = False
    ) -> None:
        self.problems.append(unknown(code, found, known, path, is_warning=is_warning))

    def _gift(self, rule: Rule, path: Path) -> None:
        gift = rule.gift
        kinds = [name for name in ("per_amount", "fixed", "multiply", "steps") if _is_given(gift, name)]
        if len(kinds) != 1:
            self.error("gift_count", *path, found=", ".join(kinds) or "-")
            return
        if gift.per_amount is not None and gift.per_amount.each > 0:
            most = gift.per_amount.give * AMOUNT_MAX / gift.per_amount.each
            if most > UNITS_PER_TICKET_MAX:
                self.error("gives_too_much", *path, "per_amount")
        if gift.multiply is not None:
            self._multiply(rule, gift.multiply.rule, (*path, "multiply", "rule"))
        for i in range(1, len(gift.steps)):
            before, step = gift.steps[i - 1], gift.steps[i]
            if step.at_least <= before.at_least:
                self.error("steps_not_rising", *path, "steps", i, found=str(step.at_least))
            elif step.give <= before.give:
                self.warning("step_gives_less", *path, "steps", i, found=str(step.at_least))

    def _multiply(self, rule: Rule, code: str, path: Path) -> None:
        base = self.document.rule(code)
        if base is None:
            self._unknown("unknown_rule", code, (other.code for other in self.document.rules), path)
            return
        if base.gift.per_amount is None:
            self.error("multiply_not_per_amount", *path, rule=code)
        elif base.trigger is not Trigger.SALE:
            self.error("multiply_joining", *path, rule=code)
        elif base.currency != rule.currency and {base.currency, rule.currency} <= self.currencies:
            self.error("multiply_other_currency", *path, rule=code, currency=base.currency)
        elif base.lines is not None or base.when != When():
            # What is above 100 % is given wherever this rule applies, whether or not the other one does.
            self.warning("multiply_beyond_base", *path, rule=code)

    def _when(self, when: When, path: Path) -> None:
        for name in ("channels", "stores", "days", "tiers"):
            self._listed_once(getattr(when, name), (*path, name))
        for i, tier in enumerate(when.tiers):
            if tier not in self.levels:
                self._unknown("unknown_tier", tier, self.levels, (*path, "tiers", i))
        if when.first_day is not None and when.last_day is not None and when.first_day > when.last_day:
            self.error("days_reversed", *path, "last_day")
        least, most = when.amount_at_least, when.amount_at_most
        if least is not None and most is not None and least > most:
            self.error("amounts_reversed", *path, "amount_at_most")

    def _joining(self, rule: Rule, path: Path) -> None:
        """Nothing is bought on joining: only a fixed gift, the place and the day make sense."""
        if rule.gift.fixed is None:
            self.error("joining_not_fixed", *path, "gift")
        when = rule.when
        for name, is_set in (
            ("tiers", bool(when.tiers)),
            ("first_purchase", when.first_purchase),
            ("amount_at_least", when.amount_at_least is not None),
            ("amount_at_most", when.amount_at_most is not None),
        ):
            if is_set:
                self.error("joining_cannot", *path, "when", name, name=name)
        for name in ("lines", "cap_per_sale", "cap", "quota", "budget"):
            if getattr(rule, name) is not None:
                self.error("joining_cannot", *path, name, name=name)

    def _never(self, rule: Rule) -> str | None:
        """Why no ticket could ever meet the rule: the name of a sentence."""
        out, when, lines = self.document.exclusions, rule.when, rule.lines
        if when.last_day is not None and when.last_day < self.document.valid_from:
            return "over"
        if lines is not None and any(
            listed and set(listed) <= set(excluded)
            for listed, excluded in (
                (lines.departments, out.departments),
                (lines.brands, out.brands),
                (lines.products, out.products),
            )
        ):
            return "excluded"
        if when.days and when.first_day is not None and when.last_day is not None:
            span = (when.last_day - when.first_day).days
            numbers = {day.number for day in when.days}
            if 0 <= span < 6 and not any(
                date.fromordinal(when.first_day.toordinal() + i).weekday() in numbers for i in range(span + 1)
            ):
                return "no_such_day"
        steps = rule.gift.steps
        if steps and when.amount_at_most is not None and when.amount_at_most < steps[0].at_least:
            return "below_steps"
        return None

    def _selected(self) -> None:
        total = sum(
            len(rule.lines.departments) + len(rule.lines.brands) + len(rule.lines.products)
            for rule in self.document.rules
            if rule.lines is not None
        )
        if total > SELECTED_ALL_MAX:
            self.error("selected_too_many", "rules", found=total, most=SELECTED_ALL_MAX)

    def _overlaps(self) -> None:
        """Two multipliers on the same lines both count: right at times, and often a surprise."""
        told = 0
        multipliers = [
            (i, rule) for i, rule in enumerate(self.document.rules) if rule.gift.multiply is not None
        ]
        for (_, one), (j, other) in combinations(multipliers, 2):
            if (
                _same_base(one.gift, other.gift)
                and _may_meet(one.when, other.when)
                and _share(one.lines, other.lines)
            ):
                self.warning("multipliers_overlap", "rules", j, "gift", one=one.code, other=other.code)
                told += 1
                if told == OVERLAPS_TOLD_MAX:
                    return

    def _labels(self) -> None:
        """Where labels are given, a code without one is probably misspelt."""
        labels = self.document.labels
        for kind, known in (
            ("departments", labels.departments),
            ("brands", labels.brands),
            ("stores", labels.stores),
            ("channels", labels.channels),
        ):
            if known:
                self._labelled(kind, known)

    def _labelled(self, kind: str, known: Mapping[str, Text]) -> None:
        selections: list[tuple[Path, Sequence[str]]] = []
        if kind in ("departments", "brands"):
            selections.append((("exclusions", kind), getattr(self.document.exclusions, kind)))
        for i, rule in enumerate(self.document.rules):
            if kind in ("stores", "channels"):
                selections.append((("rules", i, "when", kind), getattr(rule.when, kind)))
            elif rule.lines is not None:
                selections.append((("rules", i, "lines", kind), getattr(rule.lines, kind)))
        for path, listed in selections:
            for n, code in enumerate(listed):
                if code not in known:
                    self._unknown("without_label", code, known, (*path, n), is_warning=True)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name; the name of a folder of zones
        return False
    return True


def _is_given(gift: Gift, name: str) -> bool:
    return getattr(gift, name) not in (None, ())


def _walk(part: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every part of the document with its path, by the names that people write; labels hold only words."""
    yield path, part
    if isinstance(part, msgspec.Struct):
        for field in fields_of(type(part)):
            if field.name != "labels":
                yield from _walk(getattr(part, field.name), (*path, field.encode_name))
    elif isinstance(part, tuple):
        for i, item in enumerate(part):
            yield from _walk(item, (*path, i))


def _same_base(one: Gift, other: Gift) -> bool:
    assert one.multiply is not None
    assert other.multiply is not None
    return one.multiply.rule == other.multiply.rule


def _may_meet(one: When, other: When) -> bool:
    """Can one ticket fulfil both?"""
    sets: tuple[Callable[[When], tuple[str, ...]], ...] = (
        lambda when: when.tiers,
        lambda when: when.channels,
        lambda when: when.stores,
        lambda when: when.days,
    )
    for chosen in sets:
        mine, theirs = chosen(one), chosen(other)
        if mine and theirs and set(mine).isdisjoint(theirs):
            return False
    first = max(one.first_day or date.min, other.first_day or date.min)
    last = min(one.last_day or date.max, other.last_day or date.max)
    return first <= last


def _share(one: Lines | None, other: Lines | None) -> bool:
    """Do both surely count some lines? Of a department and a brand nobody can tell."""
    if one is None or other is None:
        return True
    compared = False
    for mine, theirs in (
        (one.departments, other.departments),
        (one.brands, other.brands),
        (one.products, other.products),
    ):
        if mine and theirs:
            if set(mine).isdisjoint(theirs):
                return False
            compared = True
    return compared
